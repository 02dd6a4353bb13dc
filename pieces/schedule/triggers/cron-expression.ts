import { Property } from '@piecework/framework'
import { timezone } from '../props.ts'
import { createSchedule } from '../trigger.ts'

export const cronExpression = createSchedule({
  name: 'cron_expression',
  displayName: 'Cron Expression',
  description: 'Starts the flow by a cron expression',
  props: {
    cronExpression: Property.ShortText({
      displayName: 'Cron Expression',
      description: 'Minute, hour, day of the month, month, day of the week',
      required: true,
      defaultValue: '0/5 * * * *',
    }),
    timezone,
  },
  sampleData: {},
  plan: (values) => ({ cronExpression: values.cronExpression, timezone: values.timezone, event: {} }),
})
