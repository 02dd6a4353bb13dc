import type { SeekPage } from '@piecework/model/page'
import { type Insertable, type Selectable, sql } from 'kysely'
import type { AlertTable } from '../../database/alert-tables.ts'
import type { Db } from '../../database/open.ts'
import { type OrderColumn, type PageRequest, paginate } from '../../database/pagination.ts'
import { hasRoom } from '../../database/room.ts'

export type AlertRow = Omit<Selectable<AlertTable>, 'secret'>
export type AlertReceiver = Pick<Selectable<AlertTable>, 'id' | 'channel' | 'receiver' | 'secret'>

/** Never the secret. */
const COLUMNS = ['id', 'created', 'updated', 'projectId', 'channel', 'receiver'] as const

const OLDEST_FIRST: readonly OrderColumn[] = [
  { ref: 'created', key: 'created', direction: 'asc', kind: 'time' },
  { ref: 'id', key: 'id', direction: 'asc', kind: 'text' },
]

export function pageAlerts(db: Db, projectId: string, page: PageRequest): Promise<SeekPage<AlertRow>> {
  return paginate(db.selectFrom('alert').select(COLUMNS).where('projectId', '=', projectId), OLDEST_FIRST, page)
}

export function selectReceivers(db: Db, projectId: string): Promise<AlertReceiver[]> {
  return db
    .selectFrom('alert')
    .select(['id', 'channel', 'receiver', 'secret'])
    .where('projectId', '=', projectId)
    .orderBy('id')
    .execute()
}

/** Adds a receiver. @returns undefined where the project has so many already */
export async function insertAlert(trx: Db, row: Insertable<AlertTable>, most: number): Promise<AlertRow | undefined> {
  const own = trx.selectFrom('alert').where('projectId', '=', row.projectId)
  if (!(await hasRoom(trx, { table: 'project', id: row.projectId }, own, most))) return undefined
  return trx.insertInto('alert').values(row).returning(COLUMNS).executeTakeFirstOrThrow()
}

export function deleteAlert(db: Db, projectId: string, id: string): Promise<{ id: string } | undefined> {
  return db
    .deleteFrom('alert')
    .where('projectId', '=', projectId)
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst()
}

export async function selectProjectOfAlert(db: Db, id: string): Promise<string | undefined> {
  const row = await db.selectFrom('alert').select('projectId').where('id', '=', id).executeTakeFirst()
  return row?.projectId
}

export async function selectExpectation(db: Db, projectId: string, flowId: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('flow_expectation')
    .select('minutes')
    .where('projectId', '=', projectId)
    .where('flowId', '=', flowId)
    .executeTakeFirst()
  return row?.minutes
}

/** @param minutes null takes the expectation away */
export async function setExpectation(
  db: Db,
  { projectId, flowId }: { projectId: string; flowId: string },
  minutes: number | null,
): Promise<void> {
  const kept = { minutes: minutes ?? 0, since: new Date(), alertedAt: null }
  if (minutes === null) await db.deleteFrom('flow_expectation').where('flowId', '=', flowId).execute()
  else
    await db
      .insertInto('flow_expectation')
      .values({ flowId, projectId, ...kept })
      .onConflict((conflict) => conflict.column('flowId').doUpdateSet(kept))
      .execute()
}

export interface MissedFlow {
  flowId: string
  projectId: string
  platformId: string
  flowName: string
  minutes: number
  since: string
}

/** Flows that are on, and did not run for longer than is expected; each once, until it runs again. */
export async function takeMissedFlows(trx: Db, limit: number): Promise<MissedFlow[]> {
  const { rows } = await sql<MissedFlow>`
    with expected as (
      select e."flowId", f."projectId", p."platformId", e.minutes, e."alertedAt",
        greatest(e.since, c.changed, (select r.created from flow_run r where r."flowId" = e."flowId"
          and r.environment = 'PRODUCTION' order by r.id desc limit 1)) as since
      from flow_expectation e
      join flow f on f.id = e."flowId" and f.status = 'ENABLED' and f."operationStatus" = 'NONE'
      join project p on p.id = f."projectId" and p.deleted is null
      left join flow_status_change c on c."flowId" = f.id),
    due as (
      select * from expected where since < now() - minutes * interval '1 minute'
        and ("alertedAt" is null or "alertedAt" < since) limit ${limit})
    update flow_expectation e set "alertedAt" = now() from due
    where e."flowId" = due."flowId" and (e."alertedAt" is null or e."alertedAt" < due.since)
    returning due."flowId", due."projectId", due."platformId", due.minutes, due.since,
      coalesce((select v."displayName" from flow_version v where v."flowId" = due."flowId" order by v.id desc limit 1), '')
        as "flowName"`.execute(trx)
  return rows
}
