import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { singlePage } from '../../database/pagination.ts'
import { implement } from '../../http/implement.ts'
import { withAbilities } from '../../policies/policy.ts'
import { projectRolePolicy } from '../../policies/project-role.ts'
import type { ProjectRoles } from './service.ts'

export function projectRoleRoutes(app: FastifyInstance, { projectRoles }: { projectRoles: ProjectRoles }): void {
  implement(app, api.projectRoles.list, async ({ actor, query }) => {
    const roles = await projectRoles.list(actor)
    return singlePage(roles.map((role) => withAbilities(query, projectRolePolicy, actor, role)))
  })

  implement(app, api.projectRoles.get, ({ actor, params }) => projectRoles.get(actor, params.id))

  implement(app, api.projectRoles.create, ({ actor, body }) => projectRoles.create(actor, body))

  implement(app, api.projectRoles.update, ({ actor, params, body }) => projectRoles.update(actor, params.id, body))

  implement(app, api.projectRoles.remove, ({ actor, params }) => projectRoles.remove(actor, params.id))
}
