import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { singlePage } from '../../database/pagination.ts'
import { implement } from '../../http/implement.ts'
import type { ApiKeys } from './service.ts'

/** Keys with which programs call the API in the name of the platform. */
export function apiKeyRoutes(app: FastifyInstance, { apiKeys }: { apiKeys: ApiKeys }): void {
  implement(app, api.apiKeys.create, ({ actor, body }) => apiKeys.create(actor, body.displayName))

  implement(app, api.apiKeys.list, async ({ actor }) => singlePage(await apiKeys.list(actor)))

  implement(app, api.apiKeys.remove, ({ actor, params }) => apiKeys.remove(actor, params.id))
}
