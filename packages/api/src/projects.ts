import { z } from 'zod'
import { abilitiesQuery, ProjectAbilities } from './abilities.ts'
import { endpoint } from './endpoint.ts'
import { ApiPlan } from './graph/plans.ts'
import { DisplayName, IdParams, pageOf, pageQuery, queryList } from './shapes.ts'

export const PROJECT_COLORS = [
  'RED',
  'BLUE',
  'YELLOW',
  'PURPLE',
  'GREEN',
  'PINK',
  'VIOLET',
  'ORANGE',
  'DARK_GREEN',
  'CYAN',
  'LAVENDER',
  'DEEP_ORANGE',
] as const
export type ProjectColor = (typeof PROJECT_COLORS)[number]

export const ProjectIcon = z.object({ color: z.enum(PROJECT_COLORS) })

export const ProjectWithLimits = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  ownerId: z.string(),
  displayName: z.string(),
  type: z.enum(['TEAM', 'PERSONAL']),
  platformId: z.string(),
  externalId: z.string().nullable(),
  maxConcurrentJobs: z.number().nullable(),
  icon: z.object({ color: z.string() }),
  releasesEnabled: z.boolean(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  poolId: z.string().nullable(),
  apiPlan: ApiPlan.nullable().describe('How often programs may call the graph API; null for the default.'),
  plan: z.object({
    id: z.string(),
    created: z.string(),
    updated: z.string(),
    projectId: z.string(),
    locked: z.boolean(),
    name: z.string(),
    piecesFilterType: z.enum(['NONE', 'ALLOWED']),
    pieces: z.array(z.string()),
  }),
  analytics: z.object({
    totalUsers: z.number(),
    activeUsers: z.number(),
    totalFlows: z.number(),
    activeFlows: z.number(),
  }),
})
export type ProjectWithLimits = z.infer<typeof ProjectWithLimits>

/** A project in an answer. */
const ReadProject = ProjectWithLimits.extend({ abilities: ProjectAbilities })

const Metadata = z.record(z.string(), z.unknown()).nullish()
const MaxConcurrentJobs = z.number().int().positive().max(1_000_000).nullish()
const GlobalConnections = z.array(z.string()).max(1000).optional()

export const projects = {
  create: endpoint({
    method: 'POST',
    path: '/v1/projects',
    operationId: 'projects.create',
    summary: 'Create a team project',
    principals: ['USER', 'SERVICE'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    status: 201,
    body: z.object({
      displayName: DisplayName,
      externalId: z.string().min(1).nullish(),
      metadata: Metadata,
      maxConcurrentJobs: MaxConcurrentJobs,
      globalConnectionExternalIds: GlobalConnections,
    }),
    response: ProjectWithLimits,
    errors: ['PROJECT_EXTERNAL_ID_ALREADY_EXISTS'],
  }),
  list: endpoint({
    method: 'GET',
    path: '/v1/projects',
    operationId: 'projects.list',
    summary: 'List the projects that the caller may access',
    principals: ['USER', 'SERVICE'],
    permission: 'NONE',
    project: null,
    query: z.object({
      externalId: z.string().optional(),
      externalUserId: z.string().optional().describe('With an API key: only projects that this user may access.'),
      displayName: z.string().optional(),
      types: queryList(z.enum(['TEAM', 'PERSONAL'])),
      ...abilitiesQuery,
      ...pageQuery(50),
    }),
    response: pageOf(ReadProject),
  }),
  get: endpoint({
    method: 'GET',
    path: '/v1/projects/:id',
    operationId: 'projects.get',
    summary: 'Get a project',
    principals: ['USER', 'SERVICE'],
    permission: 'NONE',
    project: { by: 'id', part: 'params', field: 'id' },
    params: IdParams,
    query: z.object(abilitiesQuery),
    response: ReadProject,
  }),
  update: endpoint({
    method: 'POST',
    path: '/v1/projects/:id',
    operationId: 'projects.update',
    summary: 'Change a project',
    principals: ['USER', 'SERVICE'],
    permission: 'WRITE_PROJECT',
    project: { by: 'id', part: 'params', field: 'id' },
    params: IdParams,
    body: z.object({
      displayName: DisplayName.optional(),
      externalId: z.string().min(1).nullish(),
      metadata: Metadata,
      icon: ProjectIcon.optional(),
      releasesEnabled: z.boolean().optional(),
      maxConcurrentJobs: MaxConcurrentJobs,
      globalConnectionExternalIds: GlobalConnections,
      apiPlan: ApiPlan.nullish(),
      plan: z
        .object({
          pieces: z.array(z.string()).optional(),
          piecesFilterType: z.enum(['NONE', 'ALLOWED']).optional(),
        })
        .optional(),
    }),
    response: ProjectWithLimits,
    errors: ['PROJECT_EXTERNAL_ID_ALREADY_EXISTS'],
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v1/projects/:id',
    operationId: 'projects.remove',
    summary: 'Delete a team project and everything in it',
    principals: ['USER', 'SERVICE'],
    permission: 'PLATFORM_ADMIN',
    project: { by: 'id', part: 'params', field: 'id' },
    status: 204,
    params: IdParams,
    errors: ['VALIDATION'],
  }),
}
