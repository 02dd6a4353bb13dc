import type { FailedStep } from '@piecework/model/run/run'
import type { FlowRunStatus } from '@piecework/model/run/status'

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

/** A write by an attempt that is not the current one any more, or of a run that is over: nothing was written. */
export class StaleAttemptError extends Error {
  constructor(runId: string, attempt: number) {
    super(`Attempt ${attempt} of run ${runId} may no longer write`)
    this.name = 'StaleAttemptError'
  }
}
