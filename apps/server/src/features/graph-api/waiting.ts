import type { WaitingCaller } from '../../calls/waiting-caller.ts'

/** Callers who wait for the end of executions. */
export interface RunWaiters {
  /**
   * Resolves when the run is over, the time is up, or the caller has left.
   * @param isOver asks now and then: it may run at another app
   */
  wait(
    runId: string,
    timeoutMs: number,
    isOver: () => Promise<boolean>,
    caller: Pick<WaitingCaller, 'onGone'>,
  ): Promise<void>
  ended(runId: string): void
}

const LOOK_EVERY_MS = 1000

export function createRunWaiters(): RunWaiters {
  const waiting = new Map<string, Set<() => void>>()
  return {
    wait: (runId, timeoutMs, isOver, caller) =>
      new Promise((resolve) => {
        const callers = waiting.get(runId) ?? new Set()
        const done = (): void => {
          clearTimeout(timer)
          clearInterval(look)
          // It may end twice, and others may wait for the run by then.
          if (callers.delete(done) && callers.size === 0) waiting.delete(runId)
          resolve()
        }
        const ask = (): void => {
          // A failed question is asked again at the next tick.
          void isOver().then(
            (over) => over && done(),
            () => {},
          )
        }
        const timer = setTimeout(done, timeoutMs)
        const look = setInterval(ask, LOOK_EVERY_MS)
        callers.add(done)
        waiting.set(runId, callers)
        ask()
        caller.onGone(done)
      }),
    ended(runId) {
      for (const done of waiting.get(runId) ?? []) done()
    },
  }
}
