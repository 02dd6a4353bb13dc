import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { OAuthApps } from './service.ts'

/** The OAuth2 apps of the platform. Their secrets go in, and never come out. */
export function oauthAppRoutes(app: FastifyInstance, { oauthApps }: { oauthApps: OAuthApps }): void {
  implement(app, api.oauthApps.list, ({ principal, query }) => oauthApps.list(principal.platformId, query))

  implement(app, api.oauthApps.upsert, ({ principal, body }) => oauthApps.upsert(principal.platformId, body))

  implement(app, api.oauthApps.remove, async ({ principal, params }) => {
    await oauthApps.remove(principal.platformId, params.id)
    return {}
  })
}
