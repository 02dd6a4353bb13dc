import { Property } from '@piecework/framework'
import { timeZoneProperty } from '../common/timezones.ts'

/** The properties that schedules share, and what their cron expressions are made of. */

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

export const hourOfTheDay = Property.StaticDropdown<number, true>({
  displayName: 'Hour of the day',
  required: true,
  defaultValue: 0,
  options: { options: Array.from({ length: 24 }, (_, hour) => ({ label: hourLabel(hour), value: hour })) },
})

export const dayOfTheWeek = Property.StaticDropdown<number, true>({
  displayName: 'Day of the week',
  required: true,
  options: { options: WEEKDAYS.map((label, value) => ({ label, value })) },
})

export const dayOfTheMonth = Property.StaticDropdown<number, true>({
  displayName: 'Day of the month',
  required: true,
  options: { options: Array.from({ length: 31 }, (_, index) => ({ label: String(index + 1), value: index + 1 })) },
})

export const timezone = timeZoneProperty('Timezone')

export const runOnWeekends = Property.Checkbox({
  displayName: 'Run on weekends (Sat,Sun)',
  required: true,
  defaultValue: false,
})

/** @throws when the value is not a whole number in the range: the cron expression would mean something else. */
export function wholeNumber(name: string, value: unknown, min: number, max: number): number {
  const number = Number(value)
  if (value === '' || value === null || !Number.isInteger(number) || number < min || number > max) {
    throw new Error(`${name} must be a whole number from ${min} to ${max}, received: ${String(value)}`)
  }
  return number
}

function hourLabel(hour: number): string {
  if (hour === 0) return 'Midnight'
  if (hour === 12) return 'Noon'
  return hour < 12 ? `${hour} am` : `${hour - 12} pm`
}
