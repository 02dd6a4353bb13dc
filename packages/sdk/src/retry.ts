import { type BackOff, delayOf } from '@piecework/model/back-off'
import { ApiError, ConnectionError } from './errors.ts'

/** When a server asks for a longer wait than this, the error is thrown at once. */
const LONGEST_WAIT_MS = 30_000
const RETRYING: BackOff = { firstMs: 250, longestMs: LONGEST_WAIT_MS, spread: [0.5, 1] }
/** The request was not served, but a retry may succeed. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504])

/**
 * How long to wait before the next attempt; undefined when there is none.
 * @param attempt the number of failed attempts: 1 after the first.
 */
export function waitBeforeNext(error: unknown, attempt: number): number | undefined {
  const backOff = delayOf(RETRYING, attempt)
  if (error instanceof ConnectionError) return backOff
  if (!(error instanceof ApiError) || !PASSING.has(error.status)) return undefined
  const wait = Math.max(backOff, error.retryAfterMs ?? 0)
  return wait > LONGEST_WAIT_MS ? undefined : wait
}

/** @throws the reason of the signal when it is aborted in the meantime. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', aborted)
      resolve()
    }, ms)
    if (signal?.aborted) aborted()
    else signal?.addEventListener('abort', aborted, { once: true })
  })
}
