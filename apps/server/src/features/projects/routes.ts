import { AppError } from '@piecework/model/errors'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Db } from '../../database/open.ts'
import { pageOf, pageQuery, singlePage } from '../../http/pagination.ts'
import type { PrincipalOf } from '../../http/principal.ts'
import { projectIn } from '../../http/project-source.ts'
import { route } from '../../http/route.ts'
import { DisplayName, IdParams, queryList } from '../../http/schemas.ts'
import { ProjectIcon, ProjectWithLimits, presentProject, presentProjects } from './present.ts'
import type { Projects } from './service.ts'
import type { ProjectScope } from './store.ts'

const DEFAULT_LIMIT = 50
const Metadata = z.record(z.string(), z.unknown()).nullish()
const GlobalConnections = z.array(z.string()).max(1000).optional()
const MaxConcurrentJobs = z.number().int().positive().max(1_000_000).nullish()

export function projectRoutes(app: FastifyInstance, { db, projects }: { db: Db; projects: Projects }): void {
  route(app, {
    method: 'POST',
    url: '/v1/projects',
    summary: 'Create a team project',
    principals: ['USER', 'SERVICE'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    status: 201,
    schema: {
      body: z.object({
        displayName: DisplayName,
        externalId: z.string().min(1).nullish(),
        metadata: Metadata,
        maxConcurrentJobs: MaxConcurrentJobs,
        globalConnectionExternalIds: GlobalConnections,
      }),
      response: ProjectWithLimits,
    },
    handler: async ({ principal, body }) => presentProject(projects, await projects.create(principal.platformId, body)),
  })

  route(app, {
    method: 'GET',
    url: '/v1/projects',
    summary: 'List the projects that the caller may enter',
    principals: ['USER', 'SERVICE'],
    permission: 'NONE',
    project: null,
    schema: {
      query: z.object({
        externalId: z.string().optional(),
        externalUserId: z.string().optional().describe('With an API key: only what this user may enter.'),
        displayName: z.string().optional(),
        types: queryList(z.enum(['TEAM', 'PERSONAL'])),
        ...pageQuery(DEFAULT_LIMIT),
      }),
      response: pageOf(ProjectWithLimits),
    },
    handler: async ({ principal, query }) => {
      const scope = await scopeOf(principal, query.externalUserId)
      if (!scope) return singlePage([])
      const page = await projects.list(scope, query, query)
      return { ...page, data: await presentProjects(projects, page.data) }
    },
  })

  route(app, {
    method: 'GET',
    url: '/v1/projects/:id',
    summary: 'Get a project',
    principals: ['USER', 'SERVICE'],
    permission: 'NONE',
    project: projectIn('params', 'id'),
    schema: { params: IdParams, response: ProjectWithLimits },
    handler: async ({ project }) => presentProject(projects, await projects.get(project.platformId, project.id)),
  })

  route(app, {
    method: 'POST',
    url: '/v1/projects/:id',
    summary: 'Change a project',
    principals: ['USER', 'SERVICE'],
    permission: 'WRITE_PROJECT',
    project: projectIn('params', 'id'),
    schema: {
      params: IdParams,
      body: z.object({
        displayName: DisplayName.optional(),
        externalId: z.string().min(1).nullish(),
        metadata: Metadata,
        icon: ProjectIcon.optional(),
        releasesEnabled: z.boolean().optional(),
        maxConcurrentJobs: MaxConcurrentJobs,
        globalConnectionExternalIds: GlobalConnections,
        plan: z
          .object({
            pieces: z.array(z.string()).optional(),
            piecesFilterType: z.enum(['NONE', 'ALLOWED']).optional(),
          })
          .optional(),
      }),
      response: ProjectWithLimits,
    },
    handler: async ({ principal, project, body }) => {
      const isAdmin = principal.type === 'SERVICE' || principal.platformRole === 'ADMIN'
      for (const field of ['externalId', 'globalConnectionExternalIds'] as const) {
        if (body[field] === undefined || isAdmin) continue
        throw new AppError('AUTHORIZATION', { message: `only administrators of the platform may change ${field}` })
      }
      return presentProject(projects, await projects.update(project.platformId, project.id, body))
    },
  })

  route(app, {
    method: 'DELETE',
    url: '/v1/projects/:id',
    summary: 'Delete a team project and everything in it',
    principals: ['USER', 'SERVICE'],
    permission: 'PLATFORM_ADMIN',
    project: projectIn('params', 'id'),
    status: 204,
    schema: { params: IdParams },
    handler: ({ project }) => projects.remove(project.platformId, project.id),
  })

  async function scopeOf(
    principal: PrincipalOf<'USER' | 'SERVICE'>,
    externalUserId: string | undefined,
  ): Promise<ProjectScope | null> {
    const { platformId } = principal
    if (principal.type === 'USER') return { platformId, visibleTo: principal }
    if (externalUserId === undefined) return { platformId, visibleTo: null }
    const user = await db
      .selectFrom('user')
      .select(['id', 'platformRole'])
      .where('platformId', '=', platformId)
      .where('externalId', '=', externalUserId)
      .executeTakeFirst()
    return user ? { platformId, visibleTo: user } : null
  }
}
