import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite, type Results, types } from '@electric-sql/pglite'
import { descriptorLimit } from '@piecework/worker/descriptor-limit'
import { databaseFilesFor } from '../descriptors.ts'
import { readJson } from './json-column.ts'
import { literal } from './literal.ts'
import { DURABLE_START, releaseFailedOpens, waitForDisk, watchFiles } from './pglite-disk.ts'
import { HEARTBEATS, ownTid, TID } from './pglite-stalls.ts'
import { parseTimestamp } from './timestamp.ts'

/**
 * The thread that owns PGlite, so that SQL never blocks the event loop of the server. It answers requests in
 * the order in which they come.
 */
export interface ThreadOptions {
  dataDir: string
  /** Whether commits wait for the disk. */
  fsync: boolean
  /** The folder is empty, and a database is to be made in it. */
  isDraft?: boolean
}
export interface ThreadData extends ThreadOptions {
  /** At SIGNS, counts up with every sign of life; at TID, the number of the thread. */
  life: Int32Array<SharedArrayBuffer>
}
export interface ThreadRequest {
  id: number
  sql: string
  parameters: unknown[]
}
export type ThreadReply =
  | { id: number; rows: unknown[]; affected: number }
  | { id: number; error: { message: string; code?: string | undefined; detail?: string | undefined } }
  | { ready: true }
  | { failed: string }
  /** PostgreSQL has stopped for good, although the thread may go on. */
  | { fatal: string }

const port = parentPort
if (!port) throw new Error('The file pglite-thread.ts runs only as a worker thread')

const { dataDir, fsync, isDraft, life } = workerData as ThreadData
Atomics.store(life, TID, ownTid())

/** Statements kept prepared; the one that was not used for longest goes when another comes. */
const MAX_PREPARED = 300
const PREPARABLE = /^\s*(select|insert|update|delete|with)\b/i

/** The last words of PostgreSQL that say why it stops, without time and process. */
let lastWords = ''
/** @returns whether the line is dealt with: nothing else prints it. */
const hear = (line: string): boolean => {
  const [, level, words] = /\b(ERROR|FATAL|PANIC):\s+(.*)/.exec(line) ?? []
  if (level && words && (level !== 'ERROR' || lastWords === '')) lastWords = `${level}: ${words}`
  // From here on every statement may spin: the thread cannot be used again.
  if (level === 'PANIC' || line.startsWith('Aborted('))
    port.postMessage({ fatal: lastWords || line } satisfies ThreadReply)
  return true
}

try {
  // PGlite would make an empty database where there is none.
  if (!isDraft && !existsSync(join(dataDir, 'PG_VERSION'))) throw new Error('PG_VERSION is missing')
  const db = await PGlite.create({
    dataDir,
    onStderr: hear,
    ...(fsync ? { startParams: DURABLE_START.startParams } : {}),
    // Small buffers: the data lives in the page cache anyway, and idle memory is a feature.
    postgresqlconf: [
      'shared_buffers=16MB',
      'max_wal_size=64MB',
      // Plans are made once and kept: those made of an empty table must be right for a full one.
      'plan_cache_mode=force_generic_plan',
      'enable_seqscan=off',
      'jit=off',
      `max_files_per_process=${databaseFilesFor(descriptorLimit())}`,
      ...(fsync ? DURABLE_START.settings : []),
    ],
    parsers: {
      [types.TIMESTAMPTZ]: parseTimestamp,
      [types.INT8]: Number,
      [types.JSON]: readJson,
      [types.JSONB]: readJson,
    },
    serializers: { [types.JSONB]: String, [types.JSON]: String },
  })
  if (fsync) waitForDisk(db, dataDir)
  releaseFailedOpens(db)
  watchFiles(db, () => Atomics.add(life, HEARTBEATS, 1))
  lastWords = ''
  const run = createRunner(db)
  port.postMessage({ ready: true } satisfies ThreadReply)
  port.on('message', async (request: ThreadRequest | 'close') => {
    if (request === 'close') {
      await db.close()
      port.close()
      return
    }
    try {
      const result = await run(request.sql, request.parameters)
      port.postMessage({ id: request.id, rows: result.rows, affected: result.affectedRows ?? 0 } satisfies ThreadReply)
    } catch (error) {
      const { message, code, detail } = error as { message: string; code?: string; detail?: string }
      port.postMessage({ id: request.id, error: { message, code, detail } } satisfies ThreadReply)
    }
  })
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error)
  port.postMessage({ failed: lastWords || reason } satisfies ThreadReply)
}

/**
 * Runs statements with their plans kept: parsing and planning one of the large statements of the hot path costs
 * 1.5 ms in WebAssembly, executing its plan 0.1 ms.
 */
function createRunner(db: PGlite): (sql: string, parameters: unknown[]) => Promise<Results> {
  const prepared = new Map<string, string>()
  let count = 0

  const prepare = async (sql: string): Promise<string> => {
    const known = prepared.get(sql)
    if (known !== undefined) {
      prepared.delete(sql)
      prepared.set(sql, known)
      return known
    }
    const name = `s${++count}`
    await db.exec(`prepare ${name} as ${sql}`)
    const [oldest] = prepared
    if (prepared.size >= MAX_PREPARED && oldest) {
      prepared.delete(oldest[0])
      await db.exec(`deallocate ${oldest[1]}`)
    }
    prepared.set(sql, name)
    return name
  }

  return async (sql, parameters) => {
    if (parameters.length === 0 || !PREPARABLE.test(sql)) return db.query(sql, parameters)
    const name = await prepare(sql)
    const [result] = await db.exec(`execute ${name}(${parameters.map(literal).join(',')})`)
    if (!result) throw new Error('The embedded database gave no result')
    return result
  }
}
