import type { Core } from '../../core.ts'
import type { PublicImages } from '../files/public-images.ts'
import type { Plugin } from '../plugin.ts'
import { operatorRoutes } from './operator-routes.ts'
import { platformRoutes } from './routes.ts'

interface Parts extends Pick<Core, 'db' | 'settings' | 'events' | 'log'> {
  images: PublicImages
}

export const platforms = ({ db, settings, events, log, images }: Parts): Plugin => ({
  name: 'platforms',
  routes(app) {
    platformRoutes(app, { db, images })
    operatorRoutes(app, { db, apiKey: settings.apiKey, events, log })
  },
})
