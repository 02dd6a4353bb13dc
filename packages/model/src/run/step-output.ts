import { z } from 'zod'
import { StepOutputStatus } from './status.ts'

/** The place of a large output: a file of type FLOW_RUN_LOG_SLICE, `size` in bytes of its JSON text. */
export const OutputSlice = z.object({ fileId: z.string(), size: z.number() })
export type OutputSlice = z.infer<typeof OutputSlice>

/**
 * The result of one step of a run. `outputSlice` replaces `output` in journals and logs when the output is larger than
 * AP_FLOW_RUN_LOG_SLICE_THRESHOLD_KB.
 */
export const StepOutput = z.object({
  type: z.string(),
  status: StepOutputStatus,
  input: z.unknown(),
  output: z.unknown().optional(),
  outputSlice: OutputSlice.optional(),
  /** The output with its secrets, encrypted: for a run that continues. It is never shown. */
  sealed: z.string().optional(),
  /** When it began, in milliseconds since 1970; a step that waited, when it went on. Runs of older versions have none. */
  startedAt: z.number().optional(),
  /** Milliseconds, fractional. */
  duration: z.number().optional(),
  errorMessage: z.unknown().optional(),
  /** The console output of its code, without secrets; kept for the test of a single step alone. */
  standardOutput: z.string().optional(),
})
export type StepOutput = z.infer<typeof StepOutput>

/** Output of a loop; `index` is 1-based, 0 for an empty list. */
export interface LoopOutput {
  item?: unknown
  index: number
  iterations: Record<string, StepOutput>[]
}

/** The enclosing loops of a step, outermost first, each with its zero-based iteration. */
export const StepPath = z.array(z.tuple([z.string(), z.number().int().nonnegative()]))
export type StepPath = z.infer<typeof StepPath>

export type Steps = Record<string, StepOutput>

/** The run log: the JSON that the log file of a run holds. */
export const RunLog = z.object({
  executionState: z.object({ steps: z.record(z.string(), StepOutput), tags: z.array(z.string()) }),
})
export type RunLog = z.infer<typeof RunLog>
