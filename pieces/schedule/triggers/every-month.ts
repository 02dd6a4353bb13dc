import { dayOfTheMonth, hourOfTheDay, timezone, wholeNumber } from '../props.ts'
import { createSchedule } from '../trigger.ts'

export const everyMonth = createSchedule({
  name: 'every_month',
  displayName: 'Every Month',
  description: 'Starts the flow once a month',
  props: { day_of_the_month: dayOfTheMonth, hour_of_the_day: hourOfTheDay, timezone },
  sampleData: { hour_of_the_day: 0, day_of_the_month: 1, cron_expression: '0 0 1 * *', timezone: 'UTC' },
  plan(values) {
    const hour = wholeNumber('Hour of the day', values.hour_of_the_day, 0, 23)
    const day = wholeNumber('Day of the month', values.day_of_the_month, 1, 31)
    const cronExpression = `0 ${hour} ${day} * *`
    const { timezone } = values
    const event = { hour_of_the_day: hour, day_of_the_month: day, cron_expression: cronExpression, timezone }
    return { cronExpression, timezone, event }
  },
})
