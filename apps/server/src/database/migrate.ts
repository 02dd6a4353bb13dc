import { type Kysely, sql } from 'kysely'
import { StartError } from '../start-error.ts'
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
 * @param warn hears of migrations of a newer release that this server can live with.
 * @returns the names applied now.
 * @throws StartError when the database holds a breaking migration that this server does not know.
 */
export async function migrateUp(
  db: Kysely<Database>,
  migrations: readonly Migration[],
  warn: (message: string) => void = () => {},
): Promise<string[]> {
  return db.transaction().execute(async (trx) => {
    await lockMigrations(trx)
    const applied = await readApplied(trx)
    const known = new Set(migrations.map((migration) => migration.name))
    const unknown = applied.filter((row) => !known.has(row.name))
    const breaking = unknown.filter((row) => row.breaking)
    if (breaking.length > 0)
      throw new StartError(
        `The database was migrated by a newer release with breaking changes: ${describe(breaking)}. Upgrade this server, or roll the database back: npm run rollback, from the newer release.`,
      )
    if (unknown.length > 0)
      warn(`the database was migrated by a newer release, and this server uses it anyway: ${describe(unknown)}`)
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

const describe = (rows: readonly { name: string; release: string }[]): string =>
  rows.map(({ name, release }) => `${name} (release ${release})`).join(', ')

function readApplied(trx: Kysely<Database>) {
  return trx.selectFrom('migration').selectAll().orderBy('name').execute()
}
