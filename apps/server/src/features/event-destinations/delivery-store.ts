import type { SeekPage } from '@piecework/model/page'
import { type Insertable, type Selectable, sql } from 'kysely'
import type { EventDeliveryTable, EventDestinationTable } from '../../database/event-tables.ts'
import type { Db } from '../../database/open.ts'
import { type OrderColumn, type PageRequest, paginate } from '../../database/pagination.ts'
import { storable } from '../../database/storable.ts'

export type DeliveryRow = Omit<Selectable<EventDeliveryTable>, 'event' | 'retryUntil'>
export type NewDelivery = Insertable<EventDeliveryTable>
/** A delivery that this app attempts now, with what it needs of its receiver. */
export type ClaimedDelivery = Pick<
  Selectable<EventDeliveryTable>,
  'id' | 'created' | 'destinationId' | 'eventId' | 'action' | 'event' | 'attempt' | 'dueAt' | 'retryUntil'
> &
  Pick<Selectable<EventDestinationTable>, 'url' | 'kind' | 'secret' | 'headers'>

const COLUMNS = [
  ...(['id', 'created', 'destinationId', 'eventId', 'action', 'attempt', 'dueAt'] as const),
  ...(['deliveredAt', 'deadAt', 'lastStatus', 'lastError'] as const),
] as const

const NEWEST_FIRST: readonly OrderColumn[] = [
  { ref: 'created', key: 'created', direction: 'desc', kind: 'time' },
  { ref: 'id', key: 'id', direction: 'desc', kind: 'text' },
]

/** A statement has 65,535 parameters at most. */
const INSERTED_AT_ONCE = 1000

/** Stores deliveries; one of an event that its receiver has already is a repetition. */
export async function insertDeliveries(db: Db, rows: readonly NewDelivery[]): Promise<void> {
  for (let at = 0; at < rows.length; at += INSERTED_AT_ONCE)
    await db
      .insertInto('event_delivery')
      .values(rows.slice(at, at + INSERTED_AT_ONCE))
      .onConflict((conflict) => conflict.columns(['destinationId', 'eventId']).doNothing())
      .execute()
}

interface ClaimRequest {
  busy: readonly string[]
  only?: readonly string[]
  each: number
  most: number
  leaseMs: number
}

/**
 * Takes deliveries that are due, oldest first, and keeps them from other apps for a while.
 * @param busy receivers that get nothing more at the moment
 * @param only receivers that get something; all when left out
 * @param each at most so many for one receiver
 */
export async function claimDeliveries(
  db: Db,
  { busy, only, each, most, leaseMs }: ClaimRequest,
): Promise<ClaimedDelivery[]> {
  const { rows } = await sql<ClaimedDelivery>`
    with due as (
      select d.id from event_destination e cross join lateral (
        select id, "dueAt" from event_delivery
        where "destinationId" = e.id and "deliveredAt" is null and "deadAt" is null and "dueAt" <= now()
        order by "dueAt", id limit ${sql.lit(each)} for update skip locked
      ) d
      where e.status = 'ENABLED' and e.id <> all(${[...busy]}::text[])
        and (${only === undefined} or e.id = any(${[...(only ?? [])]}::text[]))
      order by d."dueAt", d.id limit ${sql.lit(most)}
    )
    update event_delivery d set attempt = d.attempt + 1,
      "dueAt" = date_trunc('milliseconds', now() + ${leaseMs} * interval '1 millisecond')
    from due, event_destination e
    where d.id = due.id and e.id = d."destinationId"
    returning d.id, d.created, d."destinationId", d."eventId", d.action, d.event, d.attempt, d."dueAt",
      d."retryUntil", e.url, e.kind, e.secret, e.headers`.execute(db)
  return rows
}

interface Outcome {
  status: number | null
  error: string | null
  /** When it is tried again; null: never. */
  delayMs: number | null
}

/** Notes how an attempt went, unless somebody has taken the delivery since, or made it due again. */
export async function settleDelivery(
  db: Db,
  { id, attempt, dueAt }: Pick<ClaimedDelivery, 'id' | 'attempt' | 'dueAt'>,
  { status, error, delayMs }: Outcome,
): Promise<void> {
  const now = new Date()
  await db
    .updateTable('event_delivery')
    .set({
      lastStatus: status,
      lastError: error === null ? null : storable(error),
      ...(error === null ? { deliveredAt: now } : delayMs === null ? { deadAt: now } : {}),
      ...(delayMs === null ? {} : { dueAt: new Date(now.getTime() + delayMs) }),
    })
    .where('id', '=', id)
    .where('attempt', '=', attempt)
    .where('dueAt', '=', dueAt)
    .execute()
}

/** Nobody attempts any delivery: what was taken is due again. */
export async function releaseDeliveries(db: Db): Promise<void> {
  await db
    .updateTable('event_delivery')
    .set({ dueAt: new Date() })
    .where('deliveredAt', 'is', null)
    .where('deadAt', 'is', null)
    .where('attempt', '>', 0)
    .where('dueAt', '>', new Date().toISOString())
    .execute()
}

/** Whether the receiver took anything since then. */
export async function hasDelivered(db: Db, destinationId: string, since: Date): Promise<boolean> {
  const row = await db
    .selectFrom('event_delivery')
    .select('id')
    .where('destinationId', '=', destinationId)
    .where('deliveredAt', '>', since.toISOString())
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export async function countDeliveries(
  db: Db,
  destinationId: string,
  status: 'WAITING' | 'DELIVERED' | 'DEAD' | undefined,
): Promise<number> {
  const counted = deliveriesOf(db, destinationId, status).select(({ fn }) => fn.countAll<number>().as('count'))
  return (await counted.executeTakeFirstOrThrow()).count
}

function deliveriesOf(db: Db, destinationId: string, status: 'WAITING' | 'DELIVERED' | 'DEAD' | undefined) {
  let query = db.selectFrom('event_delivery').where('destinationId', '=', destinationId)
  if (status === 'DELIVERED') query = query.where('deliveredAt', 'is not', null)
  if (status === 'DEAD') query = query.where('deadAt', 'is not', null)
  if (status === 'WAITING') query = query.where('deliveredAt', 'is', null).where('deadAt', 'is', null)
  return query
}

export function pageDeliveries(
  db: Db,
  destinationId: string,
  status: 'WAITING' | 'DELIVERED' | 'DEAD' | undefined,
  page: PageRequest,
): Promise<SeekPage<DeliveryRow>> {
  return paginate(deliveriesOf(db, destinationId, status).select(COLUMNS), NEWEST_FIRST, page)
}

/** Makes a delivery due again, whatever became of it. */
export function renewDelivery(
  db: Db,
  destinationId: string,
  id: string,
  retryUntil: Date,
): Promise<DeliveryRow | undefined> {
  const changes = { dueAt: new Date(), retryUntil, deliveredAt: null, deadAt: null, lastError: null, lastStatus: null }
  return db
    .updateTable('event_delivery')
    .set(changes)
    .where('destinationId', '=', destinationId)
    .where('id', '=', id)
    .returning(COLUMNS)
    .executeTakeFirst()
}

/** Removes deliveries of before the given time, a batch at a time. @returns how many went. */
export async function deleteOldDeliveries(db: Db, before: Date, limit: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('event_delivery')
    .where('id', 'in', (from) =>
      from.selectFrom('event_delivery').select('id').where('created', '<', before.toISOString()).limit(limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}
