import { FlowStatus } from '@piecework/model/flow/flow'
import { FlowRunStatus } from '@piecework/model/run/status'
import { z } from 'zod'

/** The reason why a flow does not run, or the event that it waits for. */
export const DiagnosisCode = z.enum([
  'NEVER_PUBLISHED',
  'STOPPED_BY_ERROR',
  'TURNED_OFF',
  'TRIGGER_NOT_IN_SERVICE',
  'TRIGGER_FAILING',
  'LIMIT_REACHED',
  'RUNS_WAIT',
  'RUNS_PAUSED',
  'NEXT_TICK',
  'WAITS_FOR_EVENTS',
  'DRAFT_NOT_PUBLISHED',
])
export type DiagnosisCode = z.infer<typeof DiagnosisCode>

export const DiagnosisFact = z.object({
  code: DiagnosisCode,
  /** One sentence; the other fields have what is in it. */
  message: z.string(),
  since: z.string().optional(),
  until: z.string().optional(),
  count: z.number().int().optional(),
  /** Runs at a time. */
  limit: z.number().int().optional(),
  author: z.object({ id: z.string(), displayName: z.string() }).optional(),
  /** The error, in its own words. */
  reason: z.string().optional(),
})
export type DiagnosisFact = z.infer<typeof DiagnosisFact>

/** Why a flow does not run, the most important fact first; without anything wrong, what it waits for. */
export const FlowDiagnosis = z.object({
  flowId: z.string(),
  status: FlowStatus,
  /** Whether something keeps new runs from beginning. */
  isBlocked: z.boolean(),
  facts: z.array(DiagnosisFact),
  nextTick: z.string().nullable(),
  lastRun: z
    .object({ id: z.string(), status: FlowRunStatus, created: z.string(), finishTime: z.string().nullable() })
    .nullable(),
})
export type FlowDiagnosis = z.infer<typeof FlowDiagnosis>
