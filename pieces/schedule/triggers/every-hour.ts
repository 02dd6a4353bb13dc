import { runOnWeekends } from '../props.ts'
import { createSchedule } from '../trigger.ts'

export const everyHour = createSchedule({
  name: 'every_hour',
  displayName: 'Every Hour',
  description: 'Starts the flow at the beginning of every hour',
  props: { run_on_weekends: runOnWeekends },
  sampleData: { cron_expression: '0 * * * *', timezone: 'UTC' },
  plan({ run_on_weekends }) {
    const cronExpression = run_on_weekends ? '0 * * * *' : '0 * * * 1-5'
    return { cronExpression, timezone: 'UTC', event: { cron_expression: cronExpression, timezone: 'UTC' } }
  },
})
