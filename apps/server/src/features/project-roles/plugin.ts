import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import { projectRoleRoutes } from './routes.ts'
import { createProjectRoles } from './service.ts'

export const projectRoles = (parts: Pick<Core, 'db' | 'events' | 'outbox'>): Plugin => ({
  name: 'project-roles',
  routes: (app) => projectRoleRoutes(app, { projectRoles: createProjectRoles(parts) }),
})
