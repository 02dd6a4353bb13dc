import { z } from 'zod'
import { Time } from '../shapes.ts'
import { graphEndpoint } from './endpoint.ts'
import { IdParam, pageFields } from './shapes.ts'

export const ExecutionStatus = z.enum(['pending', 'running', 'paused', 'completed', 'failed', 'cancelled'])
export type ExecutionStatus = z.infer<typeof ExecutionStatus>

export const ExecutionSummary = z.object({
  id: z.string(),
  workflow_id: z.string(),
  status: ExecutionStatus,
  created_at: z.string(),
  started_at: z.string(),
  completed_at: z.string().nullable(),
  error: z.object({ node_id: z.string().nullable(), message: z.string(), reason: z.string() }).nullable(),
})
export type ExecutionSummary = z.infer<typeof ExecutionSummary>

export const ExecutionLog = z.object({
  node_id: z.string(),
  type: z.string().describe('The type of the node.'),
  status: z.enum(['running', 'completed', 'failed', 'paused']),
  input: z.unknown(),
  output: z.unknown(),
  error: z.unknown(),
  /** A node that waited: when it went on. Null for executions of before this was recorded. */
  started_at: z.string().nullable(),
  /** Null while it runs or waits, too. */
  completed_at: z.string().nullable(),
  duration_ms: z.number().nullable(),
  /** The rounds of the loops around it, from 0, outermost first. */
  iteration: z.array(z.number().int()),
})
export type ExecutionLog = z.infer<typeof ExecutionLog>

export const Execution = ExecutionSummary.extend({
  /** The answer of a respond node; else the output of the last node. */
  output: z.unknown(),
  logs: z.array(ExecutionLog),
  logs_truncated: z.boolean().describe('There are more logs than an answer holds.'),
})
export type Execution = z.infer<typeof Execution>

const filters = {
  status: ExecutionStatus.optional(),
  from: Time.optional().describe('Executions that were created at this time or later.'),
  to: Time.optional().describe('Executions that were created at this time or earlier.'),
}

export const executions = {
  execute: graphEndpoint({
    method: 'POST',
    path: '/workflows/:id/execute',
    operationId: 'executions.execute',
    summary: 'Execute the published graph of a workflow; the input is what its trigger gives to the other nodes',
    scope: 'write',
    params: IdParam,
    query: z.object({
      wait: z.coerce.number().min(0).optional().describe('How many seconds to wait for the end of the execution.'),
    }),
    headers: {
      'Idempotency-Key': 'Sent again with the same body within a day, it names the same execution and starts nothing.',
    },
    body: z.object({ input: z.unknown().optional() }),
    response: Execution.partial().extend({
      execution_id: z.string(),
      status: ExecutionStatus,
      started_at: z.string(),
    }),
  }),
  listOfWorkflow: graphEndpoint({
    method: 'GET',
    path: '/workflows/:id/executions',
    operationId: 'executions.listOfWorkflow',
    summary: 'List the executions of a workflow, newest first',
    scope: 'read',
    params: IdParam,
    query: z.object({ ...pageFields, ...filters }),
    response: ExecutionSummary,
    isList: true,
  }),
  list: graphEndpoint({
    method: 'GET',
    path: '/executions',
    operationId: 'executions.list',
    summary: 'List executions, newest first',
    scope: 'read',
    query: z.object({ ...pageFields, ...filters, workflow_id: z.string().optional() }),
    response: ExecutionSummary,
    isList: true,
  }),
  get: graphEndpoint({
    method: 'GET',
    path: '/executions/:id',
    operationId: 'executions.get',
    summary: 'Get an execution with its output and logs',
    scope: 'read',
    params: IdParam,
    response: Execution,
  }),
  cancel: graphEndpoint({
    method: 'POST',
    path: '/executions/:id/cancel',
    operationId: 'executions.cancel',
    summary: 'Cancel an execution that is not over',
    scope: 'write',
    params: IdParam,
    response: Execution,
  }),
  retry: graphEndpoint({
    method: 'POST',
    path: '/executions/:id/retry',
    operationId: 'executions.retry',
    summary: 'Execute again: a failed one goes on at the failed node, any other begins again with the published graph',
    scope: 'write',
    params: IdParam,
    body: z.object({ from: z.enum(['failed_node', 'start']).optional() }),
    response: Execution,
  }),
}
