import { dayOfTheWeek, hourOfTheDay, timezone, wholeNumber } from '../props.ts'
import { createSchedule } from '../trigger.ts'

export const everyWeek = createSchedule({
  name: 'every_week',
  displayName: 'Every Week',
  description: 'Starts the flow once a week',
  props: { day_of_the_week: dayOfTheWeek, hour_of_the_day: hourOfTheDay, timezone },
  sampleData: { hour_of_the_day: 0, day_of_the_week: 1, cron_expression: '0 0 * * 1', timezone: 'UTC' },
  plan(values) {
    const hour = wholeNumber('Hour of the day', values.hour_of_the_day, 0, 23)
    const day = wholeNumber('Day of the week', values.day_of_the_week, 0, 6)
    const cronExpression = `0 ${hour} * * ${day}`
    const { timezone } = values
    const event = { hour_of_the_day: hour, day_of_the_week: day, cron_expression: cronExpression, timezone }
    return { cronExpression, timezone, event }
  },
})
