import { type Kysely, sql } from 'kysely'
import type { Database } from './schema.ts'

/** One step of the schema. `breaking`: a server without this migration must not run on the schema. */
export interface Migration {
  name: string
  /** The release that brought it. */
  release: string
  breaking: boolean
  up: readonly string[]
  down: readonly string[]
}

// Any constant: all servers of one database must agree on it.
const LOCK_ID = 4_242_001

/**
 * Brings the schema up to date, one transaction in all, so that several servers may start at once.
 * @returns the names applied now.
 * @throws Error when the database holds a breaking migration that this server does not know.
 */
export async function migrateUp(db: Kysely<Database>, migrations: readonly Migration[]): Promise<string[]> {
  return db.transaction().execute(async (trx) => {
    await lockMigrations(trx)
    const applied = await readApplied(trx)
    const known = new Set(migrations.map((migration) => migration.name))
    const unknownBreaking = applied.filter((row) => !known.has(row.name) && row.breaking)
    if (unknownBreaking.length > 0) {
      const names = unknownBreaking.map((row) => `${row.name} (release ${row.release})`).join(', ')
      throw new Error(
        `The database was migrated by a newer release with breaking changes: ${names}. Upgrade this server, or roll the database back.`,
      )
    }
    const done = new Set(applied.map((row) => row.name))
    const names: string[] = []
    for (const migration of migrations) {
      if (done.has(migration.name)) continue
      for (const statement of migration.up) await sql.raw(statement).execute(trx)
      await trx
        .insertInto('migration')
        .values({ name: migration.name, release: migration.release, breaking: migration.breaking })
        .execute()
      names.push(migration.name)
    }
    return names
  })
}

/** One process at a time changes the schema, until the end of the transaction. */
export async function lockMigrations(trx: Kysely<Database>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(LOCK_ID)})`.execute(trx)
  await sql`create table if not exists migration (
    name text primary key,
    release text not null,
    breaking boolean not null,
    applied timestamptz not null default now())`.execute(trx)
}

function readApplied(trx: Kysely<Database>) {
  return trx.selectFrom('migration').selectAll().orderBy('name').execute()
}
