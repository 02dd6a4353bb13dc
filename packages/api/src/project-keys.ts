import { z } from 'zod'
import { endpoint, projectInBody, projectInQuery, projectOfRow } from './endpoint.ts'
import { IdParams, pageOf } from './shapes.ts'

/** `read` alone shows; `write` also changes and runs. */
export const KeyScope = z.enum(['read', 'write'])
export type KeyScope = z.infer<typeof KeyScope>

export const ProjectKey = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  projectId: z.string(),
  displayName: z.string(),
  scopes: z.array(KeyScope),
  truncatedValue: z.string().describe('The last letters of the key.'),
  lastUsedAt: z.string().nullable(),
})
export type ProjectKey = z.infer<typeof ProjectKey>

const principals = ['USER', 'SERVICE'] as const
const permission = 'WRITE_PROJECT'

export const projectKeys = {
  create: endpoint({
    method: 'POST',
    path: '/v1/project-keys',
    operationId: 'projectKeys.create',
    summary: 'Create a key of a project for the graph API; its value is shown this once',
    principals,
    permission,
    project: projectInBody,
    personalTokens: false,
    status: 201,
    body: z.object({
      projectId: z.string(),
      displayName: z.string().trim().min(1).max(100),
      scopes: z.array(KeyScope).min(1).default(['read', 'write']),
    }),
    response: ProjectKey.extend({ value: z.string() }),
    errors: ['VALIDATION'],
  }),
  list: endpoint({
    method: 'GET',
    path: '/v1/project-keys',
    operationId: 'projectKeys.list',
    summary: 'List the keys of a project, newest first',
    principals,
    permission,
    project: projectInQuery,
    query: z.object({ projectId: z.string() }),
    response: pageOf(ProjectKey),
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v1/project-keys/:id',
    operationId: 'projectKeys.remove',
    summary: 'Delete a key of a project; it stops working at once',
    principals,
    permission,
    project: projectOfRow('project_key'),
    status: 204,
    params: IdParams,
  }),
}
