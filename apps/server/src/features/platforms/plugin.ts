import type { Core } from '../../core.ts'
import type { Authentication } from '../authentication/service.ts'
import type { PublicImages } from '../files/public-images.ts'
import type { Plugin } from '../plugin.ts'
import type { Projects } from '../projects/service.ts'
import { operatorRoutes } from './operator-routes.ts'
import { platformRoutes } from './routes.ts'

interface Parts extends Pick<Core, 'db' | 'settings' | 'events' | 'log'> {
  projects: Projects
  authentication: Authentication
  images: PublicImages
}

export const platforms = ({ db, settings, events, log, projects, authentication, images }: Parts): Plugin => ({
  name: 'platforms',
  routes(app) {
    platformRoutes(app, { db, projects, authentication, images })
    operatorRoutes(app, { db, apiKey: settings.apiKey, events, log })
  },
})
