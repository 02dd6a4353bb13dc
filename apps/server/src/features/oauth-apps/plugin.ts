import type { Plugin } from '../plugin.ts'
import { oauthAppRoutes } from './routes.ts'
import type { OAuthApps } from './service.ts'

export const oauthApps = (parts: { oauthApps: OAuthApps }): Plugin => ({
  name: 'oauth-apps',
  routes: (app) => oauthAppRoutes(app, parts),
})
