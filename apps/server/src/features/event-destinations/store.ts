import type { DomainEventName } from '@piecework/model/events/domain-event'
import type { SeekPage } from '@piecework/model/page'
import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { EventDestinationTable } from '../../database/event-tables.ts'
import type { Db } from '../../database/open.ts'
import { type OrderColumn, type PageRequest, paginate } from '../../database/pagination.ts'
import { hasRoom } from '../../database/room.ts'

export type DestinationRow = Omit<Selectable<EventDestinationTable>, 'secret' | 'headers'>
export type Receiver = Pick<
  Selectable<EventDestinationTable>,
  'id' | 'platformId' | 'projectId' | 'kind' | 'events' | 'url'
>

/** Whose receivers: those of a platform, or of one of its projects. */
export interface Owner {
  platformId: string
  projectId: string | null
}

/** Never the secret, nor the values of headers. */
const COLUMNS = [
  ...(['id', 'created', 'updated', 'platformId', 'projectId', 'scope', 'kind', 'events', 'url'] as const),
  ...(['headerNames', 'status', 'disabledReason'] as const),
] as const

const NEWEST_FIRST: readonly OrderColumn[] = [
  { ref: 'created', key: 'created', direction: 'desc', kind: 'time' },
  { ref: 'id', key: 'id', direction: 'desc', kind: 'text' },
]

export function pageDestinations(db: Db, owner: Owner, page: PageRequest): Promise<SeekPage<DestinationRow>> {
  const query = db.selectFrom('event_destination').select(COLUMNS).where(isOf(owner))
  return paginate(query, NEWEST_FIRST, page)
}

export function selectDestination(db: Db, owner: Owner, id: string): Promise<DestinationRow | undefined> {
  return db.selectFrom('event_destination').select(COLUMNS).where(isOf(owner)).where('id', '=', id).executeTakeFirst()
}

/** Adds a receiver, unless its owner has so many already. @returns undefined then. */
export async function insertDestination(
  trx: Db,
  row: Insertable<EventDestinationTable>,
  most: number,
): Promise<DestinationRow | undefined> {
  const owner = { platformId: row.platformId, projectId: row.projectId ?? null }
  const own = trx.selectFrom('event_destination').where(isOf(owner))
  if (!(await hasRoom(trx, { table: 'platform', id: row.platformId }, own, most))) return undefined
  return trx.insertInto('event_destination').values(row).returning(COLUMNS).executeTakeFirstOrThrow()
}

export function updateDestination(
  db: Db,
  owner: Owner,
  id: string,
  changes: Updateable<EventDestinationTable>,
): Promise<DestinationRow | undefined> {
  return db
    .updateTable('event_destination')
    .set({ ...changes, updated: new Date() })
    .where(isOf(owner))
    .where('id', '=', id)
    .returning(COLUMNS)
    .executeTakeFirst()
}

export function deleteDestination(db: Db, owner: Owner, id: string): Promise<DestinationRow | undefined> {
  return db
    .deleteFrom('event_destination')
    .where(isOf(owner))
    .where('id', '=', id)
    .returning(COLUMNS)
    .executeTakeFirst()
}

export async function countDestinations(db: Db, owner: Owner): Promise<number> {
  const counted = db
    .selectFrom('event_destination')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where(isOf(owner))
  return (await counted.executeTakeFirstOrThrow()).count
}

const isOf = ({ platformId, projectId }: Owner) =>
  sql<boolean>`"platformId" = ${platformId} and "projectId" is not distinct from ${projectId}`

/** The names of all events that some receiver of some platform gets. */
export async function selectWantedNames(db: Db): Promise<DomainEventName[]> {
  const { rows } = await sql<{ name: DomainEventName }>`
    select distinct unnest(events) as name from event_destination where status = 'ENABLED'`.execute(db)
  return rows.map(({ name }) => name)
}

/** The receivers of these platforms and projects that are switched on. */
export function selectReceivers(
  db: Db,
  platformIds: readonly string[],
  projectIds: readonly string[],
): Promise<Receiver[]> {
  return db
    .selectFrom('event_destination')
    .select(['id', 'platformId', 'projectId', 'kind', 'events', 'url'])
    .where('platformId', 'in', [...platformIds])
    .where(sql<boolean>`("projectId" is null or "projectId" = any(${[...projectIds]}::text[]))`)
    .where('status', '=', 'ENABLED')
    .execute()
}

/** The steps of flow versions, with the graphs that they were sent as. */
export function selectGraphs(db: Db, versionIds: readonly string[]) {
  return db
    .selectFrom('flow_version')
    .select(['id', 'trigger', 'graph'])
    .where('id', 'in', [...versionIds])
    .execute()
}

/** The server switches a receiver off. @returns it, unless it is off already. */
export function disableDestination(db: Db, id: string, reason: string): Promise<DestinationRow | undefined> {
  return db
    .updateTable('event_destination')
    .set({ status: 'DISABLED', disabledReason: reason, updated: new Date() })
    .where('id', '=', id)
    .where('status', '=', 'ENABLED')
    .returning(COLUMNS)
    .executeTakeFirst()
}
