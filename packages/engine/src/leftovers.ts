/** Limits for timers of code that has ended: their number and their duration. */
const MAX_TIMERS = 20
const MAX_MS = 60_000

interface Parts {
  /** The number of timers that keep the process busy. */
  count(): number
  now(): number
  /** Called once: the process should be replaced. */
  report(): void
}

/** Watches for timers that code left behind. They would run unnoticed for as long as the process is kept warm. */
export function createTimerWatch({ count, now, report }: Parts) {
  let since: number | undefined
  let reported = false
  return {
    /** Call it between operations. @returns whether to look again later */
    look(): boolean {
      const timers = count()
      if (timers === 0) since = undefined
      else since ??= now()
      if (since === undefined || reported) return false
      if (timers > MAX_TIMERS || now() - since >= MAX_MS) {
        reported = true
        report()
      }
      return !reported
    },
    lookAgainAfterMs: MAX_MS,
  }
}
