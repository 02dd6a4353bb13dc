import { notFound } from '@piecework/model/errors'
import { Permission } from '@piecework/model/permission'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Db } from '../../database/open.ts'
import { pageOf, singlePage } from '../../http/pagination.ts'
import { route } from '../../http/route.ts'
import { IdParams } from '../../http/schemas.ts'
import { countHolders, selectProjectRole, selectProjectRoles } from './store.ts'

const ProjectRole = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  name: z.string(),
  permissions: z.array(Permission),
  platformId: z.string().nullable(),
  type: z.enum(['DEFAULT', 'CUSTOM']),
})

/** The roles that members of projects may have (spec: docs/admin-guide/guides/permissions). */
export function projectRoleRoutes(app: FastifyInstance, { db }: { db: Db }): void {
  route(app, {
    method: 'GET',
    url: '/v1/project-roles',
    summary: 'List the roles of the platform',
    principals: ['USER', 'SERVICE'],
    permission: 'NONE',
    project: null,
    schema: { response: pageOf(ProjectRole.extend({ userCount: z.number() })) },
    handler: async ({ principal: { platformId } }) => {
      const [roles, holders] = await Promise.all([selectProjectRoles(db, platformId), countHolders(db, platformId)])
      return singlePage(roles.map((role) => ({ ...role, userCount: holders.get(role.id) ?? 0 })))
    },
  })

  route(app, {
    method: 'GET',
    url: '/v1/project-roles/:id',
    summary: 'Get a role',
    principals: ['USER', 'SERVICE'],
    permission: 'NONE',
    project: null,
    schema: { params: IdParams, response: ProjectRole },
    handler: async ({ principal, params }) => {
      const role = await selectProjectRole(db, principal.platformId, params.id)
      if (!role) throw notFound('project_role', params.id)
      return role
    },
  })
}
