import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import { redirectRoutes } from './redirect-routes.ts'
import { oauth2Routes } from './routes.ts'

export const oauth2 = ({ catalogue, settings }: Pick<Core, 'catalogue' | 'settings'>): Plugin => ({
  name: 'oauth2',
  async routes(app) {
    oauth2Routes(app, { catalogue })
    await redirectRoutes(app, { frontendUrl: settings.frontendUrl })
  },
})
