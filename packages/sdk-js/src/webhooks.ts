import { type Listing, listing } from './listing.ts'
import type { CallOptions, Send } from './transport.ts'
import type { Deleted, NewWebhookAnswer, Operations, Webhook, WebhookDelivery } from './types.ts'
import { verify } from './verify.ts'

export const webhooksOf = (send: Send) => ({
  /** Newest first. */
  list: (query: Operations['webhooks.list']['query'] = {}, call: CallOptions = {}): Listing<Webhook> =>
    listing(send, 'webhooks.list', { query }, call),

  get: async (id: string, call: CallOptions = {}): Promise<Webhook> =>
    (await send('webhooks.get', { params: { id } }, call)).data,

  /** The answer to this alone has the secret. */
  create: async (body: Operations['webhooks.create']['body'], call: CallOptions = {}): Promise<NewWebhookAnswer> =>
    (await send('webhooks.create', { body }, call)).data,

  update: async (id: string, body: Operations['webhooks.update']['body'], call: CallOptions = {}): Promise<Webhook> =>
    (await send('webhooks.update', { params: { id }, body }, call)).data,

  delete: async (id: string, call: CallOptions = {}): Promise<Deleted> =>
    (await send('webhooks.remove', { params: { id } }, call)).data,

  /** The deliveries of a week, newest first. */
  deliveries: (
    id: string,
    query: Operations['webhooks.deliveries']['query'] = {},
    call: CallOptions = {},
  ): Listing<WebhookDelivery> => listing(send, 'webhooks.deliveries', { params: { id }, query }, call),

  /** Sends an event again. */
  redeliver: async (id: string, deliveryId: string, call: CallOptions = {}): Promise<WebhookDelivery> =>
    (await send('webhooks.redeliver', { params: { id, delivery_id: deliveryId } }, call)).data,

  verify,
})
