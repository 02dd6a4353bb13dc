import { Property } from '@piecework/framework'
import type { DateTime as Moment } from 'luxon'
import { DateTime } from 'luxon'
import { timeZoneProperty } from '../common/timezones.ts'
import { atTime, checkedZone, DEFAULT_FORMAT, FORMAT_OPTIONS, formatted } from './formats.ts'

/** The properties that the actions share. */

export function dateProperty(displayName: string) {
  return Property.ShortText({ displayName, description: 'A date as text', required: true })
}

export function formatProperty(displayName: string) {
  return Property.StaticDropdown<string, true>({
    displayName,
    description: 'Which part of the text is the day, the month and so on',
    required: true,
    defaultValue: DEFAULT_FORMAT,
    options: FORMAT_OPTIONS,
  })
}

export const timeProps = {
  time: Property.ShortText({
    displayName: '24h Time',
    description: 'The time of day, like 17:30',
    required: false,
    defaultValue: '00:00',
  }),
  currentTime: Property.Checkbox({
    displayName: 'Use Current Time',
    description: 'Take the time of day from the clock instead',
    required: false,
    defaultValue: false,
  }),
}

export const outputProps = {
  timeFormat: formatProperty('To Time Format'),
  timeZone: timeZoneProperty('Time Zone'),
}

interface TimeValues {
  time?: string | undefined
  currentTime?: boolean | undefined
  timeFormat: string
  timeZone: string
}

/**
 * Finds a date from now on in the chosen zone and answers it in the chosen format.
 * @param find is given the present moment and a function that puts the chosen time of day on a date
 */
export function datedResult(
  values: TimeValues,
  find: (now: Moment, timed: (date: Moment) => Moment) => Moment,
): { result: string } {
  const now = DateTime.now().setZone(checkedZone(values.timeZone))
  const timed = (date: Moment) =>
    values.currentTime
      ? date.set({ hour: now.hour, minute: now.minute, second: now.second, millisecond: now.millisecond })
      : atTime(date, values.time || '00:00')
  return { result: formatted(find(now, timed), values.timeFormat) }
}
