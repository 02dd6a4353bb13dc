import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { pageOf, pageQuery } from '../../http/pagination.ts'
import { route } from '../../http/route.ts'
import { IdParams } from '../../http/schemas.ts'
import type { OAuthApps } from './service.ts'

const DEFAULT_LIMIT = 10
const OAuthApp = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  platformId: z.string(),
  pieceName: z.string(),
  clientId: z.string(),
})

/** The OAuth2 apps of the platform. Their secrets go in, and never come out. */
export function oauthAppRoutes(app: FastifyInstance, { oauthApps }: { oauthApps: OAuthApps }): void {
  route(app, {
    method: 'GET',
    url: '/v1/oauth-apps',
    summary: 'List the OAuth2 apps of the platform',
    principals: ['USER'],
    permission: 'NONE',
    project: null,
    schema: { query: z.object(pageQuery(DEFAULT_LIMIT)), response: pageOf(OAuthApp) },
    handler: ({ principal, query }) => oauthApps.list(principal.platformId, query),
  })

  route(app, {
    method: 'POST',
    url: '/v1/oauth-apps',
    summary: 'Set the OAuth2 app with which users of the platform connect a piece',
    principals: ['USER'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    schema: {
      body: z.object({
        pieceName: z.string().min(1),
        clientId: z.string().min(1),
        clientSecret: z.string().min(1),
      }),
      response: OAuthApp,
    },
    handler: ({ principal, body }) => oauthApps.upsert(principal.platformId, body),
  })

  route(app, {
    method: 'DELETE',
    url: '/v1/oauth-apps/:id',
    summary: 'Delete an OAuth2 app; tokens of its connections are renewed no more',
    principals: ['USER'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    schema: { params: IdParams },
    handler: async ({ principal, params }) => {
      await oauthApps.remove(principal.platformId, params.id)
      return {}
    },
  })
}
