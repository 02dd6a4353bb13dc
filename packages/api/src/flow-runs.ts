import { FlowRun } from '@piecework/model/run/run'
import { FlowRunStatus, RetryStrategy } from '@piecework/model/run/status'
import { z } from 'zod'
import { endpoint, projectInQuery, projectOfRow } from './endpoint.ts'
import { IdParams, pageOf, pageQuery, queryFlag, queryList } from './shapes.ts'

/** STOPPED is the pages' word for CANCELED. */
const StatusFilter = z
  .union([FlowRunStatus, z.literal('STOPPED')])
  .transform((status) => (status === 'STOPPED' ? ('CANCELED' as const) : status))

/** A day alone means its beginning, in UTC. */
const Time = z.union([z.iso.datetime({ offset: true }), z.iso.date().transform((day) => `${day}T00:00:00.000Z`)], {
  error: 'must be an ISO 8601 time such as 2026-01-31T12:00:00Z',
})

const times = { createdAfter: Time.optional(), createdBefore: Time.optional() }

/** One value or a list, as the pages show both. */
const oneOrMany = <T extends z.ZodType>(item: T) => z.union([z.array(item), item.transform((value) => [value])])

/** The runs that a bulk call is about. */
export const RunSelection = z.object({
  projectId: z.string().optional().describe('May be left out beside flowRunIds or flowId, which tell it.'),
  flowRunIds: z.array(z.string()).optional(),
  excludeFlowRunIds: z.array(z.string()).optional(),
  flowId: oneOrMany(z.string()).optional(),
  status: oneOrMany(StatusFilter).optional(),
  tags: oneOrMany(z.string()).optional(),
  failedStepName: z.string().optional(),
  ...times,
})
export type RunSelection = z.output<typeof RunSelection>

const principals = ['USER', 'SERVICE'] as const
const projectOfBulk = {
  by: 'rows',
  rows: [
    { row: 'flow_run', field: 'flowRunIds' },
    { row: 'flow', field: 'flowId' },
  ],
} as const

export const flowRuns = {
  list: endpoint({
    method: 'GET',
    path: '/v1/flow-runs',
    operationId: 'flowRuns.list',
    summary: 'List the production runs of a project, newest first',
    principals,
    permission: 'READ_RUN',
    project: projectInQuery,
    query: z.object({
      projectId: z.string(),
      flowId: queryList(z.string()).optional(),
      status: queryList(StatusFilter).optional(),
      tags: queryList(z.string()).optional(),
      failedStepName: z.string().optional(),
      flowRunIds: queryList(z.string()).optional(),
      includeArchived: queryFlag.optional(),
      ...times,
      ...pageQuery(10),
    }),
    response: pageOf(FlowRun),
  }),
  countByStatus: endpoint({
    method: 'GET',
    path: '/v1/flow-runs/count-by-status',
    operationId: 'flowRuns.countByStatus',
    summary: 'Count the production runs of a project by status',
    principals,
    permission: 'READ_RUN',
    project: projectInQuery,
    query: z.object({ projectId: z.string(), ...times }),
    response: z.object({ data: z.array(z.object({ status: FlowRunStatus, count: z.number() })) }),
  }),
  get: endpoint({
    method: 'GET',
    path: '/v1/flow-runs/:id',
    operationId: 'flowRuns.get',
    summary: 'Get a run with its steps',
    principals,
    permission: 'READ_RUN',
    project: projectOfRow('flow_run'),
    params: IdParams,
    response: FlowRun,
  }),
  retry: endpoint({
    method: 'POST',
    path: '/v1/flow-runs/:id/retry',
    operationId: 'flowRuns.retry',
    summary: 'Retry a run that is over',
    principals,
    permission: 'WRITE_RUN',
    project: projectOfRow('flow_run'),
    params: IdParams,
    body: z.object({ strategy: RetryStrategy, projectId: z.string().optional() }),
    response: FlowRun,
    errors: ['VALIDATION', 'FLOW_RUN_RETRY_OUTSIDE_RETENTION', 'EXECUTION_STATE_MISSING'],
  }),
  retryAll: endpoint({
    method: 'POST',
    path: '/v1/flow-runs/retry',
    operationId: 'flowRuns.retryAll',
    summary: 'Retry every run that matches',
    principals,
    permission: 'WRITE_RUN',
    project: projectOfBulk,
    body: RunSelection.extend({ strategy: RetryStrategy }),
    response: z.object({ retried: z.number() }),
  }),
  cancelAll: endpoint({
    method: 'POST',
    path: '/v1/flow-runs/cancel',
    operationId: 'flowRuns.cancelAll',
    summary: 'Cancel every run that matches and is not over',
    principals,
    permission: 'WRITE_RUN',
    project: projectOfBulk,
    body: RunSelection,
    response: z.object({ cancelled: z.number() }),
  }),
  archiveAll: endpoint({
    method: 'POST',
    path: '/v1/flow-runs/archive',
    operationId: 'flowRuns.archiveAll',
    summary: 'Archive every run that matches',
    principals,
    permission: 'WRITE_RUN',
    project: projectOfBulk,
    body: RunSelection,
    response: z.object({ archived: z.number() }),
  }),
}
