import {
  createTrigger,
  DEDUPE_KEY_PROPERTY,
  Property,
  type TriggerHookContext,
  TriggerStrategy,
  WebhookRenewStrategy,
} from '@activepieces/pieces-framework'
import { WebhookHandshakeStrategy } from '@activepieces/shared'
import { type keyAuth, loginAuth, oauthAuth } from '../auth'

const props = { topic: Property.ShortText({ displayName: 'Topic', required: false }) }

/** A member of the enum as a type. */
export type KeyWebhookContext = TriggerHookContext<typeof keyAuth, typeof props, TriggerStrategy.WEBHOOK>

export const called = createTrigger({
  auth: loginAuth,
  name: 'called',
  displayName: 'Called',
  description: '',
  type: TriggerStrategy.WEBHOOK,
  props,
  sampleData: { id: 1 },
  handshakeConfiguration: { strategy: WebhookHandshakeStrategy.HEADER_PRESENT, paramName: 'x-hook-secret' },
  async onHandshake({ payload }) {
    return { status: 200, headers: { 'x-hook-secret': payload.headers['x-hook-secret'] ?? '' }, body: {} }
  },
  renewConfiguration: { strategy: WebhookRenewStrategy.CRON, cronExpression: '0 */12 * * *' },
  async onRenew({ store, webhookUrl }) {
    await store.put('renewed', webhookUrl)
  },
  async onEnable({ store, webhookUrl, auth, propsValue, server }) {
    await store.put('hook', {
      id: 'h1',
      webhookUrl,
      user: auth.username,
      topic: propsValue.topic,
      at: server.publicUrl,
    })
  },
  async onDisable({ store }) {
    const hook = await store.get<{ id: string }>('hook')
    if (hook) await store.delete('hook')
  },
  async onStart({ run, payload, store }) {
    await store.put('started', { run: run.id, payload })
  },
  async run({ payload, files }) {
    const url = await files.write({ fileName: 'body.json', data: Buffer.from(JSON.stringify(payload.body)) })
    return [{ body: payload.body, url, [DEDUPE_KEY_PROPERTY]: payload.queryParams.id }]
  },
})

export const appEvent = createTrigger({
  auth: oauthAuth,
  name: 'app_event',
  displayName: 'App event',
  description: '',
  type: TriggerStrategy.APP_WEBHOOK,
  props: {},
  sampleData: { id: 1 },
  async onEnable({ app, auth }) {
    app.createListeners({ events: ['created'], identifierValue: String(auth.data.team_id) })
  },
  async onDisable() {},
  run: async ({ payload }) => [payload.body],
  test: async () => [{ id: 2 }],
})
