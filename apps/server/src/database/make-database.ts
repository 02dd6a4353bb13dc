import { mkdirSync } from 'node:fs'
import { Kysely } from 'kysely'
import { migrateUp } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { pgliteDialect } from './pglite-dialect.ts'
import type { Database } from './schema.ts'

/** Makes a migrated embedded database in a folder that nobody else knows of yet. */
export async function makeDatabase(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const db = new Kysely<Database>({ dialect: pgliteDialect({ dataDir: folder, fsync: false, isDraft: true }) })
  try {
    await migrateUp(db, migrations)
  } finally {
    await db.destroy()
  }
}
