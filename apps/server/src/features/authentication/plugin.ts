import type { Plugin } from '../plugin.ts'
import { type AuthenticationRoutesOptions, authenticationRoutes } from './routes.ts'

export const authentication = (parts: AuthenticationRoutesOptions): Plugin => ({
  name: 'authentication',
  routes: (app) => authenticationRoutes(app, parts),
})
