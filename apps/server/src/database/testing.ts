import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomText } from '@piecework/model/ids'
import pg from 'pg'
import { type Db, openDatabase } from './open.ts'

/** The PostgreSQL database that tests connect to; any that may create others will do. */
const ADMIN_URL = process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres'

export interface TestDatabase extends AsyncDisposable {
  db: Db
  /** The URL of a PostgreSQL test database; for PGlite undefined. */
  url: string | undefined
}

/** A fresh, migrated database for one test file: a folder of its own, or a database of its own in PostgreSQL. */
export async function testDatabase(type: 'PGLITE' | 'POSTGRES' = 'POSTGRES'): Promise<TestDatabase> {
  if (type === 'PGLITE') {
    const folder = await mkdtemp(join(tmpdir(), 'piecework-database-'))
    const db = await openDatabase({ type, dataDir: join(folder, 'pglite'), fsync: false })
    return {
      db,
      url: undefined,
      [Symbol.asyncDispose]: async () => {
        await db.destroy()
        await rm(folder, { recursive: true, force: true })
      },
    }
  }
  const created = await createTestPostgres()
  const db = await openDatabase({ type, connection: created.url, ssl: false, poolSize: 4, idleTimeoutMs: 10_000 })
  return {
    db,
    url: created.url,
    [Symbol.asyncDispose]: async () => {
      await db.destroy()
      await created.drop()
    },
  }
}

/** An empty PostgreSQL database: its URL, how to fill and how to drop it. */
export async function createTestPostgres(): Promise<{
  url: string
  execute(statement: string, values?: unknown[]): Promise<void>
  drop(): Promise<void>
}> {
  const name = `piecework_test_${randomText(12).toLowerCase()}`
  await admin(`create database ${name} template template0`)
  const url = new URL(ADMIN_URL)
  url.pathname = `/${name}`
  return {
    url: url.toString(),
    execute: (statement, values) => execute(url.toString(), statement, values),
    drop: () => admin(`drop database if exists ${name} with (force)`),
  }
}

const admin = (statement: string): Promise<void> => execute(ADMIN_URL, statement)

async function execute(connectionString: string, statement: string, values?: unknown[]): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await client.query(statement, values)
  } finally {
    await client.end()
  }
}
