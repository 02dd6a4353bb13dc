import type { FailedStep } from '@piecework/model/run/run'
import type { FlowRunStatus, RunEnvironment } from '@piecework/model/run/status'
import type { StepPath } from '@piecework/model/run/step-output'

/** The facts about a run that never change. */
export interface RunFacts {
  id: string
  created: Date | string
  projectId: string
  flowId: string
  flowVersionId: string
  environment: RunEnvironment
  parentRunId: string | null
  failParentOnFailure: boolean
  /** The pause of the parent that ends when this run fails. */
  parentWaitpointId: string | null
  triggeredBy: string | null
  stepNameToTest: string | null
}

/** A run that was ended from outside. */
export type CanceledRun = Pick<RunFacts, 'id' | 'projectId' | 'parentWaitpointId'>

/** How an attempt ended: with the run (a terminal status) or with a pause. */
export interface RunOutcome {
  status: FlowRunStatus
  finishTime: Date | null
  failedStep: FailedStep | null
  tags: string[]
  stepsCount: number
  /** JSON text of the RunLog. */
  log: string
  /** The trigger came to no output: what it was given stays, for a retry. */
  keepsPayload?: boolean
}

/** The view of an attempt that observers get. */
export interface ObservedAttempt {
  readonly runId: string
  readonly attempt: number
  readonly projectId: string
  readonly flowId: string
  readonly executionType: 'BEGIN' | 'RESUME'
  readonly version: { readonly version: { readonly displayName: string } }
  readonly facts: RunFacts
  readonly startTime: Date | string | null
}

/** The end of a run, or of a stretch of it; it is recorded. */
export interface RunEnd {
  runId: string
  projectId: string
  outcome: RunOutcome
  attempt: {
    flowId: string
    platformId: string
    facts: RunFacts
    startTime: Date | string | null
    /** The file that holds the payload until the attempt is over. */
    payloadFileId: string | null
    /** The file that holds the payload of the resume until the attempt is over. */
    resumeFileId: string | null
  }
}

/** The report of a step while it runs; `output` is JSON text. */
export interface StepProgress {
  stepName: string
  path: StepPath
  output: string
}
