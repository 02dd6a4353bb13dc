import { code, flow, loop, router } from '@piecework/model/flow/testing'
import { expect, it } from 'vitest'
import { layoutOf } from './layout.ts'
import { nodesOf } from './nodes.tsx'

it('reads a step, what is inside of it branch by branch, and what comes after it', () => {
  const { trigger } = flow(router('where', [[code('a'), loop('each', [code('b')])], []]), code('c'))
  const ids = nodesOf(layoutOf(trigger), [], true).map(({ id }) => id)
  expect(ids.filter((id) => !id.startsWith('add/'))).toEqual([
    ...['trigger', 'where', 'frame/where'],
    ...['pill/where/0', 'a', 'each', 'frame/each', 'b'],
    ...['pill/where/1', 'empty/where/INSIDE_BRANCH/1'],
    ...['c', 'end'],
  ])
  expect(ids.indexOf('add/each/AFTER')).toBe(ids.indexOf('b') + 2)
  expect(ids.indexOf('add/where/AFTER')).toBe(ids.indexOf('c') - 1)
})

it('leaves out what a collapsed frame hides', () => {
  const { trigger } = flow(loop('each', [code('a')]), code('b'))
  const ids = nodesOf(layoutOf(trigger, new Set(['each'])), [], false).map(({ id }) => id)
  expect(ids).toEqual(['trigger', 'each', 'frame/each', 'b', 'end'])
})
