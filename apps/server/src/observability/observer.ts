import type { JournalEntry } from '@piecework/engine/protocol'
import { timeOfId } from '@piecework/model/ids'
import type { ObservedAttempt, RunOutcome } from '../events/runs.ts'

/** Watches runs for metrics, traces and live views. Its calls cost next to nothing and never throw. */
export interface RunObserver {
  /** Whether it looks at the steps of an attempt that begins now, and not only at their number. */
  wantsSteps(attempt: ObservedAttempt): boolean
  /** An attempt is handed to a worker. */
  started(attempt: ObservedAttempt): AttemptObserver
}

export interface AttemptObserver {
  /** Steps have ended. @param entries their ends, as far as somebody wants them */
  steps(count: number, entries: readonly JournalEntry[]): void
  /** The attempt has come to an end or to a pause. */
  ended(outcome: RunOutcome): void
}

/** When a run was accepted, in milliseconds. The id of one that a run called may begin with a time of its caller. */
export function acceptedAt({ runId, facts }: Pick<ObservedAttempt, 'runId' | 'facts'>): number {
  return facts.parentRunId === null ? timeOfId(runId) : new Date(facts.created).getTime()
}

/** Several observers as one. */
export function observeAll(observers: readonly RunObserver[]): RunObserver {
  return {
    wantsSteps: (attempt) => observers.some((observer) => observer.wantsSteps(attempt)),
    started(attempt) {
      const watching = observers.map((observer) => observer.started(attempt))
      return {
        steps: (count, entries) => {
          for (const one of watching) one.steps(count, entries)
        },
        ended: (outcome) => {
          for (const one of watching) one.ended(outcome)
        },
      }
    },
  }
}
