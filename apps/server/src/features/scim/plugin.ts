import type { Core } from '../../core.ts'
import { API_PREFIX } from '../../http/route.ts'
import type { Plugin } from '../plugin.ts'
import type { ProjectMembers } from '../project-members/service.ts'
import type { Projects } from '../projects/service.ts'
import { createUsers } from '../users/service.ts'
import { createScimGroups } from './groups.ts'
import { scimRoutes } from './routes.ts'
import { createScimUsers } from './users.ts'

type Parts = Pick<Core, 'db' | 'outbox' | 'events' | 'access' | 'settings'> & {
  projects: Projects
  projectMembers: ProjectMembers
}

export function scim(parts: Parts): Plugin {
  const { frontendUrl, scimDefaultProjectRole: defaultRole } = parts.settings
  const users = createScimUsers({ ...parts, users: createUsers(parts) })
  const groups = createScimGroups({ ...parts, defaultRole })
  return {
    name: 'scim',
    routes: (app) => scimRoutes(app, { users, groups, base: `${frontendUrl}${API_PREFIX}/v1/scim/v2` }),
  }
}
