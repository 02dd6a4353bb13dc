import { StepPath } from '@piecework/model/run/step-output'
import { z } from 'zod'

const LONGEST_NAME = 1000
/** A text for the database: one that it cannot store would fail the other writes of its batch, too. */
const Name = z
  .string()
  .max(LONGEST_NAME)
  .refine((text) => text.isWellFormed() && !text.includes('\0'), 'holds letters that cannot be stored')
export const Count = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1)

/** The end (or, for RUNNING loops, the start) of a step; journalled by (run, attempt, sequence). */
export const JournalEntrySchema = z.object({
  /** From 1, without gaps within one attempt. */
  sequence: Count,
  stepName: Name,
  path: StepPath,
  /** JSON text of a StepOutput, without secrets. A loop's carries no iterations: those are entries of their own. */
  output: z.string(),
  /**
   * Large output cut out of `output`, to be stored as a FLOW_RUN_LOG_SLICE file with this id; null for the event of the
   * run as it was sent, which need not travel back.
   */
  slice: z.object({ fileId: Name, data: z.string().nullable() }).optional(),
})
