import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
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
import { lockFolder } from './folder-lock.ts'
import type { ThreadOptions, ThreadReply, ThreadRequest } from './pglite-thread.ts'

interface Pending {
  resolve(result: QueryResult<unknown>): void
  reject(error: Error): void
}

/** A database error with PostgreSQL's SQLSTATE in `code`, as the `pg` driver gives. */
export class DatabaseError extends Error {
  readonly code: string | undefined
  readonly detail: string | undefined
  constructor(message: string, code: string | undefined, detail: string | undefined) {
    super(message)
    this.name = 'DatabaseError'
    this.code = code
    this.detail = detail
  }
}

/**
 * Kysely over PGlite in a thread of its own. Plain queries are posted at once and answered in order; a
 * transaction has the one connection for itself while it lasts.
 */
export function pgliteDialect(options: ThreadOptions): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new PgliteDriver(options),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}

class PgliteDriver implements Driver {
  readonly #options: ThreadOptions
  readonly #pending = new Map<number, Pending>()
  #nextId = 1
  #unlock: () => void = () => {}
  #thread: Worker | undefined
  /** Resolves when the transactions queued so far are over. */
  #exclusive: Promise<void> = Promise.resolve()
  #owner: PgliteConnection | undefined
  #queued = 0

  constructor(options: ThreadOptions) {
    this.#options = options
  }

  async init(): Promise<void> {
    this.#unlock = lockFolder(this.#options.dataDir)
    try {
      // Making a database takes 250 MB that only the end of the thread gives back.
      if (!existsSync(join(this.#options.dataDir, 'PG_VERSION'))) {
        await this.#open()
        await this.#close()
      }
      await this.#open()
    } catch (error) {
      this.#unlock()
      throw error
    }
  }

  #open(): Promise<void> {
    const thread = new Worker(new URL('./pglite-thread.ts', import.meta.url), {
      workerData: this.#options satisfies ThreadOptions,
    })
    this.#thread = thread
    return new Promise((resolve, reject) => {
      thread.on('message', (reply: ThreadReply) => {
        if ('ready' in reply) resolve()
        else if ('failed' in reply)
          reject(new Error(`The embedded database in ${this.#options.dataDir} does not open: ${reply.failed}`))
        else this.#settle(reply)
      })
      thread.on('error', (error) => {
        reject(error)
        this.#failAll(error)
      })
      thread.on('exit', () => this.#failAll(new Error('The embedded database was closed')))
    })
  }

  #settle(reply: Exclude<ThreadReply, { ready: true } | { failed: string }>): void {
    const pending = this.#pending.get(reply.id)
    if (!pending) return
    this.#pending.delete(reply.id)
    if ('error' in reply) pending.reject(new DatabaseError(reply.error.message, reply.error.code, reply.error.detail))
    else pending.resolve({ rows: reply.rows, numAffectedRows: BigInt(reply.affected) })
  }

  #failAll(error: Error): void {
    for (const pending of this.#pending.values()) pending.reject(error)
    this.#pending.clear()
    this.#thread = undefined
  }

  post(sql: string, parameters: readonly unknown[]): Promise<QueryResult<unknown>> {
    const thread = this.#thread
    if (!thread) return Promise.reject(new Error('The embedded database is closed'))
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      thread.postMessage({ id, sql, parameters: [...parameters] } satisfies ThreadRequest)
    })
  }

  async query(connection: PgliteConnection, compiled: CompiledQuery): Promise<QueryResult<unknown>> {
    while (this.#queued > 0 && this.#owner !== connection) await this.#exclusive
    return this.post(compiled.sql, compiled.parameters)
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
        this.#queued--
        this.#owner = undefined
        resolve()
      }
    })
    await before
    this.#owner = own
    await this.post('begin', [])
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await this.#end(connection as PgliteConnection, 'commit')
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await this.#end(connection as PgliteConnection, 'rollback')
  }

  async #end(connection: PgliteConnection, sql: string): Promise<void> {
    try {
      await this.post(sql, [])
    } finally {
      connection.release()
    }
  }

  async releaseConnection(): Promise<void> {}

  async #close(): Promise<void> {
    const thread = this.#thread
    if (!thread) return
    const exited = new Promise<void>((resolve) => thread.once('exit', () => resolve()))
    thread.postMessage('close')
    await exited
  }

  async destroy(): Promise<void> {
    await this.#close()
    this.#unlock()
  }
}

class PgliteConnection implements DatabaseConnection {
  readonly #driver: PgliteDriver
  release: () => void = () => {}

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
