import { z } from 'zod'
import { FlowRunStatus, RunEnvironment } from './status.ts'
import { StepOutput } from './step-output.ts'

export const FailedStep = z.object({ name: z.string(), displayName: z.string(), message: z.string().optional() })
export type FailedStep = z.infer<typeof FailedStep>

const LONGEST_LINE = 300

/** A failure in lists: the first line, or a whole message that is JSON on one line, up to the limit. */
export function shortFailure(failedStep: FailedStep): FailedStep {
  if (failedStep.message === undefined) return failedStep
  const start = failedStep.message.trimStart().slice(0, 2 * LONGEST_LINE)
  const line = /^[{[]/.test(start) ? start.replaceAll(/\s*\n\s*/g, ' ') : start.split('\n', 1)[0]
  const message = line ?? ''
  return { ...failedStep, message: message.length > LONGEST_LINE ? `${message.slice(0, LONGEST_LINE - 1)}…` : message }
}

/** A run on the wire. `steps` is null or absent in lists. */
export const FlowRun = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  projectId: z.string(),
  flowId: z.string(),
  flowVersionId: z.string(),
  flowVersion: z.object({ displayName: z.string() }).optional(),
  status: FlowRunStatus,
  startTime: z.string().nullable(),
  finishTime: z.string().nullable(),
  environment: RunEnvironment,
  logsFileId: z.string().nullable(),
  parentRunId: z.string().nullable(),
  failParentOnFailure: z.boolean(),
  triggeredBy: z.string().nullable(),
  tags: z.array(z.string()),
  steps: z.record(z.string(), StepOutput).nullable(),
  failedStep: FailedStep.nullable(),
  stepNameToTest: z.string().nullable(),
  archivedAt: z.string().nullable(),
  stepsCount: z.number(),
})
export type FlowRun = z.infer<typeof FlowRun>
