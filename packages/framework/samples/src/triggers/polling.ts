import { DedupeStrategy, type Polling, pollingHelper } from '@activepieces/pieces-common'
import {
  type AppConnectionValueForAuthProperty,
  createTrigger,
  Property,
  type StaticPropsValue,
  TriggerStrategy,
} from '@activepieces/pieces-framework'
import { keyAuth } from '../auth'

const props = { folder: Property.ShortText({ displayName: 'Folder', required: true }) }
type Auth = AppConnectionValueForAuthProperty<typeof keyAuth>

const byTime: Polling<Auth, StaticPropsValue<typeof props>> = {
  strategy: DedupeStrategy.TIMEBASED,
  items: async ({ auth, propsValue, lastFetchEpochMS, store }) => {
    await store.put('asked', lastFetchEpochMS)
    return [{ epochMilliSeconds: Date.now(), data: { folder: propsValue.folder, key: auth.secret_text } }]
  },
}

const byItem: Polling<Auth, Record<string, never>> = {
  strategy: DedupeStrategy.LAST_ITEM,
  items: async ({ lastItemId }) => [{ id: 7, data: { id: 7, since: lastItemId } }],
}

export const newByTime = createTrigger({
  auth: keyAuth,
  name: 'new_by_time',
  displayName: 'New by time',
  description: '',
  type: TriggerStrategy.POLLING,
  props,
  sampleData: {},
  async onEnable(context) {
    context.setSchedule({ cronExpression: '*/10 * * * *', timezone: 'UTC' })
    const { store, auth, propsValue } = context
    await pollingHelper.onEnable(byTime, { store, auth, propsValue })
  },
  async onDisable({ store, auth, propsValue }) {
    await pollingHelper.onDisable(byTime, { store, auth, propsValue })
  },
  run: async (context) => pollingHelper.poll(byTime, context),
  test: async (context) => pollingHelper.test(byTime, context),
})

export const newByItem = createTrigger({
  auth: keyAuth,
  name: 'new_by_item',
  displayName: 'New by item',
  description: '',
  type: TriggerStrategy.POLLING,
  props: {},
  sampleData: undefined,
  onEnable: async ({ store, auth }) => pollingHelper.onEnable(byItem, { store, auth, propsValue: {} }),
  onDisable: async ({ store, auth }) => pollingHelper.onDisable(byItem, { store, auth, propsValue: {} }),
  run: async ({ store, auth, files }) =>
    pollingHelper.poll(byItem, { store, auth, propsValue: {}, files, maxItemsToPoll: 10 }),
  test: async ({ store, auth, files }) => pollingHelper.test(byItem, { store, auth, propsValue: {}, files }),
})
