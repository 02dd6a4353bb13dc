import { createAction, ExecutionType, Property } from '@piecework/framework'
import { errorHandlingHidden } from '../../common/error-handling.ts'
import { options } from '../../common/options.ts'
import { waitUntil } from '../wait.ts'

const LONGEST_IN_PLACE_MS = 10_000
const UNIT_MS: Record<string, number> = { seconds: 1000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 }

export const delayFor = createAction({
  name: 'delayFor',
  actsOutside: false,
  displayName: 'Delay For',
  description: 'Waits for a time before the next step',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    unit: Property.StaticDropdown<string, true>({
      displayName: 'Unit',
      required: true,
      defaultValue: 'seconds',
      options: options({ seconds: 'Seconds', minutes: 'Minutes', hours: 'Hours', days: 'Days' }),
    }),
    delayFor: Property.Number({ displayName: 'Amount', description: 'How many of the unit to wait', required: true }),
  },
  async run(context) {
    const delayForInMs = milliseconds(context.propsValue)
    if (context.executionType === ExecutionType.BEGIN) {
      await waitUntil(context.run, Date.now() + delayForInMs, LONGEST_IN_PLACE_MS)
    }
    return { delayForInMs, success: true }
  },
  test: async ({ propsValue }) => ({ delayForInMs: milliseconds(propsValue), success: true }),
})

function milliseconds(values: { unit: string; delayFor: number }): number {
  const unit = UNIT_MS[values.unit]
  if (unit === undefined) throw new Error(`Unknown unit: ${values.unit}`)
  if (!(values.delayFor >= 0)) throw new Error(`The amount must not be negative, received: ${values.delayFor}`)
  return values.delayFor * unit
}
