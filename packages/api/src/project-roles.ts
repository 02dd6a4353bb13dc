import { Permission } from '@piecework/model/permission'
import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { IdParams, pageOf } from './shapes.ts'

export const ProjectRole = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  name: z.string(),
  permissions: z.array(Permission),
  platformId: z.string().nullable(),
  type: z.enum(['DEFAULT', 'CUSTOM']),
})
export type ProjectRole = z.infer<typeof ProjectRole>

export const projectRoles = {
  list: endpoint({
    method: 'GET',
    path: '/v1/project-roles',
    operationId: 'projectRoles.list',
    summary: 'List the roles of the platform',
    principals: ['USER', 'SERVICE'],
    permission: 'NONE',
    project: null,
    response: pageOf(ProjectRole.extend({ userCount: z.number() })),
  }),
  get: endpoint({
    method: 'GET',
    path: '/v1/project-roles/:id',
    operationId: 'projectRoles.get',
    summary: 'Get a role',
    principals: ['USER', 'SERVICE'],
    permission: 'NONE',
    project: null,
    params: IdParams,
    response: ProjectRole,
  }),
}
