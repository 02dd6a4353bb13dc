import type { Plugin } from '../plugin.ts'
import { projectMemberRoutes } from './routes.ts'
import type { ProjectMembers } from './service.ts'

export const projectMembers = (parts: { projectMembers: ProjectMembers }): Plugin => ({
  name: 'project-members',
  routes: (app) => projectMemberRoutes(app, parts),
})
