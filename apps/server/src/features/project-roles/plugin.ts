import type { Db } from '../../database/open.ts'
import type { Plugin } from '../plugin.ts'
import { projectRoleRoutes } from './routes.ts'

export const projectRoles = ({ db }: { db: Db }): Plugin => ({
  name: 'project-roles',
  routes: (app) => projectRoleRoutes(app, { db }),
})
