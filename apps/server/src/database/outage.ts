import { setTimeout as sleep } from 'node:timers/promises'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2000
/** Longer than a database takes to restart, shorter than a lease is worth waiting for. */
const GIVE_UP_AFTER_MS = 25_000

/** Connection failures, too many connections, shutdown and start of the server (SQLSTATE classes 08, 53, 57). */
const OUTAGE_STATES = /^(08|53|57)/
const OUTAGE_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
])

/** Whether an error means that the database is away for a while, and not that the statement is wrong. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && typeof error.code === 'string')
    return OUTAGE_STATES.test(error.code) || OUTAGE_CODES.has(error.code)
  // The last is what the rollback says of a transaction whose connection was cut.
  return /connection terminated|timeout exceeded when trying to connect|is not queryable/i.test(error.message)
}

/**
 * Repeats a write that may be repeated while the database is away. An earlier try may have been committed although
 * its answer did not arrive.
 * @throws the last error when it stays away.
 */
export async function survivingOutages<T>(write: (isRepetition: boolean) => Promise<T>): Promise<T> {
  const giveUpAt = Date.now() + GIVE_UP_AFTER_MS
  let isRepetition = false
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await write(isRepetition)
    } catch (error) {
      if (!isOutage(error) || Date.now() + pause > giveUpAt) throw error
      isRepetition = true
      await sleep(pause)
    }
  }
}
