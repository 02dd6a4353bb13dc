import { setTimeout as sleep } from 'node:timers/promises'

/** The longest time that somebody who looks after a server should wait for a part. */
const PATIENCE_MS = 2000

/** @returns the result, or the fallback after a failure or too long a time: a part that hangs must not hide the rest. */
export async function withFallback<T>(work: Promise<T>, fallback: T): Promise<T> {
  const inTime = new AbortController()
  const late = sleep(PATIENCE_MS, fallback, { signal: inTime.signal, ref: false }).catch(() => fallback)
  try {
    return await Promise.race([work.catch(() => fallback), late])
  } finally {
    inTime.abort()
  }
}
