import { parentPort, workerData } from 'node:worker_threads'
import { PGlite, types } from '@electric-sql/pglite'
import { parseTimestamp } from './timestamp.ts'

/**
 * The thread that owns PGlite, so that SQL never blocks the event loop of the server. It answers requests in
 * the order in which they come.
 */
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

const port = parentPort
if (!port) throw new Error('pglite-thread.ts runs as a worker thread only')

const { dataDir } = workerData as { dataDir: string }

try {
  const db = await PGlite.create({
    dataDir,
    // Small buffers: the data lives in the page cache anyway, and idle memory is a feature.
    postgresqlconf: ['shared_buffers=16MB', 'max_wal_size=64MB'],
    parsers: { [types.TIMESTAMPTZ]: parseTimestamp, [types.INT8]: Number },
    serializers: { [types.JSONB]: String, [types.JSON]: String },
  })
  port.postMessage({ ready: true } satisfies ThreadReply)
  port.on('message', async (request: ThreadRequest | 'close') => {
    if (request === 'close') {
      await db.close()
      port.close()
      return
    }
    try {
      const result = await db.query(request.sql, request.parameters)
      port.postMessage({ id: request.id, rows: result.rows, affected: result.affectedRows ?? 0 } satisfies ThreadReply)
    } catch (error) {
      const { message, code, detail } = error as { message: string; code?: string; detail?: string }
      port.postMessage({ id: request.id, error: { message, code, detail } } satisfies ThreadReply)
    }
  })
} catch (error) {
  port.postMessage({ failed: error instanceof Error ? error.message : String(error) } satisfies ThreadReply)
}
