import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { SecretManagers } from './service.ts'

/** Secret managers of the platform. What signs in to them goes in, and never comes out. */
export function secretManagerRoutes(
  app: FastifyInstance,
  { secretManagers }: { secretManagers: SecretManagers },
): void {
  implement(app, api.secretManagers.list, ({ actor, query }) => secretManagers.list(actor, query.projectId, query))

  implement(app, api.secretManagers.create, ({ actor, body }) => secretManagers.create(actor, body))

  implement(app, api.secretManagers.update, ({ actor, params, body }) => secretManagers.update(actor, params.id, body))

  implement(app, api.secretManagers.clearCache, async ({ actor, query }) => {
    await secretManagers.clearCache(actor, query.connectionId)
    return {}
  })

  implement(app, api.secretManagers.remove, ({ actor, params }) => secretManagers.remove(actor, params.id))
}
