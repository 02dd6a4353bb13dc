import { sql } from 'kysely'
import type { Db } from './open.ts'

/** Longer than any lease: the clock of the database was set back. */
const LONGEST_LEASE = '5 minutes'
const lease = (ms: number) => sql<string>`now() + ${ms}::integer * interval '1 millisecond'`

/** @returns whether the owner holds the lock now. */
export async function takeLock(
  db: Db,
  { name, owner, leaseMs }: { name: string; owner: string; leaseMs: number },
): Promise<boolean> {
  const { rows } = await sql`
    insert into named_lock (name, owner, "leaseUntil") values (${name}, ${owner}, ${lease(leaseMs)})
    on conflict (name) do update set owner = excluded.owner, "leaseUntil" = excluded."leaseUntil"
    where named_lock."leaseUntil" < now() or named_lock."leaseUntil" > now() + ${LONGEST_LEASE}::interval
    returning name`.execute(db)
  return rows.length > 0
}

export async function renewLock(
  db: Db,
  { name, owner, leaseMs }: { name: string; owner: string; leaseMs: number },
): Promise<void> {
  await db
    .updateTable('named_lock')
    .set({ leaseUntil: lease(leaseMs) })
    .where('name', '=', name)
    .where('owner', '=', owner)
    .execute()
}

export async function releaseLock(db: Db, { name, owner }: { name: string; owner: string }): Promise<void> {
  await db.deleteFrom('named_lock').where('name', '=', name).where('owner', '=', owner).execute()
}
