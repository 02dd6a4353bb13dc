import { expect, test } from 'vitest'
import { nextTick } from './schedule.ts'

const ticks = (cronExpression: string, timezone: string, from: string, count: number): string[] => {
  const found: string[] = []
  for (let after = new Date(from); found.length < count; ) {
    after = nextTick({ cronExpression, timezone }, after)
    found.push(after.toISOString())
  }
  return found
}

test('a time of day is that of its zone, on both sides of a change of the clock', () => {
  // Berlin leaves summer time on 2026-10-25 at 03:00, and New York on 2026-11-01 at 02:00.
  expect(ticks('0 9 * * *', 'Europe/Berlin', '2026-10-24T00:00:00Z', 2)).toEqual([
    '2026-10-24T07:00:00.000Z',
    '2026-10-25T08:00:00.000Z',
  ])
  expect(ticks('0 9 * * *', 'America/New_York', '2026-10-31T00:00:00Z', 2)).toEqual([
    '2026-10-31T13:00:00.000Z',
    '2026-11-01T14:00:00.000Z',
  ])
})

test('a tick in the hour that is left out comes right after it, one in the hour that comes twice comes once', () => {
  expect(ticks('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
    '2026-03-29T01:00:00.000Z',
    '2026-03-30T00:30:00.000Z',
  ])
  const autumn = ticks('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)
  expect(autumn.map((time) => time.slice(0, 10))).toEqual(['2026-10-25', '2026-10-26'])
})

test('expressions and zones that mean nothing are refused', () => {
  expect(() => nextTick({ cronExpression: '61 * * * *', timezone: 'UTC' }, new Date())).toThrow('61 * * * *')
  expect(() => nextTick({ cronExpression: '* * * * *', timezone: 'Mars/Base' }, new Date())).toThrow('Mars/Base')
  expect(() => nextTick({ cronExpression: '0 0 31 2 *', timezone: 'UTC' }, new Date())).toThrow('never comes')
})
