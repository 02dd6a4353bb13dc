import { z } from 'zod'
import { type FlowRunStatus, RetryStrategy } from './status.ts'

export const BulkAction = z.enum(['RETRY', 'CANCEL', 'ARCHIVE'])
export type BulkAction = z.infer<typeof BulkAction>

/** An act on all runs that match, run by run. */
export const BulkAct = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  projectId: z.string(),
  userId: z.string().nullable(),
  action: BulkAction,
  strategy: RetryStrategy.nullable(),
  status: z.enum(['RUNNING', 'SUCCEEDED', 'CANCELED', 'FAILED']),
  /** The number of matching runs at its begin. */
  total: z.number().int(),
  /** The number of runs that were changed. */
  done: z.number().int(),
  /** The number of runs that were skipped: they could not be retried, or had changed in the meantime. */
  skipped: z.number().int(),
  finished: z.string().nullable(),
  /** The reason of a failure. */
  message: z.string().nullable(),
})
export type BulkAct = z.infer<typeof BulkAct>

/** The selection of a project's runs for a list or an act. */
export interface RunChoice {
  flowId?: string[] | undefined
  status?: FlowRunStatus[] | undefined
  tags?: string[] | undefined
  failedStepName?: string | undefined
  issueId?: string | undefined
  createdAfter?: string | undefined
  createdBefore?: string | undefined
  flowRunIds?: string[] | undefined
  excludeFlowRunIds?: string[] | undefined
  includeArchived?: boolean | undefined
  /** Whether test runs are included. */
  includeTests?: boolean | undefined
}
