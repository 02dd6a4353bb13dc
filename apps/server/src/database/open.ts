import { CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { reasonOf, StartError } from '../start-error.ts'
import { RESTORE, realFolder } from './embedded-folder.ts'
import { readJson } from './json-column.ts'
import { migrateUp } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { pgliteDialect } from './pglite-dialect.ts'
import type { HostListener } from './pglite-host.ts'
import type { Database } from './schema.ts'
import { parseTimestamp } from './timestamp.ts'

/** For a connection to a server that is silent, and for a free one of the pool. */
const CONNECTION_TIMEOUT_MS = 30_000

export type Db = Kysely<Database>

export interface PostgresConnection {
  connection: string | { host: string; port: number; user: string; password: string; database: string }
  ssl: boolean | { ca: string }
}

export type DatabaseOptions =
  | { type: 'PGLITE' /** A folder. */; dataDir: string /** Whether commits wait for the disk. */; fsync: boolean }
  | ({ type: 'POSTGRES'; poolSize: number; idleTimeoutMs: number } & PostgresConnection)

/**
 * Opens the database and leaves its schema as it is.
 * @param listener hears what becomes of an embedded database.
 */
export function connectDatabase(options: DatabaseOptions, listener?: HostListener): Db {
  return new Kysely<Database>({
    dialect:
      options.type === 'PGLITE'
        ? pgliteDialect({ dataDir: realFolder(options.dataDir), fsync: options.fsync }, listener)
        : openPostgres(options),
  })
}

/**
 * Opens the database and brings its schema up to date.
 * @param warn hears of a schema that is newer than this server, and still fit for it.
 * @throws StartError when the database is not there, or its schema is not one for this server.
 */
export async function openDatabase(
  options: DatabaseOptions,
  warn?: (message: string) => void,
  listener?: HostListener,
): Promise<Db> {
  const db = connectDatabase(options, listener)
  try {
    await requireDatabase(db, options)
    await migrateUp(db, migrations, warn)
  } catch (error) {
    await db.destroy().catch(() => {})
    throw explainDamage(error, options)
  }
  return db
}

/** @throws StartError when the database does not answer, with the settings to check. */
export async function requireDatabase(db: Db, options: DatabaseOptions): Promise<void> {
  await sql`select 1`.execute(db).catch((error: unknown) => {
    if (error instanceof StartError) throw error
    throw new StartError(unusable(options, error), { cause: error })
  })
}

/** Files that are missing and pages that cannot be read (SQLSTATE classes 58 and XX). */
const DAMAGE = /^(58|XX)/

/** @returns an error with a remedy when a database that has opened turns out to be damaged; other errors unchanged. */
export function explainDamage(error: unknown, options: DatabaseOptions): unknown {
  if (options.type !== 'PGLITE' || !(error instanceof Error && 'code' in error && DAMAGE.test(String(error.code))))
    return error
  return new StartError(`The database in ${options.dataDir} is damaged: ${reasonOf(error)}. ${RESTORE}.`, {
    cause: error,
  })
}

function unusable(options: DatabaseOptions, error: unknown): string {
  if (options.type === 'PGLITE') return reasonOf(error)
  const { connection, ssl } = options
  const { hostname, port } =
    typeof connection === 'string' ? new URL(connection) : { ...connection, hostname: connection.host }
  const encrypted = ssl ? ', AP_POSTGRES_USE_SSL and AP_POSTGRES_SSL_CA' : ''
  return `The database server ${hostname || 'localhost'}:${port || 5432} cannot be used: ${reasonOf(error)}. Check AP_POSTGRES_URL, or AP_POSTGRES_HOST and the other settings of its kind${encrypted}.`
}

/** A connection as the `pg` driver wants it. */
export function clientConfig({ connection, ssl }: PostgresConnection): pg.ClientConfig {
  if (typeof connection !== 'string') return { ...connection, ssl }
  if (ssl === false) return { connectionString: connection }
  // The driver would let the URL overrule the certificate that was given.
  const url = new URL(connection)
  url.searchParams.delete('sslmode')
  return { connectionString: url.toString(), ssl }
}

function openPostgres(options: Extract<DatabaseOptions, { type: 'POSTGRES' }>) {
  const pool = new pg.Pool({
    ...clientConfig(options),
    max: options.poolSize,
    idleTimeoutMillis: options.idleTimeoutMs,
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    types: {
      getTypeParser: ((oid: number, format: 'text' | 'binary') => {
        if (oid === pg.types.builtins.TIMESTAMPTZ) return parseTimestamp
        if (oid === pg.types.builtins.INT8) return Number
        if (oid === pg.types.builtins.JSON || oid === pg.types.builtins.JSONB) return readJson
        return pg.types.getTypeParser(oid, format)
      }) as typeof pg.types.getTypeParser,
    },
  })
  // A client that loses its connection is replaced by the pool, and the query that needs it reports. The event comes
  // besides that report: from the pool for idle clients, and from a client that is in use. Without a listener it ends the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return new PostgresDialect({
    pool,
    async onCreateConnection(connection) {
      // Its compiler takes longer than our queries: leaderboards over 2,000 flows took 300 ms with it, 15 ms without.
      await connection.executeQuery(CompiledQuery.raw('set jit = off'))
    },
  })
}

/** Whether an error is PostgreSQL's unique_violation. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505'
}

/** Whether an error is PostgreSQL's foreign_key_violation: what a row refers to is gone, or something refers to it. */
export function isBrokenReference(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23503'
}

/** The last column of the key in which a row would equal another one: `Key ("platformId", "externalId")=(…) …`. */
export function repeatedColumn(error: unknown): string | undefined {
  const detail = error instanceof Error && 'detail' in error ? String(error.detail) : ''
  return /^Key \((?:.*\W)?(\w+)\W*\)=\(/.exec(detail)?.[1]
}
