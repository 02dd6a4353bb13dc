import { createAction, Property } from '@piecework/framework'
import { options } from '../../common/options.ts'
import { answerOf, responseProps } from '../response.ts'

export const returnResponse = createAction({
  name: 'return_response',
  actsOutside: false,
  displayName: 'Return Response',
  description: 'Answers the caller of the webhook',
  props: {
    ...responseProps,
    respond: Property.StaticDropdown({
      displayName: 'Flow Execution',
      required: false,
      defaultValue: 'stop',
      options: options({ stop: 'Stop', respond: 'Respond and Continue' }),
    }),
  },
  async run({ propsValue, run }) {
    const response = answerOf(propsValue.responseType, propsValue.fields)
    if (propsValue.respond === 'respond') run.respond({ response })
    else run.stop({ response })
    return response
  },
})
