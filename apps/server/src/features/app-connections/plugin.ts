import type { Plugin } from '../plugin.ts'
import type { GlobalConnections } from './global.ts'
import { globalConnectionRoutes } from './global-routes.ts'
import { appConnectionRoutes } from './routes.ts'
import type { AppConnections } from './service.ts'

interface Parts {
  appConnections: AppConnections
  globalConnections: GlobalConnections
}

export const appConnections = ({ appConnections, globalConnections }: Parts): Plugin => ({
  name: 'app-connections',
  routes(app) {
    appConnectionRoutes(app, { appConnections })
    globalConnectionRoutes(app, { globalConnections })
  },
})
