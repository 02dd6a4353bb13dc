import { StepOutput } from '@piecework/model/run/step-output'
import { z } from 'zod'

/** The run log as a reader of the file sees it. */
export const RunLogText = z.object({
  executionState: z.object({ steps: z.record(z.string(), StepOutput), tags: z.array(z.string()) }),
})
export type RunLogText = z.infer<typeof RunLogText>
