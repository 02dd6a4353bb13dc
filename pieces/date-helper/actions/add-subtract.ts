import { createAction, Property } from '@piecework/framework'
import { DateTime, type DateTimeUnit } from 'luxon'
import { errorHandlingHidden } from '../../common/error-handling.ts'
import { TIME_ZONE_OPTIONS } from '../../common/timezones.ts'
import { atTime, formatted, parsed } from '../formats.ts'
import { dateProperty, formatProperty } from '../props.ts'

const UNITS: readonly string[] = ['year', 'month', 'day', 'hour', 'minute', 'second'] satisfies DateTimeUnit[]

export const addSubtractDate = createAction({
  name: 'add_subtract_date',
  displayName: 'Add/Subtract Time',
  description: 'Moves a date by some time',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    inputDate: dateProperty('Input Date'),
    inputDateFormat: formatProperty('From Time Format'),
    outputFormat: formatProperty('To Time Format'),
    expression: Property.LongText({
      displayName: 'Expression',
      description:
        'What to add and subtract, for example: + 2 day - 1 hour. Units: year, month, day, hour, minute, second',
      required: true,
    }),
    timeZone: Property.StaticDropdown<string>({
      displayName: 'Time Zone',
      required: false,
      options: TIME_ZONE_OPTIONS,
    }),
    setTime: Property.ShortText({
      displayName: 'Set Time To (24h format)',
      description: 'The time of day of the result, like 17:30',
      required: false,
    }),
    useCurrentTime: Property.Checkbox({
      displayName: 'Use Current Time',
      description: 'Take the time of day of the result from the clock',
      required: false,
      defaultValue: false,
    }),
  },
  async run({ propsValue }) {
    const { timeZone, setTime, useCurrentTime } = propsValue
    let moment = parsed(propsValue.inputDate, propsValue.inputDateFormat, timeZone ?? undefined)
    for (const { amount, unit } of steps(propsValue.expression)) moment = moment.plus({ [unit]: amount })
    if (useCurrentTime) {
      const { hour, minute, second } = DateTime.now().setZone(moment.zone)
      moment = moment.set({ hour, minute, second })
    } else if (setTime) moment = atTime(moment, setTime)
    return { result: formatted(moment, propsValue.outputFormat) }
  },
})

/** @throws when any part of the expression is not an amount and a unit. */
function steps(expression: string): { amount: number; unit: string }[] {
  const parts = expression.match(/[+-]?[^+-]+/g) ?? []
  if (parts.length === 0) throw new Error('The expression is empty.')
  return parts
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const match = /^([+-]?)\s*(\d+)\s*([a-z]+?)s?$/i.exec(part.trim())
      const unit = match?.[3]?.toLowerCase() ?? ''
      if (!match || !UNITS.includes(unit)) throw new Error(`Not an amount of time like "+ 2 day": ${part.trim()}`)
      return { amount: Number(match[2]) * (match[1] === '-' ? -1 : 1), unit }
    })
}
