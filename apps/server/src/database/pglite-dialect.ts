import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'
import { StartError } from '../start-error.ts'
import { CRASHED, DatabaseError } from './database-error.ts'
import { prepareFolder, RESTORE } from './embedded-folder.ts'
import { lockFolder } from './folder-lock.ts'
import { isBefore, readState, stateFileOf, writeState } from './folder-state.ts'
import { createPgliteHost, doesNotOpen, type HostListener, type PgliteHost } from './pglite-host.ts'
import type { ThreadOptions } from './pglite-thread.ts'

/** How often it is written down how far the log of the database goes. */
const NOTE_MS = 15_000

const NOBODY: HostListener = { report: () => {}, stalled: () => {}, lost: () => {} }

/**
 * Kysely over PGlite in a thread of its own. Plain queries are posted at once and answered in order; a
 * transaction has the one connection for itself while it lasts.
 */
export function pgliteDialect(options: ThreadOptions, listener = NOBODY): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new PgliteDriver(options, createPgliteHost(options, listener)),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}

class PgliteDriver implements Driver {
  readonly #options: ThreadOptions
  readonly #host: PgliteHost
  #unlock: () => void = () => {}
  #notes: NodeJS.Timeout | undefined
  /** Resolves when the transactions queued so far are over. */
  #exclusive: Promise<void> = Promise.resolve()
  #owner: PgliteConnection | undefined
  #queued = 0

  constructor(options: ThreadOptions, host: PgliteHost) {
    this.#options = options
    this.#host = host
  }

  async init(): Promise<void> {
    const { dataDir, isDraft } = this.#options
    if (isDraft) return this.#host.open()
    this.#unlock = lockFolder(dataDir)
    try {
      await prepareFolder(dataDir, this.#options)
      await this.#host.open().catch((error: unknown) => {
        throw new StartError(`${doesNotOpen(dataDir, error).message}. ${RESTORE}.`, { cause: error })
      })
      await this.#requireWholeLog()
      this.#notes = setInterval(() => void this.#noteLog().catch(() => {}), NOTE_MS).unref()
    } catch (error) {
      await this.#host.close()
      this.#unlock()
      throw error
    }
  }

  /** PostgreSQL ends its recovery where the log ends, and does not know that there was more. */
  async #requireWholeLog(): Promise<void> {
    const { dataDir } = this.#options
    const known = readState(dataDir)?.lsn
    const lsn = await this.#logPosition()
    if (known && isBefore(lsn, known))
      throw new StartError(
        `The database in ${dataDir} has lost the end of its log: it ends at ${lsn}, and ended at ${known} before. ${RESTORE}. To continue without the lost data, or after restoring an older copy of this folder, remove ${stateFileOf(dataDir)}.`,
      )
    await this.#noteLog()
  }

  async #logPosition(): Promise<string> {
    const { rows } = await this.#host.post('select pg_current_wal_flush_lsn()::text as lsn', [])
    const [row] = rows
    const lsn: unknown = typeof row === 'object' && row !== null && Reflect.get(row, 'lsn')
    if (typeof lsn !== 'string') throw new Error('The embedded database does not report the end of its log')
    return lsn
  }

  async #noteLog(): Promise<void> {
    const { dataDir } = this.#options
    const lsn = await this.#logPosition()
    if (readState(dataDir)?.lsn !== lsn) writeState(dataDir, { lsn })
  }

  async query(connection: PgliteConnection, compiled: CompiledQuery): Promise<QueryResult<unknown>> {
    while (this.#queued > 0 && this.#owner !== connection) await this.#exclusive
    if (this.#owner === connection) this.#requireSameThread(connection)
    return this.#host.post(compiled.sql, compiled.parameters)
  }

  /** In a new thread the rest of a transaction would be committed without its beginning. */
  #requireSameThread(connection: PgliteConnection): void {
    if (connection.generation !== this.#host.generation)
      throw new DatabaseError('The embedded database has stopped during the transaction', CRASHED)
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return new PgliteConnection(this)
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const own = connection as PgliteConnection
    const before = this.#exclusive
    this.#queued++
    this.#exclusive = new Promise((resolve) => {
      own.release = () => {
        own.release = () => {}
        this.#queued--
        this.#owner = undefined
        resolve()
      }
    })
    await before
    this.#owner = own
    own.generation = this.#host.generation
    try {
      await this.#host.post('begin', [])
    } catch (error) {
      own.release()
      throw error
    }
  }

  /** When it fails, Kysely rolls back next: until then the transaction keeps the database for itself. */
  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const own = connection as PgliteConnection
    this.#requireSameThread(own)
    await this.#host.post('commit', [])
    own.release()
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    const own = connection as PgliteConnection
    try {
      if (own.generation === this.#host.generation) await this.#host.post('rollback', [])
    } finally {
      own.release()
    }
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    clearInterval(this.#notes)
    if (!this.#options.isDraft) await this.#noteLog().catch(() => {})
    await this.#host.close()
    this.#unlock()
  }
}

class PgliteConnection implements DatabaseConnection {
  readonly #driver: PgliteDriver
  release: () => void = () => {}
  /** The thread in which its transaction began. */
  generation = 0

  constructor(driver: PgliteDriver) {
    this.#driver = driver
  }

  async executeQuery<R>(compiled: CompiledQuery): Promise<QueryResult<R>> {
    return (await this.#driver.query(this, compiled)) as QueryResult<R>
  }

  // biome-ignore lint/correctness/useYield: PGlite has no cursors over its thread, and nothing here streams.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('Streaming is not supported by the embedded database')
  }
}
