import { completePermissions, Permission } from '@piecework/model/permission'
import { z } from 'zod'
import { abilitiesQuery, ProjectRoleAbilities } from './abilities.ts'
import { endpoint } from './endpoint.ts'
import { ProjectMember, ProjectRole } from './member-shapes.ts'
import { DisplayName, IdParams, pageOf, pageQuery } from './shapes.ts'

const Name = DisplayName.max(100)
const Permissions = z
  .array(Permission)
  .max(100)
  .transform(completePermissions)
  .describe('Who may change something may also read it: what is missing for that is added.')

export const projectRoles = {
  list: endpoint({
    method: 'GET',
    path: '/v1/project-roles',
    operationId: 'projectRoles.list',
    summary: 'List the roles of the platform',
    principals: ['USER', 'SERVICE'],
    permission: 'NONE',
    project: null,
    query: z.object(abilitiesQuery),
    response: pageOf(ProjectRole.extend({ userCount: z.number(), abilities: ProjectRoleAbilities })),
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
  create: endpoint({
    method: 'POST',
    path: '/v1/project-roles',
    operationId: 'projectRoles.create',
    summary: 'Create a role of the platform',
    principals: ['USER', 'SERVICE'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    status: 201,
    body: z.object({ name: Name, permissions: Permissions, type: z.literal('CUSTOM').default('CUSTOM') }),
    response: ProjectRole,
    errors: ['VALIDATION'],
  }),
  update: endpoint({
    method: 'POST',
    path: '/v1/project-roles/:id',
    operationId: 'projectRoles.update',
    summary: 'Rename a role of the platform, or change what it may do; that counts at once',
    principals: ['USER', 'SERVICE'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    params: IdParams,
    body: z.object({ name: Name.optional(), permissions: Permissions.optional() }),
    response: ProjectRole,
    errors: ['VALIDATION'],
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v1/project-roles/:id',
    operationId: 'projectRoles.remove',
    summary: 'Delete a role of the platform that nobody has, by its id or its name',
    principals: ['USER', 'SERVICE'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    status: 204,
    params: IdParams,
    errors: ['VALIDATION'],
  }),
  members: endpoint({
    method: 'GET',
    path: '/v1/project-roles/:id/project-members',
    operationId: 'projectRoles.members',
    summary: 'List who has a role, in all projects of the platform',
    principals: ['USER', 'SERVICE'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    params: IdParams,
    query: z.object(pageQuery(10)),
    response: pageOf(ProjectMember),
  }),
}
