import { IdParams, pageOf, pageQuery } from '@piecework/api/shapes'
import { notFound } from '@piecework/model/errors'
import { FlowVersion, PopulatedFlow } from '@piecework/model/flow/flow'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { projectOfToken } from '../../http/project-source.ts'
import { route } from '../../http/route.ts'
import type { AppConnections } from '../app-connections/service.ts'
import type { Files } from '../files/service.ts'
import { flowFilters } from '../flows/filters.ts'
import type { Flows } from '../flows/service.ts'
import type { Projects } from '../projects/service.ts'

const ALL = 1_000_000

interface Options {
  projects: Projects
  flows: Flows
  appConnections: AppConnections
  files: Files
}

/** Pieces of older contracts join lists with commas. */
const commaList = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').filter(Boolean) : value),
  z.array(z.string()).optional(),
)

/** What the engine asks for while it runs a job of a project. */
export function engineRoutes(app: FastifyInstance, { projects, flows, appConnections, files }: Options): void {
  const shared = { method: 'GET', principals: ['ENGINE'], permission: 'NONE', project: projectOfToken } as const

  route(app, {
    ...shared,
    url: '/v1/worker/project',
    summary: 'The project of the run',
    handler: ({ project }) => projects.get(project.platformId, project.id),
  })

  route(app, {
    ...shared,
    url: '/v1/worker/app-connections/:externalId',
    summary: 'A connection of the project with its value',
    schema: { params: z.object({ externalId: z.string() }) },
    handler: ({ project, params }) =>
      appConnections.open({ projectId: project.id, platformId: project.platformId }, params.externalId),
  })

  route(app, {
    ...shared,
    url: '/v1/engine/populated-flows',
    summary: 'The flows of the project',
    schema: {
      query: z.object({ ...flowFilters, externalIds: commaList, ...pageQuery(ALL, ALL) }),
      response: pageOf(PopulatedFlow),
    },
    handler: ({ project, query }) => flows.list({ ...query, projectId: project.id }, query),
  })

  route(app, {
    ...shared,
    url: '/v1/engine/flows',
    summary: 'A version of a flow of the project',
    schema: { query: z.object({ versionId: z.string() }), response: FlowVersion },
    handler: ({ project, query }) => flows.versionById(project.id, query.versionId),
  })

  route(app, {
    ...shared,
    url: '/v1/engine/files/:id',
    summary: 'The bytes of a file of the project',
    schema: { params: IdParams },
    handler: async ({ project, params, reply }) => {
      const file = await files.read({ projectId: project.id }, params.id)
      if (!file) throw notFound('file', params.id)
      return reply.type('application/octet-stream').send(file.data)
    },
  })
}
