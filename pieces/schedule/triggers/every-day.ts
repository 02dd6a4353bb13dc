import { hourOfTheDay, runOnWeekends, timezone, wholeNumber } from '../props.ts'
import { createSchedule } from '../trigger.ts'

export const everyDay = createSchedule({
  name: 'every_day',
  displayName: 'Every Day',
  description: 'Starts the flow once a day',
  props: { hour_of_the_day: hourOfTheDay, timezone, run_on_weekends: runOnWeekends },
  sampleData: { hour_of_the_day: 0, timezone: 'UTC', cron_expression: '0 0 * * *' },
  plan(values) {
    const hour = wholeNumber('Hour of the day', values.hour_of_the_day, 0, 23)
    const cronExpression = `0 ${hour} * * ${values.run_on_weekends ? '*' : '1-5'}`
    const event = { hour_of_the_day: hour, timezone: values.timezone, cron_expression: cronExpression }
    return { cronExpression, timezone: values.timezone, event }
  },
})
