import { Property } from '@piecework/framework'
import { wholeNumber } from '../props.ts'
import { createSchedule } from '../trigger.ts'

export const everyXMinutes = createSchedule({
  name: 'every_x_minutes',
  displayName: 'Every X Minutes',
  description: 'Starts the flow every so many minutes',
  props: {
    minutes: Property.StaticDropdown<number, true>({
      displayName: 'Minutes',
      required: true,
      defaultValue: 1,
      options: {
        options: Array.from({ length: 59 }, (_, index) => ({
          label: index === 0 ? 'Every minute' : `Every ${index + 1} minutes`,
          value: index + 1,
        })),
      },
    }),
  },
  sampleData: { cron_expression: '*/1 * * * *', timezone: 'UTC' },
  plan({ minutes }) {
    const cronExpression = `*/${wholeNumber('Minutes', minutes, 1, 59)} * * * *`
    return { cronExpression, timezone: 'UTC', event: { cron_expression: cronExpression, timezone: 'UTC' } }
  },
})
