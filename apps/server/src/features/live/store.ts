import type { LockHolder, PresentUser } from '@piecework/model/live/events'
import { LOCK_TTL_MS, PRESENCE_TTL_MS } from '@piecework/model/live/events'
import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'

/** A resource of a project, as a socket of a user claims it. */
export interface Claim {
  projectId: string
  resourceId: string
  userId: string
  socketId: string
}

export interface Resource {
  projectId: string
  resourceId: string
}

/** Somebody who vanished without a word may be back at once, so that their lock outlives them a little. */
const VANISHED_MS = 10_000
/** The most people that are shown next to one resource. */
const MAX_SHOWN = 100

const inMs = (milliseconds: number) => sql<string>`now() + ${milliseconds} * interval '1 millisecond'`

/**
 * Takes or renews a lock, unless somebody else holds it.
 * @returns `holder`: who else holds it, and it was not taken. `changed`: it belongs to somebody else than before.
 */
export async function takeLock(
  db: Db,
  claim: Claim & { userDisplayName: string; force: boolean },
): Promise<{ holder: LockHolder | null; changed: boolean }> {
  const { projectId, resourceId, userId, userDisplayName, socketId, force } = claim
  const { rows } = await sql<{ taken: boolean } & LockHolder>`
    with before as materialized (
      select "userId", "userDisplayName" from live_lock
      where "projectId" = ${projectId} and "resourceId" = ${resourceId} and "expiresAt" > now()
    ), taken as (
      insert into live_lock ("projectId", "resourceId", "userId", "userDisplayName", "socketId", "expiresAt")
      values (${projectId}, ${resourceId}, ${userId}, ${userDisplayName}, ${socketId}, ${inMs(LOCK_TTL_MS)})
      on conflict ("projectId", "resourceId") do update set "userId" = excluded."userId",
        "userDisplayName" = excluded."userDisplayName", "socketId" = excluded."socketId", "expiresAt" = excluded."expiresAt"
      where live_lock."userId" = excluded."userId" or live_lock."expiresAt" <= now() or ${force}
      returning true as taken
    )
    select false as taken, "userId", "userDisplayName" from before
    union all select true, '', '' from taken`.execute(db)
  const before = rows.find((row) => !row.taken)
  if (rows.some((row) => row.taken)) return { holder: null, changed: before?.userId !== userId }
  if (before) return { holder: { userId: before.userId, userDisplayName: before.userDisplayName }, changed: false }
  // Somebody took it between the two parts of the statement.
  return takeLock(db, claim)
}

/** @returns false when the user held no such lock. */
export async function releaseLock(db: Db, { projectId, resourceId, userId }: Omit<Claim, 'socketId'>) {
  const result = await db
    .deleteFrom('live_lock')
    .where('projectId', '=', projectId)
    .where('resourceId', '=', resourceId)
    .where('userId', '=', userId)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

/** The locks of a socket that is gone are held a little longer, in case it comes back. */
export function shortenLocks(db: Db, socketId: string) {
  return db
    .updateTable('live_lock')
    .set({ expiresAt: sql`least("expiresAt", ${inMs(VANISHED_MS)})` })
    .where('socketId', '=', socketId)
    .execute()
}

/** @returns the locks that nobody renewed; they are gone now. */
export function deleteExpiredLocks(db: Db): Promise<Resource[]> {
  return db
    .deleteFrom('live_lock')
    .where('expiresAt', '<', sql<string>`now()`)
    .returning(['projectId', 'resourceId'])
    .execute()
}

/** @returns whether the socket was not there before. */
export async function enterPresence(db: Db, { projectId, resourceId, userId, socketId }: Claim): Promise<boolean> {
  const { rows } = await sql<{ entered: boolean }>`
    insert into live_presence ("projectId", "resourceId", "userId", "socketId", "expiresAt")
    values (${projectId}, ${resourceId}, ${userId}, ${socketId}, ${inMs(PRESENCE_TTL_MS)})
    on conflict ("projectId", "resourceId", "socketId") do update set "expiresAt" = excluded."expiresAt"
    returning xmax = 0 as entered`.execute(db)
  return rows[0]?.entered === true
}

/** @returns where the socket was, of the one resource or of all. */
export function leavePresence(db: Db, socketId: string, resourceId?: string): Promise<Resource[]> {
  let query = db.deleteFrom('live_presence').where('socketId', '=', socketId)
  if (resourceId !== undefined) query = query.where('resourceId', '=', resourceId)
  return query.returning(['projectId', 'resourceId']).execute()
}

/** @returns where somebody was who did not say so again; they are gone now. */
export function deleteExpiredPresences(db: Db): Promise<Resource[]> {
  return db
    .deleteFrom('live_presence')
    .where('expiresAt', '<', sql<string>`now()`)
    .returning(['projectId', 'resourceId'])
    .execute()
}

/** Everybody at a resource, each once, the first to come first. */
export async function selectPresent(db: Db, { projectId, resourceId }: Resource): Promise<PresentUser[]> {
  const rows = await db
    .selectFrom('live_presence as p')
    .innerJoin('user as u', 'u.id', 'p.userId')
    .innerJoin('user_identity as i', 'i.id', 'u.identityId')
    .select(['u.id', 'i.firstName', 'i.lastName', 'i.email', 'i.imageUrl'])
    .where('p.projectId', '=', projectId)
    .where('p.resourceId', '=', resourceId)
    .where('p.expiresAt', '>', sql<string>`now()`)
    .groupBy(['u.id', 'i.firstName', 'i.lastName', 'i.email', 'i.imageUrl'])
    .orderBy((eb) => eb.fn.min('p.created'))
    .orderBy('u.id')
    .limit(MAX_SHOWN)
    .execute()
  return rows.map(({ id, firstName, lastName, email, imageUrl }) => ({
    userId: id,
    userDisplayName: `${firstName} ${lastName}`.trim(),
    userEmail: email,
    userImageUrl: imageUrl,
  }))
}
