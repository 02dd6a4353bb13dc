import { api } from '@piecework/api/index'
import { notFound } from '@piecework/model/errors'
import type { FastifyInstance } from 'fastify'
import type { Db } from '../../database/open.ts'
import { singlePage } from '../../database/pagination.ts'
import { implement } from '../../http/implement.ts'
import { authorize } from '../../policies/policy.ts'
import { projectRolePolicy } from '../../policies/project-role.ts'
import { countHolders, selectProjectRole, selectProjectRoles } from './store.ts'

/** The roles that members of projects may have (spec: docs/admin-guide/guides/permissions). */
export function projectRoleRoutes(app: FastifyInstance, { db }: { db: Db }): void {
  implement(app, api.projectRoles.list, async ({ actor }) => {
    authorize(actor, projectRolePolicy.read)
    const { platformId } = actor
    const [roles, holders] = await Promise.all([selectProjectRoles(db, platformId), countHolders(db, platformId)])
    return singlePage(roles.map((role) => ({ ...role, userCount: holders.get(role.id) ?? 0 })))
  })

  implement(app, api.projectRoles.get, async ({ actor, params }) => {
    authorize(actor, projectRolePolicy.read)
    const role = await selectProjectRole(db, actor.platformId, params.id)
    if (!role) throw notFound('project_role', params.id)
    return role
  })
}
