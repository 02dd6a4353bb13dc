import { createAction, ExecutionType, Property } from '@piecework/framework'
import { errorHandlingHidden } from '../../common/error-handling.ts'
import { waitUntil } from '../wait.ts'

const LONGEST_IN_PLACE_MS = 60_000

export const delayUntil = createAction({
  name: 'delay_until',
  actsOutside: false,
  displayName: 'Delay Until',
  description: 'Waits until a date and time before the next step',
  errorHandlingOptions: errorHandlingHidden,
  props: {
    delayUntilTimestamp: Property.DateTime({
      displayName: 'Date and Time',
      description: 'The flow goes on at this moment, or at once when it has passed',
      required: true,
    }),
  },
  async run(context) {
    const till = momentOf(context.propsValue.delayUntilTimestamp)
    if (context.executionType === ExecutionType.BEGIN) {
      await waitUntil(context.run, till.getTime(), LONGEST_IN_PLACE_MS)
    }
    return { delayTill: till.toISOString(), success: true }
  },
  test: async ({ propsValue }) => ({
    delayTill: momentOf(propsValue.delayUntilTimestamp).toISOString(),
    success: true,
  }),
})

function momentOf(text: string): Date {
  const moment = new Date(text)
  if (Number.isNaN(moment.getTime())) throw new Error(`Not a date and time: ${text}`)
  return moment
}
