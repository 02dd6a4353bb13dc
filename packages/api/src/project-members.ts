import { z } from 'zod'
import { abilitiesQuery, ProjectMemberAbilities } from './abilities.ts'
import { endpoint, projectInBody, projectInQuery, projectOfRow } from './endpoint.ts'
import { ProjectMember, ProjectRole } from './member-shapes.ts'
import { IdParams, pageOf, pageQuery } from './shapes.ts'

const principals = ['USER', 'SERVICE'] as const
const project = projectOfRow('project_member')
const RoleName = z.string().min(1).max(100).describe('The name of a role; capital letters do not matter.')

export const projectMembers = {
  list: endpoint({
    method: 'GET',
    path: '/v1/project-members',
    operationId: 'projectMembers.list',
    summary: 'List the members of a project; its owner is none of them',
    principals,
    permission: 'READ_PROJECT_MEMBER',
    project: projectInQuery,
    query: z.object({
      projectId: z.string(),
      projectRoleId: z.string().optional(),
      ...abilitiesQuery,
      ...pageQuery(10),
    }),
    response: pageOf(ProjectMember.extend({ abilities: ProjectMemberAbilities })),
  }),
  role: endpoint({
    method: 'GET',
    path: '/v1/project-members/role',
    operationId: 'projectMembers.role',
    summary: 'Get the role that the caller has in a project',
    principals: ['USER'],
    permission: 'NONE',
    project: projectInQuery,
    query: z.object({ projectId: z.string() }),
    response: ProjectRole.nullable(),
  }),
  add: endpoint({
    method: 'POST',
    path: '/v1/project-members',
    operationId: 'projectMembers.add',
    summary: 'Add a user of the platform to a team project, or give a member another role',
    principals,
    permission: 'WRITE_PROJECT_MEMBER',
    project: projectInBody,
    status: 201,
    body: z.object({ projectId: z.string(), userId: z.string(), role: RoleName }),
    response: ProjectMember,
    errors: ['VALIDATION'],
  }),
  update: endpoint({
    method: 'POST',
    path: '/v1/project-members/:id',
    operationId: 'projectMembers.update',
    summary: 'Give a member another role',
    principals,
    permission: 'WRITE_PROJECT_MEMBER',
    project,
    params: IdParams,
    body: z.object({ role: RoleName }),
    response: ProjectMember,
    errors: ['VALIDATION'],
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v1/project-members/:id',
    operationId: 'projectMembers.remove',
    summary: 'Remove a member from a project',
    principals,
    permission: 'WRITE_PROJECT_MEMBER',
    project,
    status: 204,
    params: IdParams,
    errors: ['VALIDATION'],
  }),
}
