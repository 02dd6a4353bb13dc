import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { runAction } from '../common/run-action.ts'
import { dateHelper } from './index.ts'

// Monday, 4 March 2024, 10:15:30 in UTC.
beforeAll(() => {
  vi.useFakeTimers({ now: new Date('2024-03-04T10:15:30Z'), toFake: ['Date'] })
})
afterAll(() => {
  vi.useRealTimers()
})

const run = (name: string, values: Record<string, unknown>) => runAction(dateHelper, name, values)
const iso = 'YYYY-MM-DDTHH:mm:ss'

describe('now', () => {
  it('is written in a format and time zone', async () => {
    expect(await run('get_current_date', { timeFormat: 'DDD MMM DD YYYY HH:mm:ss', timeZone: 'UTC' })).toEqual({
      result: 'Mon Mar 04 2024 10:15:30',
    })
    expect(await run('get_current_date', { timeFormat: iso, timeZone: 'Asia/Tokyo' })).toEqual({
      result: '2024-03-04T19:15:30',
    })
    expect(await run('get_current_date', { timeFormat: 'X', timeZone: 'UTC' })).toEqual({ result: '1709547330' })
    await expect(run('get_current_date', { timeFormat: iso, timeZone: 'Mars' })).rejects.toThrow('Unknown time zone')
  })
})

describe('format date', () => {
  const format = (inputDate: string, inputFormat: string, outputFormat: string, from = 'UTC', to = 'UTC') =>
    run('format_date', { inputDate, inputFormat, inputTimeZone: from, outputFormat, outputTimeZone: to })

  it.each([
    ['2024-07-01 12:00:00', 'YYYY-MM-DD HH:mm:ss', 'MMMM DD YYYY HH:mm:ss', 'July 01 2024 12:00:00'],
    ['Mon Jul 01 2024 12:00:00', 'DDD MMM DD YYYY HH:mm:ss', 'DD/MM/YY', '01/07/24'],
    ['7/1/2024', 'MM/DD/YYYY', 'YYYY-MM-DD', '2024-07-01'],
    ['1719835200', 'X', iso, '2024-07-01T12:00:00'],
    ['2024-07-01T14:00:00+02:00', 'MM/DD/YYYY', iso, '2024-07-01T12:00:00'],
    ['2024-07-01', 'YYYY-MM-DD', 'DDDD [the] D', 'Monday the 1'],
  ])('%s in %s becomes %s: %s', async (date, from, to, result) => {
    expect(await format(date, from, to)).toEqual({ result })
  })

  it('moves between time zones', async () => {
    expect(
      await format('2024-07-01 12:00:00', 'YYYY-MM-DD HH:mm:ss', iso, 'America/New_York', 'Europe/Berlin'),
    ).toEqual({
      result: '2024-07-01T18:00:00',
    })
  })

  it('knows the clocks of each day, and the hours that do not or twice exist', async () => {
    const berlin = (date: string) => format(date, 'YYYY-MM-DD HH:mm:ss', iso, 'Europe/Berlin', 'UTC')
    expect(await berlin('2024-03-31 01:59:59')).toEqual({ result: '2024-03-31T00:59:59' })
    // Spring leaves out this hour: it is read as the one after.
    expect(await berlin('2024-03-31 02:30:00')).toEqual({ result: '2024-03-31T01:30:00' })
    expect(await berlin('2024-03-31 03:00:00')).toEqual({ result: '2024-03-31T01:00:00' })
    // Autumn has this hour twice: it is read as the first.
    expect(await berlin('2024-10-27 02:30:00')).toEqual({ result: '2024-10-27T00:30:00' })
    expect(await berlin('2024-10-27T02:30:00+01:00')).toEqual({ result: '2024-10-27T01:30:00' })
    expect(await berlin('March 4, 2024 3:15 pm')).toEqual({ result: '2024-03-04T14:15:00' })
    expect(await berlin('Mon, 04 Mar 2024 10:15:30 GMT')).toEqual({ result: '2024-03-04T10:15:30' })
    expect(await format('1711846800', 'X', iso, 'UTC', 'Europe/Berlin')).toEqual({ result: '2024-03-31T03:00:00' })
    expect(await format('2024-07-01 12:00:00', 'YYYY-MM-DD HH:mm:ss', iso, 'Asia/Kolkata', 'Asia/Calcutta')).toEqual({
      result: '2024-07-01T12:00:00',
    })
  })

  it('refuses what is no date', async () => {
    await expect(format('soon', 'YYYY-MM-DD', iso)).rejects.toThrow('Not a date in the format YYYY-MM-DD: soon')
  })
})

describe('parts of a date', () => {
  const input = { inputDate: '2024-03-05 06:07:08', inputFormat: 'YYYY-MM-DD HH:mm:ss' }
  it('are the ones asked for', async () => {
    const unitExtract = ['year', 'month', 'day', 'hour', 'minute', 'second', 'dayOfWeek', 'monthName']
    expect(await run('extract_date_parts', { ...input, unitExtract })).toEqual({
      year: 2024,
      month: 3,
      day: 5,
      hour: 6,
      minute: 7,
      second: 8,
      dayOfWeek: 'Tuesday',
      monthName: 'March',
    })
    await expect(run('extract_date_parts', { ...input, unitExtract: ['week'] })).rejects.toThrow('Unknown unit: week')
  })
})

describe('the difference', () => {
  const difference = (startDate: string, endDate: string, unitDifference: string[]) =>
    run('date_difference', {
      ...{ startDate, endDate, unitDifference },
      startDateFormat: 'YYYY-MM-DD',
      endDateFormat: 'YYYY-MM-DD',
    })

  it('is taken apart into units', async () => {
    expect(await difference('2022-01-15', '2024-03-20', ['year', 'month', 'day'])).toEqual({
      year: 2,
      month: 2,
      day: 5,
    })
    expect(await difference('2024-03-20', '2024-03-15', ['day'])).toEqual({ day: -5 })
    await expect(difference('2024-03-20', '?', ['day'])).rejects.toThrow('Not a date')
  })
})

describe('add and subtract', () => {
  const add = (expression: string, more: object = {}) =>
    run('add_subtract_date', {
      inputDate: '2024-01-31 10:00:00',
      inputDateFormat: 'YYYY-MM-DD HH:mm:ss',
      outputFormat: iso,
      expression,
      ...more,
    })

  it('moves a date by every unit', async () => {
    expect(await add('+ 1 month')).toEqual({ result: '2024-02-29T10:00:00' })
    expect(await add('+2 days -3hours + 1 minute')).toEqual({ result: '2024-02-02T07:01:00' })
    expect(await add('1 year', { setTime: '17:30' })).toEqual({ result: '2025-01-31T17:30:00' })
    expect(await add('+ 1 day', { useCurrentTime: true })).toEqual({ result: '2024-02-01T10:15:30' })
  })

  it('keeps the time of day over a change of the clocks', async () => {
    const berlin = { inputDate: '2024-03-30 12:00:00', timeZone: 'Europe/Berlin' }
    expect(await add('+ 1 day', berlin)).toEqual({ result: '2024-03-31T12:00:00' })
    // Hours are hours, though.
    expect(await add('+ 24 hours', berlin)).toEqual({ result: '2024-03-31T13:00:00' })
  })

  it('refuses what is no amount of time', async () => {
    await expect(add('+ 2 weeks')).rejects.toThrow('Not an amount of time')
    await expect(add('')).rejects.toThrow('empty')
    await expect(add('+ 1 day', { setTime: '25:00' })).rejects.toThrow('Not a time')
  })
})

describe('the next', () => {
  const output = { timeFormat: iso, timeZone: 'UTC' }

  it('weekday is today only while its time is ahead', async () => {
    const next = (weekday: number, time: string) => run('next_day_of_week', { weekday, time, ...output })
    expect(await next(1, '12:00')).toEqual({ result: '2024-03-04T12:00:00' })
    expect(await next(1, '10:00')).toEqual({ result: '2024-03-11T10:00:00' })
    expect(await next(0, '00:00')).toEqual({ result: '2024-03-10T00:00:00' })
    expect(await run('next_day_of_week', { weekday: 2, currentTime: true, ...output })).toEqual({
      result: '2024-03-05T10:15:30',
    })
    await expect(next(7, '00:00')).rejects.toThrow('from 0 (Sunday) to 6')
  })

  it('day of the year is this year or the next one that has it', async () => {
    const next = (month: number, day: number) => run('next_day_of_year', { month, day, time: '08:00', ...output })
    expect(await next(12, 24)).toEqual({ result: '2024-12-24T08:00:00' })
    expect(await next(3, 4)).toEqual({ result: '2025-03-04T08:00:00' })
    expect(await next(2, 29)).toEqual({ result: '2028-02-29T08:00:00' })
    await expect(next(2, 30)).rejects.toThrow('no day 30 in month 2')
  })
})

describe('the previous month', () => {
  const output = { timeFormat: iso, timeZone: 'UTC' }
  it('has a first and a last day', async () => {
    expect(await run('first_day_of_previous_month', output)).toEqual({ result: '2024-02-01T00:00:00' })
    expect(await run('last_day_of_previous_month', { ...output, time: '23:59' })).toEqual({
      result: '2024-02-29T23:59:00',
    })
    await expect(run('last_day_of_previous_month', { ...output, time: 'noon' })).rejects.toThrow('Not a time')
  })
})
