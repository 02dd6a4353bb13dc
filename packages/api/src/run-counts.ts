import { FailedStep } from '@piecework/model/run/run'
import { FlowRunStatus } from '@piecework/model/run/status'
import { z } from 'zod'

const MAX_DAYS = 31
const DEFAULT_DAYS = 7
export const MAX_FAILING_FLOWS = 100

export const TimeZone = z.string().refine(isTimeZone, 'must be a time zone such as Europe/Berlin')

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

export const dayCountsQuery = {
  days: z.coerce.number().int().min(1).max(MAX_DAYS).default(DEFAULT_DAYS),
  timezone: TimeZone.default('UTC').describe('In which days begin.'),
  flowId: z.string().optional(),
}

/** The production runs that began on a day; statuses without any are left out. */
export const DayCounts = z.object({
  day: z.string().describe('yyyy-mm-dd'),
  counts: z.partialRecord(FlowRunStatus, z.number().int()),
})
export type DayCounts = z.infer<typeof DayCounts>

/** How often a flow failed. Canceled runs are no failures. */
export const FlowFailures = z.object({
  flowId: z.string(),
  displayName: z.string().nullable().describe('Null when the flow is deleted.'),
  count: z.number().int(),
  first: z.string().describe('When the first of these runs began.'),
  last: z.string(),
  lastRunId: z.string(),
  lastStatus: FlowRunStatus,
  failedStep: FailedStep.nullable().describe('Of the last run.'),
})
export type FlowFailures = z.infer<typeof FlowFailures>
