import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import { projectKeyRoutes } from './routes.ts'
import { createProjectKeys } from './service.ts'

export const projectKeys = (parts: Pick<Core, 'db' | 'events' | 'outbox'>): Plugin => ({
  name: 'project-keys',
  routes: (app) => projectKeyRoutes(app, { projectKeys: createProjectKeys(parts) }),
})
