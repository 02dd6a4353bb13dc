import type { Run } from '../../api/runs.ts'

/** How long a run took, or how long it has been going; undefined before it starts. In milliseconds. */
export function tookOf({ startTime, finishTime, status }: Run, now: number): number | undefined {
  if (startTime === null) return undefined
  if (finishTime !== null) return Date.parse(finishTime) - Date.parse(startTime)
  return status === 'RUNNING' ? now - Date.parse(startTime) : undefined
}

/** Describes the failure in one line. */
export function failureOf({ failedStep }: Run): string | undefined {
  if (!failedStep) return undefined
  const message = failedStep.message?.split('\n', 1)[0]
  return message ? `${failedStep.displayName}: ${message}` : failedStep.displayName
}
