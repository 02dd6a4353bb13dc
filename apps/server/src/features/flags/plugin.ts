import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import { flagRoutes } from './routes.ts'
import { createFlags } from './service.ts'

export const flags = (parts: Pick<Core, 'db' | 'settings' | 'release'>): Plugin => ({
  name: 'flags',
  routes: (app) => flagRoutes(app, { flags: createFlags(parts) }),
})
