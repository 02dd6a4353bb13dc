/**
 * Notices that this process has not run for a while: it was stopped, or its machine was. What it hears first when it
 * wakes may be old, and what it holds may be somebody else's.
 */
export interface SleepWatch {
  /** Whether more than the allowed time has passed since the last call. */
  hasSlept(): boolean
}

/** @param now the clock of the machine, which goes on while the process sleeps. */
export function createSleepWatch(longestMs: number, now: () => number = Date.now): SleepWatch {
  let awakeAt = now()
  return {
    hasSlept() {
      const before = awakeAt
      awakeAt = now()
      return awakeAt - before > longestMs
    },
  }
}
