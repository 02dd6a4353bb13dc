import { IdParams, pageOf, pageQuery, queryFlag, queryList } from '@piecework/api/shapes'
import { FlowRun } from '@piecework/model/run/run'
import { FlowRunStatus, RetryStrategy } from '@piecework/model/run/status'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { projectIn, projectOf, projectOfFirst } from '../../http/project-source.ts'
import { route } from '../../http/route.ts'
import type { RunService } from './service.ts'
import type { RunStore } from './store.ts'

/** STOPPED is the pages' word for CANCELED. */
const StatusFilter = z
  .union([FlowRunStatus, z.literal('STOPPED')])
  .transform((status) => (status === 'STOPPED' ? ('CANCELED' as const) : status))

/** A day alone means its beginning, in UTC. */
const Time = z.union([z.iso.datetime({ offset: true }), z.iso.date().transform((day) => `${day}T00:00:00.000Z`)], {
  error: 'must be an ISO 8601 time such as 2026-01-31T12:00:00Z',
})

const times = { createdAfter: Time.optional(), createdBefore: Time.optional() }

const ListQuery = z.object({
  projectId: z.string(),
  flowId: queryList(z.string()).optional(),
  status: queryList(StatusFilter).optional(),
  tags: queryList(z.string()).optional(),
  failedStepName: z.string().optional(),
  flowRunIds: queryList(z.string()).optional(),
  includeArchived: queryFlag.optional(),
  ...times,
  ...pageQuery(10),
})

/** One value or a list, as the pages show both. */
const oneOrMany = <T extends z.ZodType>(item: T) => z.union([z.array(item), item.transform((value) => [value])])

const BulkBody = z.object({
  projectId: z.string().optional().describe('May be left out beside flowRunIds or flowId, which tell it.'),
  flowRunIds: z.array(z.string()).optional(),
  excludeFlowRunIds: z.array(z.string()).optional(),
  flowId: oneOrMany(z.string()).optional(),
  status: oneOrMany(StatusFilter).optional(),
  tags: oneOrMany(z.string()).optional(),
  failedStepName: z.string().optional(),
  ...times,
})

interface Parts {
  runs: RunService
  store: RunStore
  projectOfFlow(flowId: string): Promise<string | undefined>
}

export function runRoutes(app: FastifyInstance, { runs, store, projectOfFlow }: Parts): void {
  const projectOfBulk = projectOfFirst({
    flow_run: { field: 'flowRunIds', find: (id) => store.projectOf(id) },
    flow: { field: 'flowId', find: projectOfFlow },
  })
  const projectOfRun = projectOf('flow_run', (id) => store.projectOf(id))
  const principals = ['USER', 'SERVICE'] as const

  route(app, {
    method: 'GET',
    url: '/v1/flow-runs',
    summary: 'List the production runs of a project, newest first',
    principals,
    permission: 'READ_RUN',
    project: projectIn('query'),
    schema: { query: ListQuery, response: pageOf(FlowRun) },
    handler: ({ project, query: { cursor, limit, ...filter } }) =>
      runs.list({ ...filter, projectId: project.id }, { cursor, limit }),
  })

  route(app, {
    method: 'GET',
    url: '/v1/flow-runs/count-by-status',
    summary: 'Count the production runs of a project by status',
    principals,
    permission: 'READ_RUN',
    project: projectIn('query'),
    schema: { query: z.object({ projectId: z.string(), ...times }) },
    handler: async ({ project, query }) => ({ data: await runs.countByStatus({ ...query, projectId: project.id }) }),
  })

  route(app, {
    method: 'GET',
    url: '/v1/flow-runs/:id',
    summary: 'Get a run with its steps',
    principals,
    permission: 'READ_RUN',
    project: projectOfRun,
    schema: { params: IdParams, response: FlowRun },
    handler: ({ project, params }) => runs.get(project.id, params.id),
  })

  route(app, {
    method: 'POST',
    url: '/v1/flow-runs/:id/retry',
    summary: 'Retry a run that is over',
    principals,
    permission: 'WRITE_RUN',
    project: projectOfRun,
    schema: {
      params: IdParams,
      body: z.object({ strategy: RetryStrategy, projectId: z.string().optional() }),
      response: FlowRun,
    },
    handler: ({ project, params, body }) =>
      runs.retry({ projectId: project.id, platformId: project.platformId, id: params.id, strategy: body.strategy }),
  })

  route(app, {
    method: 'POST',
    url: '/v1/flow-runs/retry',
    summary: 'Retry every run that matches',
    principals,
    permission: 'WRITE_RUN',
    project: projectOfBulk,
    schema: { body: BulkBody.extend({ strategy: RetryStrategy }), response: z.object({ retried: z.number() }) },
    handler: async ({ project, body: { strategy, ...filter } }) => ({
      retried: await runs.retryAll({
        filter: { ...chosen(filter), projectId: project.id },
        platformId: project.platformId,
        strategy,
      }),
    }),
  })

  route(app, {
    method: 'POST',
    url: '/v1/flow-runs/cancel',
    summary: 'Cancel every run that matches and is not over',
    principals,
    permission: 'WRITE_RUN',
    project: projectOfBulk,
    schema: { body: BulkBody, response: z.object({ cancelled: z.number() }) },
    handler: async ({ project, body }) => ({
      cancelled: await runs.cancelAll({ ...chosen(body), projectId: project.id }),
    }),
  })

  route(app, {
    method: 'POST',
    url: '/v1/flow-runs/archive',
    summary: 'Archive every run that matches',
    principals,
    permission: 'WRITE_RUN',
    project: projectOfBulk,
    schema: { body: BulkBody, response: z.object({ archived: z.number() }) },
    handler: async ({ project, body }) => ({
      archived: await runs.archiveAll({ ...chosen(body), projectId: project.id }),
    }),
  })
}

/** Named runs win over every other filter, be they archived or tests; without them those are left alone. */
function chosen(filter: z.infer<typeof BulkBody>) {
  const { flowRunIds, excludeFlowRunIds } = filter
  return flowRunIds ? { flowRunIds, excludeFlowRunIds, includeArchived: true, includeTests: true } : filter
}
