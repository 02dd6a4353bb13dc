import type { EventDelivery } from '@piecework/api/event-destinations'
import type { PageFields } from '@piecework/api/graph/shapes'
import type { GraphEvent, NewWebhook, Webhook, WebhookChanges, WebhookDelivery } from '@piecework/api/graph/webhooks'
import type { z } from 'zod'
import type { ProjectActor } from '../../access/actor.ts'
import { GRAPH_EVENTS, graphNameOf } from '../event-destinations/graph-events.ts'
import type { EventDestinations } from '../event-destinations/service.ts'
import { type Listed, metaOf } from './door-routes.ts'

type Destination = Awaited<ReturnType<EventDestinations['get']>>

/** A secret as Standard Webhooks writes it; any other text is the bytes of the key themselves. */
const STANDARD = /^whsec_[A-Za-z0-9+/]{16,}={0,2}$/
const standardSecret = (secret: string): string =>
  STANDARD.test(secret) ? secret : `whsec_${Buffer.from(secret).toString('base64')}`

/** Receivers of a project's events. Everything that they do, the service of event destinations does. */
export function createGraphWebhooks(destinations: EventDestinations) {
  return {
    async list(actor: ProjectActor, page: PageFields): Promise<Listed<Webhook>> {
      const offset = (page.page - 1) * page.limit
      const [{ data, next }, total] = await Promise.all([
        destinations.list(actor, { ...page, offset }),
        destinations.total(actor),
      ])
      return { items: data.map(present), meta: metaOf(page, total, next) }
    },

    get: async (actor: ProjectActor, id: string): Promise<Webhook> => present(await destinations.get(actor, id)),

    async create(
      actor: ProjectActor,
      { url, events, secret }: z.output<typeof NewWebhook>,
    ): Promise<Webhook & { secret: string }> {
      const given = secret === undefined ? {} : { secret: standardSecret(secret) }
      const made = await destinations.create(actor, { url, events: domainNames(events), kind: 'GRAPH', ...given })
      return { ...present(made), secret: secret ?? made.secret }
    },

    async update(
      actor: ProjectActor,
      id: string,
      { events, url, status, secret }: z.output<typeof WebhookChanges>,
    ): Promise<Webhook> {
      const changed = await destinations.update(actor, id, {
        ...(events === undefined ? {} : { events: domainNames(events) }),
        ...(url === undefined ? {} : { url }),
        ...(status === undefined ? {} : { status: status === 'enabled' ? 'ENABLED' : 'DISABLED' }),
      })
      if (secret !== undefined) await destinations.replaceSecret(actor, id, standardSecret(secret))
      return present(changed)
    },

    async remove(actor: ProjectActor, id: string): Promise<{ id: string; deleted: true }> {
      await destinations.remove(actor, id)
      return { id, deleted: true }
    },

    async deliveries(
      actor: ProjectActor,
      id: string,
      status: WebhookDelivery['status'] | undefined,
      page: PageFields,
    ): Promise<Listed<WebhookDelivery>> {
      const wanted = status && DELIVERY[status]
      const offset = (page.page - 1) * page.limit
      const [{ data, next }, total] = await Promise.all([
        destinations.deliveries(actor, id, wanted, { ...page, offset }),
        destinations.totalDeliveries(actor, id, wanted),
      ])
      return { items: data.map(presentDelivery), meta: metaOf(page, total, next) }
    },

    redeliver: async (actor: ProjectActor, id: string, deliveryId: string): Promise<WebhookDelivery> =>
      presentDelivery(await destinations.redeliver(actor, id, deliveryId)),
  }
}

const DELIVERY = { waiting: 'WAITING', delivered: 'DELIVERED', failed: 'DEAD' } as const
const SHOWN_DELIVERY = { WAITING: 'waiting', DELIVERED: 'delivered', DEAD: 'failed' } as const

const domainNames = (events: readonly GraphEvent[]) => events.map((name) => GRAPH_EVENTS[name])

function present({ id, url, events, status, disabledReason, created, updated }: Destination): Webhook {
  return {
    ...{ id, url, events: events.flatMap((name) => graphNameOf(name) ?? []) },
    status: status === 'ENABLED' ? 'enabled' : 'disabled',
    ...{ disabled_reason: disabledReason, created_at: created, updated_at: updated },
  }
}

function presentDelivery(delivery: EventDelivery): WebhookDelivery {
  const { id, eventId, action, status, attempts, nextAttemptAt, deliveredAt, lastStatus, lastError, created } = delivery
  return {
    ...{ id, event_id: eventId, event: graphNameOf(action) ?? 'workflow.executed', status: SHOWN_DELIVERY[status] },
    ...{ attempts, next_attempt_at: nextAttemptAt, delivered_at: deliveredAt, created_at: created },
    ...{ last_status: lastStatus, last_error: lastError },
  }
}
