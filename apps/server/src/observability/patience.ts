import { setTimeout as sleep } from 'node:timers/promises'

/** Whoever looks after a server has waited long enough then. */
const PATIENCE_MS = 2000

/** What the work comes to, or the fallback when it fails or takes too long: a part that hangs must not hide the rest. */
export async function patiently<T>(work: Promise<T>, fallback: T): Promise<T> {
  const inTime = new AbortController()
  const late = sleep(PATIENCE_MS, fallback, { signal: inTime.signal, ref: false }).catch(() => fallback)
  try {
    return await Promise.race([work.catch(() => fallback), late])
  } finally {
    inTime.abort()
  }
}
