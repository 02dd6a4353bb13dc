import { BulkAct } from '@piecework/model/run/bulk-act'
import { RetryStrategy } from '@piecework/model/run/status'
import { z } from 'zod'
import { endpoint, projectInQuery, projectOfRow } from './endpoint.ts'
import { projectOfBulk, RunSelection } from './flow-runs.ts'
import { IdParams } from './shapes.ts'

const principals = ['USER', 'SERVICE'] as const
const project = projectOfRow('bulk_act')

/** Acts on all runs that match, which go on by themselves. */
export const bulkActs = {
  start: endpoint({
    method: 'POST',
    path: '/v1/flow-runs/bulk',
    operationId: 'bulkActs.start',
    summary: 'Begin to retry, cancel or archive every run that matches; it goes on by itself',
    principals,
    permission: 'WRITE_RUN',
    project: projectOfBulk,
    status: 201,
    body: z.discriminatedUnion('action', [
      RunSelection.extend({ action: z.literal('RETRY'), strategy: RetryStrategy }),
      RunSelection.extend({ action: z.literal('CANCEL') }),
      RunSelection.extend({ action: z.literal('ARCHIVE') }),
    ]),
    response: BulkAct,
    errors: ['VALIDATION'],
  }),
  list: endpoint({
    method: 'GET',
    path: '/v1/flow-runs/bulk',
    operationId: 'bulkActs.list',
    summary: 'List the acts on many runs of the last week, newest first',
    principals,
    permission: 'READ_RUN',
    project: projectInQuery,
    query: z.object({ projectId: z.string() }),
    response: z.object({ data: z.array(BulkAct).describe('At most 20.') }),
  }),
  get: endpoint({
    method: 'GET',
    path: '/v1/flow-runs/bulk/:id',
    operationId: 'bulkActs.get',
    summary: 'Get an act on many runs: how far it is',
    principals,
    permission: 'READ_RUN',
    project,
    params: IdParams,
    response: BulkAct,
  }),
  cancel: endpoint({
    method: 'POST',
    path: '/v1/flow-runs/bulk/:id/cancel',
    operationId: 'bulkActs.cancel',
    summary: 'Stop an act on many runs; what it has done stays done',
    principals,
    permission: 'WRITE_RUN',
    project,
    params: IdParams,
    response: BulkAct,
  }),
}
