import { FlowRun } from '@piecework/model/run/run'
import { FlowRunStatus, RetryStrategy } from '@piecework/model/run/status'
import { z } from 'zod'
import { endpoint, projectInQuery, projectOfRow } from './endpoint.ts'
import { DayCounts, dayCountsQuery, FlowFailures, MAX_FAILING_FLOWS } from './run-counts.ts'
import { IdParams, pageOf, pageQuery, queryFlag, queryList, Time } from './shapes.ts'

/** The pages write STOPPED for CANCELED. */
const StatusFilter = z
  .union([FlowRunStatus, z.literal('STOPPED')])
  .transform((status) => (status === 'STOPPED' ? ('CANCELED' as const) : status))

const times = { createdAfter: Time.optional(), createdBefore: Time.optional() }

/** One value or a list, because the pages show both. */
const oneOrMany = <T extends z.ZodType>(item: T) => z.union([z.array(item), item.transform((value) => [value])])

/** The selection of runs for a bulk call. */
export const RunSelection = z.object({
  projectId: z.string().optional().describe('Optional with flowRunIds or flowId, which imply it.'),
  flowRunIds: z.array(z.string()).optional(),
  excludeFlowRunIds: z.array(z.string()).optional(),
  flowId: oneOrMany(z.string()).optional(),
  status: oneOrMany(StatusFilter).optional(),
  tags: oneOrMany(z.string()).optional(),
  failedStepName: z.string().optional(),
  issueId: z.string().optional().describe('The failed runs of an issue, since it was resolved last.'),
  ...times,
})
export type RunSelection = z.output<typeof RunSelection>

/** The event that started a run. */
export const RunEvent = z.object({
  /** The trigger. */
  stepName: z.string(),
  /** As the steps see it: of a webhook `body`, `headers`, `queryParams` and `method`. Null when it is not kept any more. */
  payload: z.unknown(),
  isRaw: z.boolean().describe('As it came: the trigger has not looked at it yet.'),
})
export type RunEvent = z.infer<typeof RunEvent>

const principals = ['USER', 'SERVICE'] as const
/** A bulk call names its project, or runs or flows of it. */
export const projectOfBulk = {
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
      issueId: z.string().optional(),
      parentRunId: z.string().optional().describe('The runs that a run called, test runs included.'),
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
  countByDay: endpoint({
    method: 'GET',
    path: '/v1/flow-runs/count-by-day',
    operationId: 'flowRuns.countByDay',
    summary: 'Count the production runs of the last days by status',
    principals,
    permission: 'READ_RUN',
    project: projectInQuery,
    query: z.object({ projectId: z.string(), ...dayCountsQuery }),
    response: z.object({ data: z.array(DayCounts) }),
  }),
  failures: endpoint({
    method: 'GET',
    path: '/v1/flow-runs/failures',
    operationId: 'flowRuns.failures',
    summary: 'List the flows whose production runs failed since a time, with how many',
    principals,
    permission: 'READ_RUN',
    project: projectInQuery,
    query: z.object({ projectId: z.string(), createdAfter: Time }),
    response: z.object({ data: z.array(FlowFailures).describe(`At most ${MAX_FAILING_FLOWS}.`) }),
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
  event: endpoint({
    method: 'GET',
    path: '/v1/flow-runs/:id/trigger',
    operationId: 'flowRuns.event',
    summary: 'Get what began a run, also while it waits',
    principals,
    permission: 'READ_RUN',
    project: projectOfRow('flow_run'),
    params: IdParams,
    response: RunEvent,
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
