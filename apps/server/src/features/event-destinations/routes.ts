import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { EventDestinations } from './service.ts'

/** Receivers of the platform's events. Their secrets are shown once, when they are made. */
export function eventDestinationRoutes(
  app: FastifyInstance,
  { eventDestinations }: { eventDestinations: EventDestinations },
): void {
  implement(app, api.eventDestinations.list, ({ actor, query }) => eventDestinations.list(actor, query))

  implement(app, api.eventDestinations.create, ({ actor, body }) => eventDestinations.create(actor, body))

  implement(app, api.eventDestinations.update, ({ actor, params, body }) =>
    eventDestinations.update(actor, params.id, body),
  )

  implement(app, api.eventDestinations.remove, ({ actor, params }) => eventDestinations.remove(actor, params.id))

  implement(app, api.eventDestinations.replaceSecret, async ({ actor, params, body }) => ({
    secret: await eventDestinations.replaceSecret(actor, params.id, body.secret),
  }))

  implement(app, api.eventDestinations.test, ({ actor, body }) => eventDestinations.test(actor, body))

  implement(app, api.eventDestinations.deliveries, ({ actor, params, query }) =>
    eventDestinations.deliveries(actor, params.id, query.status, query),
  )

  implement(app, api.eventDestinations.redeliver, ({ actor, params }) =>
    eventDestinations.redeliver(actor, params.id, params.deliveryId),
  )
}
