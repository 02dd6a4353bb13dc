import type { Core } from '../../core.ts'
import type { PublicImages } from '../files/public-images.ts'
import type { Plugin } from '../plugin.ts'
import { operatorRoutes } from './operator-routes.ts'
import { platformRoutes } from './routes.ts'
import type { Platforms } from './service.ts'

interface Parts extends Pick<Core, 'settings' | 'log'> {
  platforms: Platforms
  images: PublicImages
}

export const platforms = ({ platforms, settings, log, images }: Parts): Plugin => ({
  name: 'platforms',
  routes(app) {
    platformRoutes(app, { platforms, images })
    operatorRoutes(app, { platforms, apiKey: settings.apiKey, log })
  },
})
