import { setTimeout as sleep } from 'node:timers/promises'
import { type BackOff, delayOf } from '@piecework/model/back-off'

const REPEATING: BackOff = { firstMs: 100, longestMs: 2000 }
/** Longer than a database takes to restart, shorter than a lease is worth waiting for. */
const GIVE_UP_AFTER_MS = 25_000

/**
 * SQLSTATEs: no connection, no resources, shutdown and start of the server (classes 08, 53, 57), input and output that
 * fail, a file that is in the way because another could not be opened, and a server that only reads for a while.
 */
const OUTAGE_STATES = /^(08|53|57|58030|58P02|25006)/
const DISK_FULL = '53100'
/** Resources that lack, and files that cannot be made or written. */
const STORAGE_STATES = /^(53|58)/
/** A message that the server does not understand: the fault of what was sent, which is no better the next time. */
const PROTOCOL_VIOLATION = '08P01'
const OUTAGE_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
])

/** PostgreSQL has states for only some of the errors that the system reports for files. */
const DISK_REFUSES =
  /: (No space left on device|Read-only file system|No file descriptors available|Input\/output error)/

/** Whether the disk is full; reading still works then. */
export const isDiskFull = (error: unknown): boolean => stateOf(error) === DISK_FULL

/** Whether files cannot be made or written, for whatever reason. */
export const isStorageFailure = (error: unknown): boolean => STORAGE_STATES.test(stateOf(error))

const stateOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

/** Whether an error means that the database is away for a while, and not that the statement is wrong. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (DISK_REFUSES.test(error.message)) return true
  if ('code' in error && typeof error.code === 'string')
    return error.code !== PROTOCOL_VIOLATION && (OUTAGE_STATES.test(error.code) || OUTAGE_CODES.has(error.code))
  // The last is what the rollback says of a transaction whose connection was cut.
  return /connection terminated|timeout exceeded when trying to connect|is not queryable/i.test(error.message)
}

/**
 * Repeats a write that may be repeated while the database is away. An earlier try may have been committed although
 * its answer did not arrive.
 * @param onFailure hears of every failure of a repetition: one failure alone is a connection that was cut.
 * @throws the last error when it stays away.
 */
export async function retryOutages<T>(
  write: (isRepetition: boolean) => Promise<T>,
  onFailure: (error: unknown) => void,
): Promise<T> {
  const giveUpAt = performance.now() + GIVE_UP_AFTER_MS
  for (let attempt = 1; ; attempt++) {
    try {
      return await write(attempt > 1)
    } catch (error) {
      if (attempt > 1) onFailure(error)
      const pause = delayOf(REPEATING, attempt)
      if (!isOutage(error) || performance.now() + pause > giveUpAt) throw error
      await sleep(pause)
    }
  }
}
