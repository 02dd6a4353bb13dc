import type { WorkerLink } from './work.ts'

/** A worker whose machine lacks something gets work again after this time, or earlier when there is no other. */
const REST_MS = 10_000

export interface WatchedLink {
  link: WorkerLink
  /** Whether it gave something back lately for want of what its machine should have. */
  readonly ailing: boolean
}

/** A worker that cannot prepare anything gives all back at once: without this it would look free, and get everything. */
export function watchLink(link: WorkerLink, now: () => number = () => performance.now()): WatchedLink {
  let until = Number.NEGATIVE_INFINITY
  return {
    link: {
      id: link.id,
      group: link.group,
      get concurrency() {
        return link.concurrency
      },
      execute(task, events) {
        const running = link.execute(task, events)
        void running.outcome.then((outcome) => {
          if (outcome.kind === 'GIVEN_BACK' && outcome.ofMachine) until = now() + REST_MS
        })
        return running
      },
    },
    get ailing() {
      return now() < until
    },
  }
}
