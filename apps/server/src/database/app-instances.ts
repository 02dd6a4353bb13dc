import { type Kysely, sql } from 'kysely'
import type { Db } from './open.ts'
import type { Database } from './schema.ts'

/** An app that was silent for longer counts as gone. */
export const APP_GONE_AFTER_MS = 35_000

const goneSince = sql<string>`now() - ${sql.lit(APP_GONE_AFTER_MS)} * interval '1 millisecond'`

/** The app is there; those that are gone are forgotten. */
export async function noteApp(db: Db, id: string): Promise<void> {
  await db
    .insertInto('app_instance')
    .values({ id, seen: sql`now()` })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ seen: sql`now()` }))
    .execute()
  await db.deleteFrom('app_instance').where('seen', '<', goneSince).execute()
}

export async function forgetApp(db: Db, id: string): Promise<void> {
  await db.deleteFrom('app_instance').where('id', '=', id).execute()
}

/** Whether another app uses the database. */
export async function hasOtherApp(db: Db, id: string): Promise<boolean> {
  const query = db.selectFrom('app_instance').select('id').where('id', '!=', id).where('seen', '>', goneSince)
  return (await query.limit(1).execute()).length > 0
}

/** How many apps use the database; it may be older than the table that they are in. */
export async function countApps(db: Kysely<Database>): Promise<number> {
  const { rows: tables } = await sql`select 1 from pg_tables where tablename = 'app_instance'`.execute(db)
  if (tables.length === 0) return 0
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from app_instance where seen > ${goneSince}`.execute(db)
  return rows[0]?.count ?? 0
}
