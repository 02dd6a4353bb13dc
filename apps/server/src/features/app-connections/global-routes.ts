import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { GlobalConnections } from './global.ts'

/** Connections that administrators share with projects. */
export function globalConnectionRoutes(
  app: FastifyInstance,
  { globalConnections }: { globalConnections: GlobalConnections },
): void {
  implement(app, api.globalConnections.upsert, ({ actor, body: { scope: _, ...body } }) =>
    globalConnections.upsert(actor, body),
  )

  implement(app, api.globalConnections.list, ({ actor, query }) => globalConnections.list(actor, query, query))

  implement(app, api.globalConnections.update, ({ actor, params, body }) =>
    globalConnections.update(actor, params.id, body),
  )

  implement(app, api.globalConnections.remove, ({ actor, params }) => globalConnections.remove(actor, params.id))
}
