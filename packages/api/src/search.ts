import { FlowStatus } from '@piecework/model/flow/flow'
import { FlowRunStatus } from '@piecework/model/run/status'
import { z } from 'zod'
import { endpoint, projectInQuery } from './endpoint.ts'

const DEFAULT_LIMIT = 5
const MAX_LIMIT = 20
const MAX_QUERY_LENGTH = 200

/** The results of a search, by kind, the best first. Kinds that the caller may not read are empty. */
export const SearchResults = z.object({
  flows: z.array(
    z.object({ id: z.string(), displayName: z.string(), status: FlowStatus, folderId: z.string().nullable() }),
  ),
  runs: z.array(
    z.object({
      id: z.string(),
      flowId: z.string(),
      flowDisplayName: z.string().nullable(),
      status: FlowRunStatus,
      created: z.string(),
    }),
  ),
  connections: z.array(
    z.object({
      id: z.string(),
      externalId: z.string(),
      displayName: z.string(),
      pieceName: z.string(),
      status: z.enum(['ACTIVE', 'MISSING', 'ERROR']),
    }),
  ),
  folders: z.array(z.object({ id: z.string(), displayName: z.string() })),
  pieces: z.array(z.object({ name: z.string(), displayName: z.string(), logoUrl: z.string() })),
})
export type SearchResults = z.infer<typeof SearchResults>

export const search = {
  all: endpoint({
    method: 'GET',
    path: '/v1/search',
    operationId: 'search.all',
    summary: 'Find flows, runs (by the beginning of their id), connections, folders and pieces of a project',
    principals: ['USER', 'SERVICE'],
    permission: 'NONE',
    project: projectInQuery,
    query: z.object({
      projectId: z.string(),
      query: z.string().trim().min(1).max(MAX_QUERY_LENGTH),
      limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT).describe('Of each kind.'),
    }),
    response: SearchResults,
  }),
}
