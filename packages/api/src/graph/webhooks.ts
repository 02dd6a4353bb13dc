import { webUrl } from '@piecework/model/text/web-url'
import { z } from 'zod'
import { graphEndpoint } from './endpoint.ts'
import { Deleted, IdParam, pageFields, wholeText } from './shapes.ts'

export const GraphEvent = z.enum([
  'workflow.executed',
  'workflow.failed',
  'workflow.published',
  'form.submitted',
  'credential.expired',
])
export type GraphEvent = z.infer<typeof GraphEvent>

const given = {
  url: webUrl(/^https?$/).max(2048),
  events: z
    .array(GraphEvent)
    .min(1)
    .max(100)
    .transform((names) => [...new Set(names)]),
}

export const Webhook = z.object({
  id: z.string(),
  url: z.string(),
  events: z.array(GraphEvent),
  status: z.enum(['enabled', 'disabled']),
  /** Why the server switched it off. */
  disabled_reason: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
})
export type Webhook = z.infer<typeof Webhook>

/** A secret that can be read as no key would let anybody sign. */
const Secret = wholeText(z.string().min(8).max(1000)).refine(
  (secret) => !secret.startsWith('whsec_') || BASE64_KEY.test(secret.slice('whsec_'.length)),
  'must be base64 of at least 8 bytes behind whsec_',
)
const BASE64_KEY = /^(?=[\w+/-]{11})(?:[\w+/-]{4})*(?:[\w+/-]{2,3}={0,2})?$/

export const NewWebhook = z.object({
  ...given,
  secret: Secret.optional().describe('Signs what is sent; one is made when it is left out.'),
})
export const WebhookChanges = z.object({
  ...z.object({ ...given, status: Webhook.shape.status }).partial().shape,
  secret: Secret.optional().describe('Signs what is sent from now on, also what is sent again.'),
})

export const WebhookDelivery = z.object({
  id: z.string(),
  /** The header `webhook-id`: the same in each attempt. */
  event_id: z.string(),
  event: GraphEvent,
  status: z.enum(['waiting', 'delivered', 'failed']),
  attempts: z.number().int(),
  next_attempt_at: z.string().nullable(),
  delivered_at: z.string().nullable(),
  last_status: z.number().int().nullable(),
  last_error: z.string().nullable(),
  created_at: z.string(),
})
export type WebhookDelivery = z.infer<typeof WebhookDelivery>

export const graphWebhooks = {
  list: graphEndpoint({
    method: 'GET',
    path: '/webhooks',
    operationId: 'webhooks.list',
    summary: 'List the receivers of events, newest first',
    scope: 'read',
    query: z.object(pageFields),
    response: Webhook,
    isList: true,
  }),
  create: graphEndpoint({
    method: 'POST',
    path: '/webhooks',
    operationId: 'webhooks.create',
    summary: 'Send events to an address, signed; the secret is shown this once',
    scope: 'write',
    status: 201,
    body: NewWebhook,
    response: Webhook.extend({ secret: z.string() }),
  }),
  get: graphEndpoint({
    method: 'GET',
    path: '/webhooks/:id',
    operationId: 'webhooks.get',
    summary: 'Get a receiver of events',
    scope: 'read',
    params: IdParam,
    response: Webhook,
  }),
  update: graphEndpoint({
    method: 'PATCH',
    path: '/webhooks/:id',
    operationId: 'webhooks.update',
    summary: 'Change a receiver of events, or switch it on or off',
    scope: 'write',
    params: IdParam,
    body: WebhookChanges,
    response: Webhook,
  }),
  remove: graphEndpoint({
    method: 'DELETE',
    path: '/webhooks/:id',
    operationId: 'webhooks.remove',
    summary: 'Send no more events to an address',
    scope: 'write',
    params: IdParam,
    response: Deleted,
  }),
  deliveries: graphEndpoint({
    method: 'GET',
    path: '/webhooks/:id/deliveries',
    operationId: 'webhooks.deliveries',
    summary: 'List what was sent in the last seven days, newest first',
    scope: 'read',
    params: IdParam,
    query: z.object({ ...pageFields, status: WebhookDelivery.shape.status.optional() }),
    response: WebhookDelivery,
    isList: true,
  }),
  redeliver: graphEndpoint({
    method: 'POST',
    path: '/webhooks/:id/deliveries/:delivery_id/redeliver',
    operationId: 'webhooks.redeliver',
    summary: 'Send an event again',
    scope: 'write',
    params: IdParam.extend({ delivery_id: z.string().max(200) }),
    response: WebhookDelivery,
  }),
}
