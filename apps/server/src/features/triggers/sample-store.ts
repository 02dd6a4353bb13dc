import type { Insertable } from 'kysely'
import type { Db } from '../../database/open.ts'
import { type OrderColumn, type PageRequest, paginate } from '../../database/pagination.ts'
import type { TriggerEventTable } from '../../database/schema.ts'

const NEWEST_FIRST: readonly OrderColumn[] = [{ ref: 'id', key: 'id', direction: 'desc', kind: 'text' }]

/** The files of the events of a flow beyond the newest ones. */
export function selectOldEvents(db: Db, owner: { projectId: string; flowId: string }, kept: number) {
  return db
    .selectFrom('trigger_event')
    .select('fileId')
    .where('flowId', '=', owner.flowId)
    .where('projectId', '=', owner.projectId)
    .orderBy('id', 'desc')
    .offset(kept)
    .execute()
}

export function insertEvent(db: Db, event: Insertable<TriggerEventTable>) {
  return db.insertInto('trigger_event').values(event).returningAll().executeTakeFirstOrThrow()
}

/** The events of one trigger of a flow, newest first. */
export function pageEvents(
  db: Db,
  source: { projectId: string; flowId: string; sourceName: string },
  request: PageRequest,
) {
  const query = db
    .selectFrom('trigger_event')
    .selectAll()
    .where('projectId', '=', source.projectId)
    .where('flowId', '=', source.flowId)
    .where('sourceName', '=', source.sourceName)
  return paginate(query, NEWEST_FIRST, request)
}
