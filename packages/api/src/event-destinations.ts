import { DomainEventName } from '@piecework/model/events/domain-event'
import { webUrl } from '@piecework/model/text/web-url'
import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { IdParams, pageOf, pageQuery } from './shapes.ts'

/** With these a request would end elsewhere than the receiver thinks, or go to another host. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  ...['connection', 'content-encoding', 'content-length', 'expect', 'host', 'keep-alive', 'proxy-connection'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade'],
])
const MAX_HEADERS = 20
const MAX_HEADER_LENGTH = 4096
/** A signing secret as Standard Webhooks defines it: 24 to 64 bytes. */
const Secret = z.string().regex(/^whsec_(?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, {
  error: 'must be whsec_ and the base64 of 24 to 64 bytes',
})

const EventDestinationKind = z.enum(['WEBHOOK', 'OPENTELEMETRY'])
const given = {
  events: z
    .array(DomainEventName)
    .min(1)
    .transform((names) => [...new Set(names)]),
  url: webUrl(/^https?$/).max(2048),
  /** Sent with each event, for receivers that ask for a token. Never shown again. */
  headers: z
    .record(
      z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'must be the name of a header'),
      z
        .string()
        .max(MAX_HEADER_LENGTH)
        .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must be the value of a header'),
    )
    .refine((headers) => Object.keys(headers).length <= MAX_HEADERS, `must have at most ${MAX_HEADERS} entries`)
    .superRefine((headers, { addIssue }) => {
      for (const name of Object.keys(headers))
        if (OF_THE_CONNECTION.has(name.toLowerCase()))
          addIssue({ code: 'custom', path: [name], message: 'belongs to the connection, and is set by the server' })
    }),
}

export const EventDestination = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  platformId: z.string(),
  scope: z.enum(['PLATFORM', 'PROJECT']),
  /** An event as JSON in a signed request, or as a log record of OpenTelemetry (OTLP over HTTP, in JSON). */
  kind: z.enum([...EventDestinationKind.options, 'GRAPH']),
  events: z.array(DomainEventName),
  url: z.string(),
  headerNames: z.array(z.string()),
  status: z.enum(['ENABLED', 'DISABLED']),
  /** Why the server switched it off. */
  disabledReason: z.string().nullable(),
})
export type EventDestination = z.infer<typeof EventDestination>

export const EventDelivery = z.object({
  id: z.string(),
  created: z.string(),
  destinationId: z.string(),
  /** The id of the event, in the header `webhook-id`. */
  eventId: z.string(),
  action: DomainEventName,
  status: z.enum(['WAITING', 'DELIVERED', 'DEAD']),
  /** How many attempts have begun. */
  attempts: z.number().int(),
  nextAttemptAt: z.string().nullable(),
  deliveredAt: z.string().nullable(),
  /** The HTTP status of the last answer. */
  lastStatus: z.number().int().nullable(),
  lastError: z.string().nullable(),
})
export type EventDelivery = z.infer<typeof EventDelivery>

const forAdministrators = { principals: ['USER', 'SERVICE'], permission: 'PLATFORM_ADMIN', project: null } as const

export const eventDestinations = {
  list: endpoint({
    ...forAdministrators,
    method: 'GET',
    path: '/v1/event-destinations',
    operationId: 'eventDestinations.list',
    summary: 'List the receivers of the events of the platform',
    query: z.object(pageQuery(10)),
    response: pageOf(EventDestination),
  }),
  create: endpoint({
    ...forAdministrators,
    method: 'POST',
    path: '/v1/event-destinations',
    operationId: 'eventDestinations.create',
    summary: 'Send events to a receiver; the secret that signs them is shown this once',
    status: 201,
    body: z.object({
      events: given.events,
      url: given.url,
      kind: EventDestinationKind.default('WEBHOOK'),
      headers: given.headers.optional(),
      secret: Secret.optional(),
    }),
    response: EventDestination.extend({ secret: z.string() }),
    errors: ['VALIDATION'],
  }),
  update: endpoint({
    ...forAdministrators,
    method: 'PATCH',
    path: '/v1/event-destinations/:id',
    operationId: 'eventDestinations.update',
    summary: 'Change a receiver of events, or switch it on or off',
    params: IdParams,
    body: z.object({
      events: given.events.optional(),
      url: given.url.optional(),
      headers: given.headers.optional(),
      status: EventDestination.shape.status.optional(),
    }),
    response: EventDestination,
    errors: ['VALIDATION'],
  }),
  remove: endpoint({
    ...forAdministrators,
    method: 'DELETE',
    path: '/v1/event-destinations/:id',
    operationId: 'eventDestinations.remove',
    summary: 'Send no more events to a receiver; what waits for it is dropped',
    status: 204,
    params: IdParams,
  }),
  replaceSecret: endpoint({
    ...forAdministrators,
    method: 'POST',
    path: '/v1/event-destinations/:id/secret',
    operationId: 'eventDestinations.replaceSecret',
    summary: 'Replace the secret that signs events; it is shown this once',
    params: IdParams,
    body: z.object({ secret: Secret.optional() }),
    response: z.object({ secret: z.string() }),
  }),
  test: endpoint({
    ...forAdministrators,
    principals: ['USER'],
    method: 'POST',
    path: '/v1/event-destinations/test',
    operationId: 'eventDestinations.test',
    summary: 'Send a sample event to an address, and tell how it went',
    body: z.object({
      url: given.url,
      event: DomainEventName.default('flow.created'),
      kind: EventDestinationKind.default('WEBHOOK'),
      headers: given.headers.optional(),
    }),
    response: z.object({
      delivered: z.boolean(),
      status: z.number().int().nullable(),
      error: z.string().nullable(),
    }),
    errors: ['VALIDATION'],
  }),
  deliveries: endpoint({
    ...forAdministrators,
    method: 'GET',
    path: '/v1/event-destinations/:id/deliveries',
    operationId: 'eventDestinations.deliveries',
    summary: 'List what was sent to a receiver, newest first',
    params: IdParams,
    query: z.object({ status: EventDelivery.shape.status.optional(), ...pageQuery(20) }),
    response: pageOf(EventDelivery),
  }),
  redeliver: endpoint({
    ...forAdministrators,
    method: 'POST',
    path: '/v1/event-destinations/:id/deliveries/:deliveryId/redeliver',
    operationId: 'eventDestinations.redeliver',
    summary: 'Send an event to its receiver again',
    params: IdParams.extend({ deliveryId: z.string() }),
    response: EventDelivery,
  }),
}
