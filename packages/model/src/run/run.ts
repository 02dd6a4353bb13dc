import { z } from 'zod'
import { FlowRunStatus, RunEnvironment } from './status.ts'
import { StepOutput } from './step-output.ts'

export const FailedStep = z.object({ name: z.string(), displayName: z.string(), message: z.string().optional() })
export type FailedStep = z.infer<typeof FailedStep>

/** A run on the wire (spec: facts/rest-api.md section 8). `steps` is null or absent in lists. */
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
