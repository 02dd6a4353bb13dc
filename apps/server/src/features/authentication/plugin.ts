import type { Plugin } from '../plugin.ts'
import { authenticationRoutes } from './routes.ts'
import type { Authentication } from './service.ts'

export const authentication = (parts: { authentication: Authentication }): Plugin => ({
  name: 'authentication',
  routes: (app) => authenticationRoutes(app, parts),
})
