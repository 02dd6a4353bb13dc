import { createAction, Property } from '@piecework/framework'
import { DateTime } from 'luxon'
import { errorHandlingHidden } from '../../common/error-handling.ts'
import { timeZoneProperty } from '../../common/timezones.ts'
import { checkedZone, formatted, parsed } from '../formats.ts'
import { dateProperty, formatProperty, outputProps } from '../props.ts'

export const getCurrentDate = createAction({
  name: 'get_current_date',
  displayName: 'Get Current Date',
  description: 'The date and time of now',
  errorHandlingOptions: errorHandlingHidden,
  props: outputProps,
  async run({ propsValue }) {
    return { result: formatted(DateTime.now().setZone(checkedZone(propsValue.timeZone)), propsValue.timeFormat) }
  },
})

export const formatDate = createAction({
  name: 'format_date',
  displayName: 'Format Date',
  description: 'Writes a date in another format or time zone',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    inputDate: dateProperty('Input Date'),
    inputFormat: formatProperty('From Time Format'),
    inputTimeZone: timeZoneProperty('From Time Zone'),
    outputFormat: formatProperty('To Time Format'),
    outputTimeZone: timeZoneProperty('To Time Zone'),
  },
  async run({ propsValue }) {
    const moment = parsed(propsValue.inputDate, propsValue.inputFormat, propsValue.inputTimeZone)
    return { result: formatted(moment.setZone(checkedZone(propsValue.outputTimeZone)), propsValue.outputFormat) }
  },
})

const PARTS = {
  year: 'Year',
  month: 'Month',
  day: 'Day',
  hour: 'Hour',
  minute: 'Minute',
  second: 'Second',
  dayOfWeek: 'Day of Week',
  monthName: 'Month Name',
}

export const extractDateParts = createAction({
  name: 'extract_date_parts',
  displayName: 'Extract Date Units',
  description: 'The year, month, day and so on of a date',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    inputDate: dateProperty('Input Date'),
    inputFormat: formatProperty('From Time Format'),
    unitExtract: Property.StaticMultiSelectDropdown<string, true>({
      displayName: 'Unit to Extract',
      required: true,
      defaultValue: ['year'],
      options: { options: Object.entries(PARTS).map(([value, label]) => ({ label, value })) },
    }),
  },
  async run({ propsValue }) {
    const moment = parsed(propsValue.inputDate, propsValue.inputFormat).setLocale('en')
    const { year, month, day, hour, minute, second } = moment
    const parts: Record<string, unknown> = {
      ...{ year, month, day, hour, minute, second },
      dayOfWeek: moment.weekdayLong,
      monthName: moment.monthLong,
    }
    return chosen(parts, propsValue.unitExtract)
  },
})

const UNITS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const

export const dateDifference = createAction({
  name: 'date_difference',
  displayName: 'Date Difference',
  description: 'The time between two dates',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    startDate: dateProperty('Starting Date'),
    startDateFormat: formatProperty('Starting date format'),
    endDate: dateProperty('Ending Date'),
    endDateFormat: formatProperty('Ending date format'),
    unitDifference: Property.StaticMultiSelectDropdown<string, true>({
      displayName: 'Unit',
      description: 'The difference is taken apart into years, months and so on: choose the parts to see',
      required: true,
      defaultValue: ['year'],
      options: { options: UNITS.map((unit) => ({ label: PARTS[unit], value: unit })) },
    }),
  },
  async run({ propsValue }) {
    const start = parsed(propsValue.startDate, propsValue.startDateFormat)
    const end = parsed(propsValue.endDate, propsValue.endDateFormat)
    const duration = end.diff(start, [...UNITS])
    const parts = Object.fromEntries(UNITS.map((unit) => [unit, Math.trunc(duration.get(unit))]))
    return chosen(parts, propsValue.unitDifference)
  },
})

function chosen(parts: Record<string, unknown>, names: string[]): Record<string, unknown> {
  const unknown = names.find((name) => !Object.hasOwn(parts, name))
  if (unknown !== undefined) throw new Error(`Unknown unit: ${unknown}`)
  return Object.fromEntries(names.map((name) => [name, parts[name]]))
}
