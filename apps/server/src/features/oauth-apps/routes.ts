import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { OAuthApps } from './service.ts'

/** The OAuth2 apps of the platform. Their secrets go in, and never come out. */
export function oauthAppRoutes(app: FastifyInstance, { oauthApps }: { oauthApps: OAuthApps }): void {
  implement(app, api.oauthApps.list, ({ actor, query }) => oauthApps.list(actor, query))

  implement(app, api.oauthApps.upsert, ({ actor, body }) => oauthApps.upsert(actor, body))

  implement(app, api.oauthApps.remove, async ({ actor, params }) => {
    await oauthApps.remove(actor, params.id)
    return {}
  })
}
