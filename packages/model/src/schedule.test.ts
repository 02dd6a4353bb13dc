import { expect, test } from 'vitest'
import { nextTime } from './schedule.ts'

const times = (cronExpression: string, timezone: string, from: string, count: number): string[] => {
  const found: string[] = []
  for (let after = new Date(from); found.length < count; ) {
    after = nextTime({ cronExpression, timezone }, after)
    found.push(after.toISOString().replace(':00.000Z', 'Z'))
  }
  return found
}

test('a time of day is that of its zone, on both sides of a change of the clock', () => {
  // Berlin leaves summer time on 2026-10-25 at 03:00, and New York on 2026-11-01 at 02:00.
  expect(times('0 9 * * *', 'Europe/Berlin', '2026-10-24T00:00:00Z', 2)).toEqual([
    '2026-10-24T07:00Z',
    '2026-10-25T08:00Z',
  ])
  expect(times('0 9 * * *', 'America/New_York', '2026-10-31T00:00:00Z', 2)).toEqual([
    '2026-10-31T13:00Z',
    '2026-11-01T14:00Z',
  ])
})

test('a time in the hour that is left out comes right after it, one in the hour that comes twice comes once', () => {
  expect(times('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
    '2026-03-29T01:00Z',
    '2026-03-30T00:30Z',
  ])
  expect(times('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
    '2026-10-25T00:30Z',
    '2026-10-26T01:30Z',
  ])
  // Asked between the two, it does not come again.
  expect(times('30 2 * * *', 'Europe/Berlin', '2026-10-25T00:31:00Z', 1)).toEqual(['2026-10-26T01:30Z'])
  // Cairo's clock goes from midnight to one: a day begins without its first hour.
  expect(times('0 0 * * *', 'Africa/Cairo', '2026-04-23T12:00:00Z', 2)).toEqual([
    '2026-04-23T22:00Z',
    '2026-04-24T21:00Z',
  ])
  // Lord Howe's clock moves by half an hour.
  expect(times('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T12:00:00Z', 2)).toEqual([
    '2026-10-03T15:30Z',
    '2026-10-04T15:15Z',
  ])
})

test('what repeats every hour or faster keeps its pace through both', () => {
  const hours = (from: number, to: number, day: string) =>
    Array.from({ length: to - from }, (_, i) => `${day}T${String(from + i).padStart(2, '0')}:00Z`)
  expect(times('0 * * * *', 'Europe/Berlin', '2026-10-24T23:59:00Z', 4)).toEqual(hours(0, 4, '2026-10-25'))
  expect(times('0 * * * *', 'Europe/Berlin', '2026-03-28T23:59:00Z', 4)).toEqual(hours(0, 4, '2026-03-29'))
  expect(times('*/30 * * * *', 'Europe/Berlin', '2026-10-25T00:00:00Z', 4)).toEqual([
    '2026-10-25T00:30Z',
    '2026-10-25T01:00Z',
    '2026-10-25T01:30Z',
    '2026-10-25T02:00Z',
  ])
  expect(times('*/30 * * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z', 3)).toEqual([
    '2026-03-29T00:30Z',
    '2026-03-29T01:00Z',
    '2026-03-29T01:30Z',
  ])
})

test('expressions as people and pieces write them', () => {
  const from = '2026-01-01T00:00:01Z'
  expect(times('0/5 * * * *', 'UTC', from, 2)).toEqual(['2026-01-01T00:05Z', '2026-01-01T00:10Z'])
  expect(times('*/60 * * * *', 'UTC', from, 2)).toEqual(['2026-01-01T01:00Z', '2026-01-01T02:00Z'])
  expect(times('0 9 * JAN MON-FRI', 'UTC', from, 3).at(-1)).toBe('2026-01-05T09:00Z')
  expect(times('0 0 * * 7', 'UTC', from, 1)).toEqual(['2026-01-04T00:00Z'])
  expect(times('0 5 31 * *', 'UTC', '2026-01-31T06:00:00Z', 2)).toEqual(['2026-03-31T05:00Z', '2026-05-31T05:00Z'])
  // A day of the month or a day of the week, as cron has it.
  expect(times('0 0 13 * 5', 'UTC', from, 3)).toEqual(['2026-01-02T00:00Z', '2026-01-09T00:00Z', '2026-01-13T00:00Z'])
})

test('expressions and zones that mean nothing are refused, with the reason', () => {
  const refusal =
    (cronExpression: string, timezone = 'UTC') =>
    () =>
      nextTime({ cronExpression, timezone }, new Date('2026-01-01T00:00:00Z'))
  expect(refusal('61 * * * *')).toThrow('"61 * * * *"')
  expect(refusal('* * * * *', 'Mars/Base')).toThrow('Mars/Base')
  expect(refusal('0 0 31 2 *')).toThrow('it never comes')
  // Seconds and single moments are no cron expressions of five fields.
  for (const text of ['', 'often', '@daily', '* * * *', '* * * * * *', '2030-01-01T00:00:00Z'])
    expect(refusal(text), text).toThrow('five fields')
  for (const text of ['a b c d e', '*/0 * * * *', '0 24 * * *', '0 0 32 * *', '*/61 * * * *'])
    expect(refusal(text), text).toThrow('cannot be used')
})
