import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import { flagRoutes } from './routes.ts'

export const flags = ({ db, settings, release }: Pick<Core, 'db' | 'settings' | 'release'>): Plugin => ({
  name: 'flags',
  routes: (app) => flagRoutes(app, { db, settings, release }),
})
