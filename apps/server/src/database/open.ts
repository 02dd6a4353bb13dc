import { mkdirSync } from 'node:fs'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { migrateUp } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { pgliteDialect } from './pglite-dialect.ts'
import type { Database } from './schema.ts'
import { parseTimestamp } from './timestamp.ts'

export type Db = Kysely<Database>

export interface PostgresConnection {
  connection: string | { host: string; port: number; user: string; password: string; database: string }
  ssl: boolean | { ca: string }
}

export type DatabaseOptions =
  | { type: 'PGLITE' /** A folder. */; dataDir: string }
  | ({ type: 'POSTGRES'; poolSize: number; idleTimeoutMs: number } & PostgresConnection)

/** Opens the database and leaves its schema as it is. */
export function connectDatabase(options: DatabaseOptions): Db {
  return new Kysely<Database>({
    dialect: options.type === 'PGLITE' ? openPglite(options.dataDir) : openPostgres(options),
  })
}

/** Opens the database and brings its schema up to date. */
export async function openDatabase(options: DatabaseOptions): Promise<Db> {
  const db = connectDatabase(options)
  try {
    await migrateUp(db, migrations)
  } catch (error) {
    await db.destroy().catch(() => {})
    throw error
  }
  return db
}

function openPglite(dataDir: string) {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  return pgliteDialect(dataDir)
}

/** A connection as the `pg` driver wants it. */
export function clientConfig({ connection, ssl }: PostgresConnection): pg.ClientConfig {
  return { ...(typeof connection === 'string' ? { connectionString: connection } : connection), ssl }
}

function openPostgres(options: Extract<DatabaseOptions, { type: 'POSTGRES' }>) {
  const pool = new pg.Pool({
    ...clientConfig(options),
    max: options.poolSize,
    idleTimeoutMillis: options.idleTimeoutMs,
    types: {
      getTypeParser: ((oid: number, format: 'text' | 'binary') => {
        if (oid === pg.types.builtins.TIMESTAMPTZ) return parseTimestamp
        if (oid === pg.types.builtins.INT8) return Number
        return pg.types.getTypeParser(oid, format)
      }) as typeof pg.types.getTypeParser,
    },
  })
  // A client that loses its connection is replaced by the pool, and the query that needs it reports. The event comes
  // beside that report: of idle clients from the pool, of those in use from themselves. Nobody listening ends the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return new PostgresDialect({ pool })
}

/** Whether an error is PostgreSQL's unique_violation. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505'
}
