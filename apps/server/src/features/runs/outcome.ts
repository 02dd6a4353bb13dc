/** A write by an attempt that is not the current one any more, or of a run that is over: nothing was written. */
export class StaleAttemptError extends Error {
  constructor(runId: string, attempt: number) {
    super(`Attempt ${attempt} of run ${runId} may no longer write`)
    this.name = 'StaleAttemptError'
  }
}
