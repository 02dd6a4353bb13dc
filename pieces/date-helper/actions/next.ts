import { createAction, Property } from '@piecework/framework'
import { Info } from 'luxon'
import { errorHandlingHidden } from '../../common/error-handling.ts'
import { datedResult, outputProps, timeProps } from '../props.ts'

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
/** Long enough to meet a 29th of February, across the end of a century. */
const YEARS_AHEAD = 9

export const nextDayOfWeek = createAction({
  name: 'next_day_of_week',
  displayName: 'Next Day of Week',
  description: 'The date of the next Monday, Tuesday and so on',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    weekday: Property.StaticDropdown<number, true>({
      displayName: 'Weekday',
      required: true,
      options: { options: WEEKDAYS.map((label, value) => ({ label, value })) },
    }),
    ...timeProps,
    ...outputProps,
  },
  async run({ propsValue }) {
    const weekday = Number(propsValue.weekday)
    if (!(weekday in WEEKDAYS)) throw new Error(`The weekday must be from 0 (Sunday) to 6, received: ${weekday}`)
    return datedResult(propsValue, (now, timed) => {
      const days = (weekday - (now.weekday % 7) + 7) % 7
      const next = timed(now.plus({ days }))
      return next > now ? next : timed(now.plus({ days: days + 7 }))
    })
  },
})

export const nextDayOfYear = createAction({
  name: 'next_day_of_year',
  displayName: 'Next Day of Year',
  description: 'The next time that a day of the year comes',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    month: Property.StaticDropdown<number, true>({
      displayName: 'Month',
      required: true,
      options: { options: Info.months('long', { locale: 'en' }).map((label, index) => ({ label, value: index + 1 })) },
    }),
    day: Property.Number({ displayName: 'Day of Month', description: 'From 1 to 31', required: true, defaultValue: 1 }),
    ...timeProps,
    ...outputProps,
  },
  async run({ propsValue }) {
    const month = Number(propsValue.month)
    const { day } = propsValue
    return datedResult(propsValue, (now, timed) => {
      for (let year = now.year; year < now.year + YEARS_AHEAD; year++) {
        const date = now.set({ year, month, day })
        const exists = date.month === month && date.day === day
        if (exists && timed(date) > now) return timed(date)
      }
      throw new Error(`There is no day ${day} in month ${month}.`)
    })
  },
})
