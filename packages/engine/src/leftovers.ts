/** Timers of code that has ended, and that still run: how many, and for how long, a process may have. */
const MAX_TIMERS = 20
const MAX_MS = 60_000

interface Parts {
  /** How many timers keep the process busy. */
  count(): number
  now(): number
  /** Told once: the process should be replaced. */
  report(): void
}

/**
 * Watches for timers that code left behind. They would go on for as long as the process is kept warm, and nobody
 * would see them.
 */
export function createLeftovers({ count, now, report }: Parts) {
  let since: number | undefined
  let reported = false
  return {
    /** To be called between operations. @returns whether there is something to look at again */
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
