import { newId } from '@piecework/model/ids'
import { expect, test } from 'vitest'
import { nextTick } from './schedule.ts'

test('flows without a schedule of their own are looked at in turn, each at the same distance', () => {
  const everyMinutes = 5
  const begin = new Date('2026-01-01T00:00:00Z')
  const first = Array.from({ length: 1000 }, () => newId()).map((flowId) => {
    const one = nextTick({ flowId, schedule: null, everyMinutes }, begin)
    const two = nextTick({ flowId, schedule: null, everyMinutes }, one)
    expect(two.getTime() - one.getTime()).toBe(5 * 60_000)
    // Asked again, also a little later, it stays.
    expect(nextTick({ flowId, schedule: null, everyMinutes }, new Date(one.getTime() - 1))).toEqual(one)
    return one.getTime() - begin.getTime()
  })
  expect(Math.min(...first)).toBeGreaterThan(0)
  expect(Math.max(...first)).toBeLessThanOrEqual(5 * 60_000)
  const bySecond = Map.groupBy(first, (ms) => Math.floor(ms / 1000))
  expect(bySecond.size).toBeGreaterThan(250)
  expect(Math.max(...[...bySecond.values()].map((group) => group.length))).toBeLessThan(20)
})

test('a schedule of its own is kept to the moment; one that never comes is refused', () => {
  const at = (cronExpression: string) =>
    nextTick(
      { flowId: newId(), schedule: { cronExpression, timezone: 'Asia/Tokyo' }, everyMinutes: 5 },
      new Date('2026-01-01T00:00:00Z'),
    ).toISOString()
  expect(at('0 9 * * *')).toBe('2026-01-02T00:00:00.000Z')
  expect(() => at('0 0 31 2 *')).toThrow('never comes')
})
