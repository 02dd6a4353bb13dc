import { pageOf, pageQuery } from '@piecework/api/shapes'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Db } from '../../database/open.ts'
import type { ProjectAccess } from '../../http/access.ts'
import { projectIn } from '../../http/project-source.ts'
import { route } from '../../http/route.ts'
import { triggerRunStatus } from './statistics.ts'
import type { TriggerTests } from './tests.ts'

const DEFAULT_LIMIT = 10

const TriggerEvent = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  projectId: z.string(),
  flowId: z.string(),
  sourceName: z.string(),
  fileId: z.string(),
  payload: z.unknown(),
})

/** Trying out triggers, and how they fare. */
export function triggerRoutes(app: FastifyInstance, { db, tests }: { db: Db; tests: TriggerTests }): void {
  const inProject = { principals: ['USER'], permission: 'WRITE_FLOW', project: projectIn('body') } as const

  route(app, {
    ...inProject,
    method: 'POST',
    url: '/v1/test-trigger',
    summary: "Ask a trigger's test for events, or begin (or end) to listen for a real one",
    schema: {
      body: z.object({
        projectId: z.string(),
        flowId: z.string(),
        flowVersionId: z.string(),
        testStrategy: z.enum(['TEST_FUNCTION', 'SIMULATION']),
      }),
      response: pageOf(TriggerEvent),
    },
    handler: async ({ project, body: { flowId, flowVersionId, testStrategy } }) => {
      if (testStrategy === 'TEST_FUNCTION') return tests.test(refOf(project), flowId, flowVersionId)
      await tests.toggleSimulation(refOf(project), flowId, flowVersionId)
      return tests.list(refOf(project), flowId, { limit: DEFAULT_LIMIT })
    },
  })

  route(app, {
    ...inProject,
    method: 'DELETE',
    url: '/v1/test-trigger',
    summary: 'Stop to listen for a real event',
    status: 204,
    schema: { body: z.object({ projectId: z.string(), flowId: z.string() }) },
    handler: ({ project, body }) => tests.cancelSimulation(refOf(project), body.flowId),
  })

  route(app, {
    ...inProject,
    method: 'POST',
    url: '/v1/trigger-events',
    summary: 'Keep a made-up event of a trigger',
    schema: {
      body: z.object({
        projectId: z.string(),
        flowId: z.string(),
        mockData: z.unknown().refine((data) => data !== undefined, 'is required'),
      }),
      response: TriggerEvent,
    },
    handler: ({ project, body }) => tests.mock(refOf(project), body.flowId, body.mockData),
  })

  route(app, {
    method: 'GET',
    url: '/v1/trigger-events',
    summary: 'List the events kept of the trigger that a flow has now',
    principals: ['USER'],
    permission: 'READ_FLOW',
    project: projectIn('query'),
    schema: {
      query: z.object({ projectId: z.string(), flowId: z.string(), ...pageQuery(DEFAULT_LIMIT) }),
      response: pageOf(TriggerEvent),
    },
    handler: ({ project, query }) => tests.list(refOf(project), query.flowId, query),
  })

  route(app, {
    method: 'GET',
    url: '/v1/trigger-runs/status',
    summary: 'How the triggers of the platform fared in the last 14 days, by piece',
    principals: ['USER'],
    permission: 'NONE',
    project: null,
    handler: ({ principal }) => triggerRunStatus(db, principal.platformId),
  })
}

const refOf = (project: ProjectAccess) => ({ projectId: project.id, platformId: project.platformId })
