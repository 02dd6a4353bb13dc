import type { DomainEvent, DomainEventName } from '@piecework/model/events/domain-event'
import type { SeekPage } from '@piecework/model/page'
import type { Selectable } from 'kysely'
import type { AuditEventTable } from '../../database/event-tables.ts'
import type { Db } from '../../database/open.ts'
import { type OrderColumn, type PageRequest, paginate } from '../../database/pagination.ts'

export interface AuditFilter {
  action?: readonly DomainEventName[] | undefined
  projectId?: readonly string[] | undefined
  userId?: string | undefined
  ip?: string | undefined
  createdAfter?: string | undefined
  createdBefore?: string | undefined
}

export type AuditRow = Selectable<AuditEventTable>

const NEWEST_FIRST: readonly OrderColumn[] = [
  { ref: 'created', key: 'created', direction: 'desc', kind: 'time' },
  { ref: 'id', key: 'id', direction: 'desc', kind: 'text' },
]

/** Writes events down; one that is there already is a repetition, and stays as it is. */
export async function insertAuditEvents(db: Db, events: readonly DomainEvent[]): Promise<void> {
  await db
    .insertInto('audit_event')
    .values(
      events.map(({ actor, data, ...event }) => ({
        ...event,
        actor: JSON.stringify(actor),
        data: JSON.stringify(data),
      })),
    )
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

export function pageAuditEvents(
  db: Db,
  platformId: string,
  filter: AuditFilter,
  page: PageRequest,
): Promise<SeekPage<AuditRow>> {
  const { action, projectId, userId, ip, createdAfter, createdBefore } = filter
  let query = db.selectFrom('audit_event').selectAll().where('platformId', '=', platformId)
  if (action?.length) query = query.where('action', 'in', [...action])
  if (projectId?.length) query = query.where('projectId', 'in', [...projectId])
  if (userId !== undefined) query = query.where('userId', '=', userId)
  if (ip !== undefined) query = query.where('ip', '=', ip)
  if (createdAfter !== undefined) query = query.where('created', '>=', createdAfter)
  if (createdBefore !== undefined) query = query.where('created', '<=', createdBefore)
  return paginate(query, NEWEST_FIRST, page)
}

/** Removes what happened before the given time, a batch at a time. @returns how many went. */
export async function deleteOldAuditEvents(db: Db, before: Date, limit: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('audit_event')
    .where('id', 'in', (from) =>
      from.selectFrom('audit_event').select('id').where('created', '<', before.toISOString()).limit(limit),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}
