import { FlowOperation, isVersionOperation } from '@piecework/model/flow/operations/registry'
import { code, flow, loop, operate, router } from '@piecework/model/flow/testing'
import { operation, resolve, start } from '@piecework/model/flow/testing-operations'
import { walk } from '@piecework/model/flow/walk'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ADD } from './geometry.ts'
import { type Box, layoutOf } from './layout.ts'

const place = ({ x, y, width, height }: Box) => [x, y, width, height]

describe('layoutOf', () => {
  it('puts steps under each other, the add button between them', () => {
    const { cards, adds, end } = layoutOf(flow(code('step_1')).trigger)
    expect(cards.map(place)).toEqual([
      [-140, 0, 280, 56],
      [-140, 96, 280, 56],
    ])
    expect(adds.map(({ x, y }) => [x, y])).toEqual([
      [0, 76],
      [0, 164],
    ])
    expect(place(end)).toEqual([-24, 176, 48, 24])
  })

  it('frames the steps of a loop', () => {
    const layout = layoutOf(flow(loop('each', [code('a'), code('b')])).trigger)
    expect(layout.frames.map(place)).toEqual([[-172, 164, 344, 272]])
    expect(layout.cards.map(({ y }) => y)).toEqual([0, 96, 236, 332])
    expect(layout.edges.find(({ kind }) => kind === 'return')?.path).toBe(
      'M0 388L0 408Q0 420 -12 420L-144 420Q-156 420 -156 408L-156 197',
    )
    expect(layout.adds.map(({ y }) => y)).toContain(402)
  })

  it('puts branches next to each other, as narrow as what is in them', () => {
    const layout = layoutOf(flow(router('where', [[code('a')], [code('b')], [code('c')]])).trigger)
    expect(layout.frames.map(place)).toEqual([[-468, 164, 936, 228]])
    expect(layout.pills.map(({ x, y, width }) => [x + width / 2, y])).toEqual([
      [-304, 226],
      [0, 226],
      [304, 226],
    ])
    expect(layout.cards.slice(2).map(({ x, y }) => [x, y])).toEqual([
      [-444, 280],
      [-140, 280],
      [164, 280],
    ])
    const empty = layoutOf(flow(router('where', [[], []])).trigger)
    expect(empty.frames[0]?.width).toBe(2 * 160 + 24 + 48)
    expect(empty.empties).toHaveLength(2)
  })

  it('shows a collapsed frame as its head, with what is inside counted', () => {
    const { trigger } = flow(loop('each', [code('a'), loop('inner', [code('b')])]), code('c'))
    const { frames, cards } = layoutOf(trigger, new Set(['each']))
    expect(frames).toMatchObject([{ isCollapsed: true, count: 3, height: 32 }])
    expect(cards.map(({ name }) => name)).toEqual(['trigger', 'each', 'c'])
  })

  it('never lets anything overlap, and shows every step once', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        let version = start()
        for (const random of operations) {
          const { success, data } = FlowOperation.safeParse(resolve(random, version))
          if (!success || !isVersionOperation(data)) continue
          try {
            version = operate(version, data.type, data.request)
          } catch {
            // It does not fit this flow.
          }
        }
        const layout = layoutOf(version.trigger)
        expect(layoutOf(version.trigger)).toEqual(layout)
        const names = layout.cards.map(({ name }) => name)
        expect(names.toSorted()).toEqual([...walk(version.trigger)].map(({ name }) => name).toSorted())
        const buttons = layout.adds.map(({ x, y }) => ({ x: x - ADD / 2, y: y - 8, width: ADD, height: 16 }))
        const boxes: Box[] = [...layout.cards, ...layout.empties, ...layout.pills, ...buttons, layout.end]
        for (const [index, a] of boxes.entries())
          for (const b of boxes.slice(index + 1)) expect(overlap(a, b)).toBe(false)
        for (const frame of layout.frames)
          for (const box of [...boxes, ...layout.frames])
            if (box !== frame) expect(!overlap(frame, box) || isWithin(frame, box) || isWithin(box, frame)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('lays 300 steps out in a few milliseconds', () => {
    const steps = Array.from({ length: 100 }, (_, index) => loop(`l${index}`, [code(`a${index}`), code(`b${index}`)]))
    expect(layoutOf(flow(...steps).trigger).cards).toHaveLength(301)
  })
})

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

const isWithin = (outer: Box, inner: Box): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height
