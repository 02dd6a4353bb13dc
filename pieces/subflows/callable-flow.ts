import { createTrigger, isMap, Property, TriggerStrategy } from '@piecework/framework'
import { callbackKey, dataProperty, MOCK_CALLBACK, modeProperty } from './payload.ts'

export const callableFlow = createTrigger({
  name: 'callableFlow',
  displayName: 'Callable Flow',
  description: 'Starts the flow when another flow calls it',
  type: TriggerStrategy.WEBHOOK,
  props: {
    mode: modeProperty,
    exampleData: Property.DynamicProperties({
      displayName: 'Sample Data',
      description: 'What callers will send; they see it as a suggestion',
      required: true,
      refreshers: ['mode'],
      props: async ({ mode }) => dataProperty(mode, 'sampleData', 'Sample Data'),
    }),
  },
  sampleData: null,
  async onEnable() {},
  async onDisable() {},
  async onStart({ payload, store, run }) {
    if (!isMap(payload) || typeof payload.callbackUrl !== 'string') return
    await store.put(callbackKey(run.id), payload.callbackUrl)
  },
  async run({ payload }) {
    const { data, callbackUrl } = isMap(payload.body) ? payload.body : {}
    return [callbackUrl === undefined ? { data } : { data, callbackUrl }]
  },
  test: async ({ propsValue }) => [{ data: propsValue.exampleData.sampleData, callbackUrl: MOCK_CALLBACK }],
})
