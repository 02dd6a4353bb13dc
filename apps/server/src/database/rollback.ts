import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import semver from 'semver'
import { APP_GONE_AFTER_MS, countApps } from './app-instances.ts'
import { lockMigrations, type Migration } from './migrate.ts'
import type { Database } from './schema.ts'

/** A rollback that must not be done; the message says why and what to do. */
export class RollbackError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'RollbackError'
  }
}

/**
 * Takes back every migration that came with a release newer than the given one, newest first, in one transaction.
 * @param request force: also those that lose data or that the older release cannot do without.
 * @returns the names taken back.
 * @throws RollbackError when there is nothing to go back to, a migration is breaking or unknown here, or an app runs.
 */
export async function migrateDown(
  db: Kysely<Database>,
  migrations: readonly Migration[],
  { to, force }: { to: string; force: boolean },
): Promise<string[]> {
  if (!semver.valid(to)) throw new RollbackError(`"${to}" is not a version such as 0.1.0.`)
  return db.transaction().execute(async (trx) => {
    await lockMigrations(trx)
    const applied = await trx.selectFrom('migration').selectAll().orderBy('name', 'desc').execute()
    const newer = applied.filter((row) => semver.gt(row.release, to))
    const known = new Map(migrations.map((migration) => [migration.name, migration]))
    const unknown = newer.filter((row) => !known.has(row.name))
    if (unknown.length > 0)
      throw new RollbackError(
        `Only a newer release can revert ${unknown.map((row) => row.name).join(', ')}. Run the command from that release.`,
      )
    if (newer.length === applied.length)
      throw new RollbackError(`The database was never on release ${to}: its first migration is newer.`)
    const breaking = newer.filter((row) => row.breaking)
    if (breaking.length > 0 && !force)
      throw new RollbackError(
        `Reverting ${breaking.map((row) => `${row.name} (release ${row.release})`).join(', ')} may lose data. Make a backup, then repeat the command with --force.`,
      )
    if (newer.length > 0) await requireNoApps(trx)
    for (const { name } of newer) {
      for (const statement of known.get(name)?.down ?? []) await sql.raw(statement).execute(trx)
      await trx.deleteFrom('migration').where('name', '=', name).execute()
    }
    return newer.map((row) => row.name)
  })
}

/** An app that writes while its schema goes away under it would do harm. */
async function requireNoApps(trx: Kysely<Database>): Promise<void> {
  const count = await countApps(trx)
  if (count > 0)
    throw new RollbackError(
      `${count === 1 ? 'An app still uses' : `${count} apps still use`} the database. Stop every app first; a killed app counts for ${APP_GONE_AFTER_MS / 1000} seconds.`,
    )
}
