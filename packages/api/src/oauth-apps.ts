import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { IdParams, Nothing, pageOf, pageQuery } from './shapes.ts'

export const OAuthApp = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  platformId: z.string(),
  pieceName: z.string(),
  clientId: z.string(),
})
export type OAuthApp = z.infer<typeof OAuthApp>

export const oauthApps = {
  list: endpoint({
    method: 'GET',
    path: '/v1/oauth-apps',
    operationId: 'oauthApps.list',
    summary: 'List the OAuth2 apps of the platform',
    principals: ['USER'],
    permission: 'NONE',
    project: null,
    query: z.object(pageQuery(10)),
    response: pageOf(OAuthApp),
  }),
  upsert: endpoint({
    method: 'POST',
    path: '/v1/oauth-apps',
    operationId: 'oauthApps.upsert',
    summary: 'Set the OAuth2 app with which users of the platform connect a piece',
    principals: ['USER'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    body: z.object({
      pieceName: z.string().min(1),
      clientId: z.string().min(1),
      clientSecret: z.string().min(1),
    }),
    response: OAuthApp,
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v1/oauth-apps/:id',
    operationId: 'oauthApps.remove',
    summary: 'Delete an OAuth2 app; tokens of its connections are no longer renewed',
    principals: ['USER'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    params: IdParams,
    response: Nothing,
  }),
}
