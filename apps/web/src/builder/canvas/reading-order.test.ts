import { code, flow, loop, router } from '@piecework/model/flow/testing'
import { expect, it } from 'vitest'
import { readingOrder } from './reading-order.ts'

it('reads a step, what is inside of it branch by branch, and what comes after it', () => {
  const { trigger } = flow(router('where', [[code('a'), loop('each', [code('b')])], []]), code('c'))
  const ids = [...readingOrder(trigger)]
  const steps = ids.filter((id) => /^(\w+|frame\/(where|each)|pill\/.*|empty\/where\/.*1)$/.test(id))
  expect(steps).toEqual([
    ...['trigger', 'where', 'frame/where'],
    ...['pill/where/0', 'a', 'each', 'frame/each', 'pill/each/undefined', 'b'],
    ...['pill/where/1', 'empty/where/INSIDE_BRANCH/1'],
    'c',
  ])
  expect(ids.indexOf('add/each/AFTER')).toBe(ids.indexOf('add/b/AFTER') + 1)
  expect(ids.indexOf('add/where/AFTER')).toBe(ids.indexOf('c') - 1)
})
