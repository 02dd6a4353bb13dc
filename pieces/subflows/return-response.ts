import { createAction, httpClient, Property } from '@piecework/framework'
import { callbackKey, dataProperty, MOCK_CALLBACK, modeProperty } from './payload.ts'

/** The caller may be waiting for days: a server that restarts must not cost it the answer. */
const RETRIES = 10

export const returnResponse = createAction({
  name: 'returnResponse',
  displayName: 'Return Response',
  description: 'Answers the flow that called this one',
  props: {
    mode: modeProperty,
    response: Property.DynamicProperties({
      displayName: 'Response',
      required: true,
      refreshers: ['mode'],
      props: async ({ mode }) => dataProperty(mode, 'response', 'Response'),
    }),
  },
  async run({ propsValue, server, store, run }) {
    const { response } = propsValue.response
    const key = callbackKey(run.id)
    const callbackUrl = await store.get<string>(key)
    if (callbackUrl === null || callbackUrl === MOCK_CALLBACK) return response
    await httpClient.sendRequest({
      method: 'POST',
      url: fromHere(callbackUrl, server),
      body: { status: 'success', data: response },
      retries: RETRIES,
    })
    // One call has one answer, and without this each run would leave an entry behind.
    await store.delete(key)
    return response
  },
})

/** The caller is a run of this installation: its public address need not be reachable from where steps run. */
function fromHere(callbackUrl: string, { publicUrl, apiUrl }: { publicUrl: string; apiUrl: string }): string {
  return callbackUrl.startsWith(publicUrl) ? apiUrl + callbackUrl.slice(publicUrl.length) : callbackUrl
}
