import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { reasonOf } from '../start-error.ts'
import { CANNOT_CONNECT_NOW, DatabaseError } from './database-error.ts'
import { FLOOR_MB, isBelowFloor } from './disk-floor.ts'
import type { Db } from './open.ts'
import { isDiskFull, isOutage, isStorageFailure } from './outage.ts'

/** Nothing new can be stored for the moment; it was said once in the log, and is not said again for every caller. */
export class UnavailableError extends DatabaseError {
  /** Whether reading still works. */
  readonly canRead: boolean
  constructor(message: string, canRead: boolean) {
    super(message, CANNOT_CONNECT_NOW)
    this.name = 'UnavailableError'
    this.canRead = canRead
  }
}

/**
 * Whether the database takes writes: one judgement for all callers, so that none of them has to find out by waiting.
 * While it does not, new calls are refused at once, and a write of its own is tried again until one succeeds.
 */
export interface Availability {
  /** Why nothing new is stored for the moment. */
  readonly fault: UnavailableError | undefined
  /** A write has succeeded. */
  succeeded(): void
  /** A write has failed because of the database, not of what was to be written. */
  failed(error: unknown): void
  /** The embedded database does not move, or moves again. */
  stalled(isStalled: boolean): void
  /** Calls the listener with every new fault. @returns how to stop that. */
  onFault(listener: (fault: UnavailableError) => void): () => void
  /** Whether a write succeeds now, or has within FRESH_MS; in bounded time. */
  check(): Promise<boolean>
  close(): void
}

/** Half a second, then the pause of who asks, then this: together less than two seconds. */
const FRESH_MS = 500
const LATE_MS = 1000
const LATE_STEPS = 10
const TRY_AGAIN_MS = 1000
const LOOK_AT_DISK_MS = 1000

interface Parts {
  db: Db
  /** The folder of an embedded database, whose one thread does everything in turn: a late answer alone is no failure. */
  dataDir: string | undefined
  log: Pick<Logger, 'error' | 'warn'>
}

export function createAvailability({ db, dataDir, log }: Parts): Availability {
  const listeners = new Set<(fault: UnavailableError) => void>()
  let failure: unknown
  let isStalled = false
  let isFull = false
  let fault: UnavailableError | undefined
  let provedAt = Number.NEGATIVE_INFINITY
  let checking: Promise<boolean> | undefined
  let closed = false

  const judge = (): UnavailableError | undefined => {
    if (failure !== undefined) return new UnavailableError(reasonOf(failure), isDiskFull(failure))
    if (isStalled) return new UnavailableError('The embedded database makes no progress.', false)
    if (isFull) return new UnavailableError(`The disk of the data folder has less than ${FLOOR_MB} MB free.`, true)
    return undefined
  }

  const update = (): void => {
    const before = fault
    const now = judge()
    if (before && now && before.message === now.message) return
    fault = now
    if (now) {
      log.error(`calls are refused with 503, because the database accepts no writes: ${now.message}`)
      for (const tell of [...listeners]) tell(now)
    } else if (before) log.warn('the database accepts writes again, and calls are answered')
  }

  /** A write of its own, as real as any: it waits for the disk, and where room was lacking it takes some. */
  const write = async (): Promise<void> => {
    if (isStorageFailure(failure)) {
      await sql`create temporary table write_check on commit drop as
        select repeat(md5(i::text), 60) as filler from generate_series(1, 64) i`.execute(db)
      return
    }
    const { rows } = await (dataDir === undefined ? db.transaction().execute(checkTables) : emitMessage(db))
    if (rows[0]?.readOnly === 'on') throw new DatabaseError('The database is read-only', READ_ONLY)
  }

  const tryWrite = async (): Promise<boolean> => {
    const inTime = new AbortController()
    const late = lateness(inTime.signal)
    try {
      const ended = await Promise.race([write().then(() => 'written' as const), late])
      if (ended === 'written') {
        provedAt = performance.now()
        failure = undefined
      } else if (dataDir === undefined) failure ??= new Error('A write takes more than a second.')
    } catch (error) {
      failure = error
    } finally {
      inTime.abort()
      late.catch(() => {})
    }
    update()
    if (failure !== undefined) tryLater()
    return fault === undefined
  }

  let later: NodeJS.Timeout | undefined
  const tryLater = (): void => {
    if (!closed) later ??= setTimeout(tryAgain, TRY_AGAIN_MS).unref()
  }
  const tryAgain = (): void => {
    later = undefined
    void ask()
  }

  const ask = (): Promise<boolean> => {
    checking ??= tryWrite().finally(() => {
      checking = undefined
    })
    return checking
  }

  const lookAtDisk = (): void => {
    isFull = dataDir !== undefined && isBelowFloor(dataDir)
    update()
  }
  const looks = dataDir === undefined ? undefined : setInterval(lookAtDisk, LOOK_AT_DISK_MS).unref()
  lookAtDisk()

  return {
    get fault() {
      return fault
    },
    succeeded() {
      provedAt = performance.now()
    },
    failed(error) {
      if (!isOutage(error)) return
      failure = error
      provedAt = Number.NEGATIVE_INFINITY
      update()
      tryLater()
    },
    stalled(now) {
      isStalled = now
      update()
    },
    onFault(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    check() {
      if (fault) return Promise.resolve(false)
      return performance.now() - provedAt < FRESH_MS ? Promise.resolve(true) : ask()
    },
    close() {
      closed = true
      clearInterval(looks)
      clearTimeout(later)
    },
  }
}

const READ_ONLY = '25006'

const emitMessage = (db: Db) =>
  sql<{ readOnly: string }>`
    select current_setting('transaction_read_only') as "readOnly",
      pg_logical_emit_message(true, 'piecework', 'write check')`.execute(db)

/**
 * The write also waits for the tables that take new work: an ALTER TABLE or VACUUM FULL of another session holds them
 * as an outage does. It gives up soon after it counts as late, so that tries do not gather in the pool.
 */
async function checkTables(trx: Db) {
  await sql`set local lock_timeout = '1500ms'`.execute(trx)
  await sql`lock table flow_run, job in row exclusive mode`.execute(trx)
  return emitMessage(trx)
}

/** Counts in steps, so that time in which this process itself did not run is not held against the database. */
async function lateness(signal: AbortSignal): Promise<'late'> {
  for (let step = 0; step < LATE_STEPS; step++) await sleep(LATE_MS / LATE_STEPS, undefined, { signal, ref: false })
  return 'late'
}
