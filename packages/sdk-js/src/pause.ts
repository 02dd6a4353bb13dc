const FIRST_MS = 500
const LONGEST_MS = 8000
/** A server that asks for more patience than this gets no retry. */
const LONGEST_RETRY_AFTER_MS = 60_000

/**
 * The time to wait before an attempt, in milliseconds: what the server asks for, else a random time that grows, so
 * that many clients do not come back at once.
 * @param attempt from 1
 * @returns undefined when the server asks for more than a client waits
 */
export function waitBefore(attempt: number, retryAfter: number | undefined, random = Math.random): number | undefined {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1))
  const jitter = longest * random()
  if (retryAfter === undefined) return jitter
  const asked = retryAfter * 1000
  return asked > LONGEST_RETRY_AFTER_MS ? undefined : asked + jitter / 4
}

/** Resolves after a time; rejects when the signal says so. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason)
      return
    }
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
