import { expect, it } from 'vitest'
import { TIME_ZONE_OPTIONS } from './timezones.ts'

const { options } = TIME_ZONE_OPTIONS
const values = options.map((option) => option.value)

it('offers every zone of the runtime, under its name of today', () => {
  // The runtime may list a zone under an older name; both mean the same.
  const known = new Set(
    values.map((zone) => new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone),
  )
  expect(Intl.supportedValuesOf('timeZone').filter((zone) => !known.has(zone) && !values.includes(zone))).toEqual([])
  expect(values).toEqual(
    expect.arrayContaining(['UTC', 'Asia/Kolkata', 'Europe/Kyiv', 'America/Argentina/Buenos_Aires']),
  )
  expect(new Set(values).size).toBe(values.length)
})

it('says what the clocks are ahead of UTC, outside of daylight saving time', () => {
  const label = (zone: string) => options.find((option) => option.value === zone)?.label
  expect(label('Asia/Kolkata')).toBe('(GMT+05:30) Asia, Kolkata')
  expect(label('Australia/Sydney')).toBe('(GMT+10:00) Australia, Sydney')
  expect(label('America/New_York')).toBe('(GMT-05:00) America, New York')
})
