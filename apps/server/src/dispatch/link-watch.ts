import type { TaskOutcome } from '@piecework/worker/task'
import type { WorkerLink } from './work.ts'

/** A worker whose machine lacks something gets work again after this time, or earlier when there is no other. */
const REST_MS = 10_000

export interface WatchedLink {
  link: WorkerLink
  /** Whether it gave something back lately for want of what its machine should have. */
  readonly ailing: boolean
}

/**
 * A worker that cannot prepare anything gives all back at once: without this it would look free, and get everything.
 * @param elsewhere whether another worker can take what it gives back
 */
export function watchLink(
  link: WorkerLink,
  elsewhere: () => boolean,
  now: () => number = () => performance.now(),
): WatchedLink {
  let until = Number.NEGATIVE_INFINITY
  const judge = (outcome: TaskOutcome): TaskOutcome => {
    if (outcome.kind !== 'GIVEN_BACK' || !outcome.ofMachine) return outcome
    until = now() + REST_MS
    return elsewhere() ? { ...outcome, retryAfterMs: 0 } : outcome
  }
  return {
    link: {
      id: link.id,
      group: link.group,
      get concurrency() {
        return link.concurrency
      },
      execute(task, events) {
        const { outcome, ...running } = link.execute(task, events)
        return { ...running, outcome: outcome.then(judge) }
      },
    },
    get ailing() {
      return now() < until
    },
  }
}
