import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { GlobalConnections } from './global.ts'

/** Connections that administrators share with projects. */
export function globalConnectionRoutes(
  app: FastifyInstance,
  { globalConnections }: { globalConnections: GlobalConnections },
): void {
  implement(app, api.globalConnections.upsert, ({ principal, body: { scope: _, ...body } }) =>
    globalConnections.upsert(principal.platformId, {
      ...body,
      isAdmin: true,
      ownerId: principal.type === 'USER' ? principal.id : null,
    }),
  )

  implement(app, api.globalConnections.list, ({ principal, query }) =>
    globalConnections.list(principal.platformId, query, query),
  )

  implement(app, api.globalConnections.update, ({ principal, params, body }) =>
    globalConnections.update(principal.platformId, params.id, body),
  )

  implement(app, api.globalConnections.remove, ({ principal, params }) =>
    globalConnections.remove(principal.platformId, params.id),
  )
}
