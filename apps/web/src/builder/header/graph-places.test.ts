import { expect, it } from 'vitest'
import { placed } from './graph-places.ts'

const node = (id: string, position?: { x: number; y: number }) => ({
  ...{ id, type: 'code' as const, data: {} },
  ...(position ? { position } : {}),
})
const edge = (source: string, target: string) => ({ source, target })
const rowsOf = (nodes: ReturnType<typeof placed>) =>
  nodes.map(({ id, position }) => `${id}${position.y / 96}`).join(' ')

it('places stay as they are given', () => {
  const nodes = [node('a', { x: 1, y: 2 }), node('b', { x: 3, y: 4 })]
  expect(placed({ nodes, edges: [] })).toEqual(nodes)
})

it('without places, rows follow the edges, and nothing lies on anything else', () => {
  const nodes = ['a', 'loop', 'body', 'yes', 'no', 'end', 'alone', 'x', 'y'].map((id) => node(id))
  const edges = [
    ...[edge('a', 'loop'), edge('loop', 'body'), edge('body', 'loop'), edge('loop', 'yes'), edge('loop', 'no')],
    ...[edge('yes', 'end'), edge('no', 'end'), edge('end', 'nothing'), edge('x', 'y'), edge('y', 'x')],
  ]
  const all = placed({ nodes, edges })
  expect(rowsOf(all)).toBe('a0 loop1 body2 yes2 no2 end3 alone0 x4 y4')
  expect(new Set(all.map(({ position: { x, y } }) => `${x} ${y}`)).size).toBe(nodes.length)
})
