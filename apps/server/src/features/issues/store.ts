import type { Issue } from '@piecework/api/issues'
import type { SeekPage } from '@piecework/model/page'
import { type Selectable, sql } from 'kysely'
import type { IssueTable } from '../../database/alert-tables.ts'
import type { Db } from '../../database/open.ts'
import { type OrderColumn, type PageRequest, paginate } from '../../database/pagination.ts'

export type IssueRow = Selectable<IssueTable>
export type IssueKey = Pick<IssueRow, 'flowId' | 'stepName' | 'runStatus' | 'kind'>
export type ShownIssue = Omit<Issue, 'status'> & { status: IssueRow['status'] }

const LATEST_FIRST: readonly OrderColumn[] = [
  { ref: 'issue.lastSeen', key: 'lastSeen', direction: 'desc', kind: 'time' },
  { ref: 'issue.id', key: 'id', direction: 'desc', kind: 'text' },
]

const FLOW_NAME = sql<string>`coalesce((select v."displayName" from flow_version v
  where v."flowId" = issue."flowId" order by v.id desc limit 1), '')`.as('flowDisplayName')

const shown = (db: Db) =>
  db
    .selectFrom('issue')
    .select([
      ...(['id', 'created', 'updated', 'projectId', 'flowId', 'stepName', 'stepDisplayName', 'runStatus'] as const),
      ...(['kind', 'message', 'status', 'count', 'firstSeen', 'lastSeen', 'lastRunId'] as const),
    ])
    .select(FLOW_NAME)

export interface IssueFilter {
  projectId: string
  flowId?: readonly string[] | undefined
  status?: readonly Issue['status'][] | undefined
  /** Without news since then, an issue counts as archived. */
  archivedBefore: Date
}

export function pageIssues(db: Db, filter: IssueFilter, page: PageRequest): Promise<SeekPage<ShownIssue>> {
  const { projectId, flowId, status, archivedBefore } = filter
  let query = shown(db).where('issue.projectId', '=', projectId)
  if (flowId?.length) query = query.where('issue.flowId', 'in', [...flowId])
  if (status?.length)
    query = query.where((where) =>
      where.or(
        status.map((one) =>
          one === 'ARCHIVED'
            ? where.and([
                where('issue.status', '=', 'UNRESOLVED'),
                where('issue.lastSeen', '<', archivedBefore.toISOString()),
              ])
            : one === 'UNRESOLVED'
              ? where.and([
                  where('issue.status', '=', one),
                  where('issue.lastSeen', '>=', archivedBefore.toISOString()),
                ])
              : where('issue.status', '=', one),
        ),
      ),
    )
  return paginate(query, LATEST_FIRST, page)
}

export function selectIssue(db: Db, projectId: string, id: string): Promise<ShownIssue | undefined> {
  return shown(db).where('issue.projectId', '=', projectId).where('issue.id', '=', id).executeTakeFirst()
}

export async function selectProjectOfIssue(db: Db, id: string): Promise<string | undefined> {
  const row = await db.selectFrom('issue').select('projectId').where('id', '=', id).executeTakeFirst()
  return row?.projectId
}

/** Whether an act on all runs of the issue goes on; it reads them bit by bit. */
export async function isActedOn(db: Db, projectId: string, id: string): Promise<boolean> {
  const act = await db
    .selectFrom('bulk_act')
    .select('id')
    .where('projectId', '=', projectId)
    .where('status', '=', 'RUNNING')
    .where(sql<boolean>`selection->>'issueId' = ${id}`)
    .limit(1)
    .executeTakeFirst()
  return act !== undefined
}

/**
 * The runs of an issue that is resolved are put right, or given up: a retry leaves them alone.
 * @param id of an issue of the project
 */
export async function setIssueStatus(
  trx: Db,
  projectId: string,
  id: string,
  status: IssueRow['status'],
): Promise<void> {
  if (status === 'RESOLVED') await trx.deleteFrom('issue_run').where('issueId', '=', id).execute()
  await trx
    .updateTable('issue')
    .set({ status, updated: new Date(), unalerted: 0 })
    .where('projectId', '=', projectId)
    .where('id', '=', id)
    .execute()
}

/** How many kinds of failures a flow has, and whether one is among them. */
export async function countKinds(db: Db, key: IssueKey): Promise<{ count: number; isKnown: boolean }> {
  const { rows } = await sql<{ count: number; isKnown: boolean }>`
    select count(*)::integer as count, coalesce(bool_or("stepName" = ${key.stepName}
      and "runStatus" = ${key.runStatus} and kind = ${key.kind}), false) as "isKnown"
    from issue where "flowId" = ${key.flowId}`.execute(db)
  return rows[0] ?? { count: 0, isKnown: false }
}

export interface Failure extends IssueKey {
  /** For an issue that is new. */
  id: string
  eventId: string
  runId: string
  projectId: string
  stepDisplayName: string
  message: string
  seen: string
}

/**
 * The issue of a failure, locked, made where it is new. @returns undefined for a flow or a run that is gone, and for a
 * failure that was counted before.
 */
export async function lockIssueOf(trx: Db, failure: Failure): Promise<IssueRow | undefined> {
  const { id, projectId, flowId, stepName, stepDisplayName, runStatus, kind, message, seen, runId, eventId } = failure
  const { rows } = await sql<IssueRow>`
    insert into issue (id, "projectId", "flowId", "stepName", "stepDisplayName", "runStatus", kind, message,
      "firstSeen", "lastSeen", "lastRunId")
    select ${id}, "projectId", id, ${stepName}, ${stepDisplayName}, ${runStatus}, ${kind}, ${message},
      ${seen}, ${seen}, ${runId} from flow where id = ${flowId} and "projectId" = ${projectId}
      and exists (select 1 from flow_run where id = ${runId})
    on conflict ("flowId", "stepName", "runStatus", kind) do update set updated = now()
    returning *`.execute(trx)
  const issue = rows[0]
  if (!issue) return undefined
  const noted = await sql`
    insert into issue_run ("runId", "issueId", "eventId")
    select id, ${issue.id}, ${eventId} from flow_run where id = ${runId}
    on conflict ("runId") do update set "issueId" = excluded."issueId", "eventId" = excluded."eventId"
    where issue_run."eventId" <> excluded."eventId" returning "runId"`.execute(trx)
  return noted.rows.length > 0 ? issue : undefined
}

/** Counts a failure. @param isFirst of a series: it is alerted at once, and the others wait. */
export async function countFailure(trx: Db, issue: IssueRow, failure: Failure, isFirst: boolean): Promise<void> {
  const { message, stepDisplayName, seen, runId } = failure
  await sql`
    update issue set count = count + 1, message = ${message}, "stepDisplayName" = ${stepDisplayName},
      "lastSeen" = greatest("lastSeen", ${seen}::timestamptz), "lastRunId" = ${runId}, status = 'UNRESOLVED',
      updated = now(), unalerted = case when ${isFirst} then 0 else unalerted + 1 end,
      "alertedAt" = case when ${isFirst} then now() else "alertedAt" end
    where id = ${issue.id}`.execute(trx)
}

export interface DueIssue {
  projectId: string
  platformId: string
  flowId: string
  flowName: string
  stepDisplayName: string
  message: string
  failures: number
}

/** Issues with failures that nobody heard of for so long; from now on they have. */
export async function takeDueIssues(trx: Db, quietMs: number, limit: number): Promise<DueIssue[]> {
  const { rows } = await sql<DueIssue>`
    with due as (
      select id, unalerted from issue
      where unalerted > 0 and "alertedAt" < now() - ${quietMs}::double precision * interval '1 millisecond'
      order by "alertedAt" limit ${limit} for update skip locked)
    update issue i set unalerted = 0, "alertedAt" = now() from due, project p
    where i.id = due.id and p.id = i."projectId" and p.deleted is null
    returning i."projectId", p."platformId", i."flowId", i."stepDisplayName", i.message, due.unalerted as failures,
      coalesce((select v."displayName" from flow_version v where v."flowId" = i."flowId" order by v.id desc limit 1), '')
        as "flowName"`.execute(trx)
  return rows
}
