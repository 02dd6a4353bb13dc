import { type Selectable, sql } from 'kysely'
import type { OutboxTable } from '../database/event-tables.ts'
import type { Db } from '../database/open.ts'

import { storable } from '../database/storable.ts'

/** An event on its way to one subscriber. */
export type WaitingEvent = Pick<Selectable<OutboxTable>, 'id' | 'subscriber' | 'name' | 'event'>
export type ClaimedEvent = WaitingEvent & Pick<Selectable<OutboxTable>, 'created' | 'attempt'>

/** Stores events for their subscribers; what is stored already stays as it is. */
export async function insertEvents(db: Db, rows: readonly WaitingEvent[]): Promise<void> {
  if (rows.length === 0) return
  await db
    .insertInto('outbox')
    .values([...rows])
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/**
 * Takes events of one subscriber that are due, oldest first, and keeps them from others for a while.
 * @returns them with the number of the attempt, which every later write about them names.
 */
export async function claimEvents(
  db: Db,
  subscriber: string,
  { limit, leaseMs }: { limit: number; leaseMs: number },
): Promise<ClaimedEvent[]> {
  const { rows } = await sql<ClaimedEvent>`
    with due as (
      select id from outbox where subscriber = ${subscriber} and "deadAt" is null and "dueAt" <= now()
      order by "dueAt", id limit ${sql.lit(limit)} for update skip locked
    )
    update outbox o set attempt = o.attempt + 1, "dueAt" = now() + ${leaseMs} * interval '1 millisecond'
    from due where o.subscriber = ${subscriber} and o.id = due.id
    returning o.id, o.subscriber, o.created, o.name, o.event, o.attempt`.execute(db)
  return rows.toSorted((a, b) => (a.created === b.created ? (a.id < b.id ? -1 : 1) : a.created < b.created ? -1 : 1))
}

/** Delivered: they go, unless somebody else has taken them since. */
export async function deleteEvents(db: Db, events: readonly ClaimedEvent[]): Promise<void> {
  await sql`
    delete from outbox o using unnest(
      ${events.map(({ subscriber }) => subscriber)}::text[], ${events.map(({ id }) => id)}::text[],
      ${events.map(({ attempt }) => attempt)}::integer[]) as done(subscriber, id, attempt)
    where o.subscriber = done.subscriber and o.id = done.id and o.attempt = done.attempt`.execute(db)
}

/** Not delivered: it waits for its next attempt, or for nobody (`null`). */
export async function postponeEvent(
  db: Db,
  { subscriber, id, attempt }: ClaimedEvent,
  { error, delayMs }: { error: string; delayMs: number | null },
): Promise<void> {
  await sql`
    update outbox set "lastError" = ${storable(error)}, "dueAt" = now() + ${delayMs ?? 0} * interval '1 millisecond',
      "deadAt" = ${delayMs === null ? sql`now()` : sql`null`}
    where subscriber = ${subscriber} and id = ${id} and attempt = ${attempt}`.execute(db)
}

/** Nobody holds any event: what was taken is due again. */
export async function releaseEvents(db: Db): Promise<void> {
  await sql`update outbox set "dueAt" = now() where "deadAt" is null and attempt > 0 and "dueAt" > now()`.execute(db)
}

/** Removes what was stored before the given time, delivered or not. @returns how many. */
export async function deleteOldEvents(db: Db, before: Date): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('outbox')
    .where('created', '<', before.toISOString())
    .executeTakeFirst()
  return Number(numDeletedRows)
}

/** @returns the names of users and projects, deleted or not, by id. */
export async function selectNames(
  db: Db,
  { userIds, projectIds }: { userIds: readonly string[]; projectIds: readonly string[] },
): Promise<{ emails: Map<string, string>; projects: Map<string, string> }> {
  const users =
    userIds.length === 0
      ? []
      : await db
          .selectFrom('user')
          .innerJoin('user_identity', 'user_identity.id', 'user.identityId')
          .select(['user.id', 'user_identity.email'])
          .where('user.id', 'in', [...userIds])
          .execute()
  const projects =
    projectIds.length === 0
      ? []
      : await db
          .selectFrom('project')
          .select(['id', 'displayName'])
          .where('id', 'in', [...projectIds])
          .execute()
  return {
    emails: new Map(users.map(({ id, email }) => [id, email])),
    projects: new Map(projects.map(({ id, displayName }) => [id, displayName])),
  }
}
