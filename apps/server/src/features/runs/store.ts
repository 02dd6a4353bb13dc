import { newId } from '@piecework/model/ids'
import type { RunChoice } from '@piecework/model/run/bulk-act'
import { FAILURES } from '@piecework/model/run/run-statuses'
import type { FlowRunStatus } from '@piecework/model/run/status'
import { type Selectable, sql } from 'kysely'
import type { Db } from '../../database/open.ts'
import { type OrderColumn, type PageRequest, paginate } from '../../database/pagination.ts'
import type { FlowRunTable } from '../../database/schema.ts'
import type { CanceledRun } from '../../events/runs.ts'
import { PRIORITY } from '../../queue/job.ts'

export type RunRow = Omit<Selectable<FlowRunTable>, 'payload' | 'resumePayload' | 'retries' | 'replyTo' | 'replyUntil'>
export type StoredRun = Selectable<FlowRunTable> & { platformId: string }
export type ListedRun = RunRow & { flowDisplayName: string | null }

/** A choice of runs in a project. */
export interface RunFilter extends RunChoice {
  projectId: string
  /** The run that called them: then test runs are included. */
  parentRunId?: string | undefined
}

export interface ParentRun {
  id: string
  /** When its present stretch could begin at the earliest, and how often it was retried. */
  since: Date | string
  retries: number
  /** The waitpoint that it waits for, or will wait for: a step that calls another flow makes its waitpoint first. */
  waitpointId: string | null
}

export interface RunStore {
  /** For the dispatcher alone: it serves every project. */
  byIds(ids: readonly string[]): Promise<StoredRun[]>
  projectOf(id: string): Promise<string | undefined>
  /** A run of the project that calls another flow. */
  parentOf(projectId: string, id: string): Promise<ParentRun | undefined>
  projectOfFlow(flowId: string): Promise<string | undefined>
  one(projectId: string, id: string): Promise<ListedRun | undefined>
  list(filter: RunFilter, page: PageRequest): ReturnType<typeof listPage>
  /** Ids that match, oldest first, at most `limit`, from behind a given one. */
  ids(filter: RunFilter, page: { limit: number; after: string }): Promise<string[]>
  countByStatus(filter: RunFilter): Promise<{ status: FlowRunStatus; count: number }[]>
  archive(filter: RunFilter): Promise<number>
  /** Ends a run whose row cannot be read. */
  endUnread(id: string, message: string): Promise<void>
  /** The caller of a run has left: as long as it waits for a worker, the runs of callers who wait go first. */
  letOthersPass(id: string): Promise<void>
  /** The version that a flow runs now. */
  publishedVersionOf(projectId: string, flowId: string): Promise<string | undefined>
}

const COLUMNS = [
  'r.id',
  'r.created',
  'r.updated',
  'r.projectId',
  'r.flowId',
  'r.flowVersionId',
  'r.environment',
  'r.logsFileId',
  'r.parentRunId',
  'r.failParentOnFailure',
  'r.parentWaitpointId',
  'r.status',
  'r.tags',
  'r.startTime',
  'r.finishTime',
  'r.triggeredBy',
  'r.failedStep',
  'r.archivedAt',
  'r.stepNameToTest',
  'r.stepsCount',
  'r.attempt',
  'r.executeTrigger',
  'r.payloadFileId',
] as const

const filtered = (db: Db, filter: RunFilter) => {
  let query = db.selectFrom('flow_run as r').where('r.projectId', '=', filter.projectId)
  if (filter.parentRunId !== undefined) query = query.where('r.parentRunId', '=', filter.parentRunId)
  else if (!filter.includeTests) query = query.where('r.environment', '=', 'PRODUCTION')
  if (filter.flowRunIds) query = query.where('r.id', '=', sql<string>`any(${filter.flowRunIds})`)
  if (filter.excludeFlowRunIds) query = query.where('r.id', '!=', sql<string>`all(${filter.excludeFlowRunIds})`)
  if (filter.flowId) query = query.where('r.flowId', '=', sql<string>`any(${filter.flowId})`)
  if (filter.status) query = query.where('r.status', '=', sql<FlowRunStatus>`any(${filter.status})`)
  // Its index has only the runs with tags.
  if (filter.tags) query = query.where(sql<boolean>`r.tags && ${filter.tags} and r.tags <> '{}'`)
  if (filter.failedStepName) query = query.where(sql<boolean>`r."failedStep"->>'name' = ${filter.failedStepName}`)
  const { issueId } = filter
  if (issueId)
    query = query
      .where('r.status', '=', sql<FlowRunStatus>`any(${[...FAILURES]})`)
      .where('r.id', 'in', (from) => from.selectFrom('issue_run').select('runId').where('issueId', '=', issueId))
  if (filter.createdAfter) query = query.where('r.created', '>=', filter.createdAfter)
  if (filter.createdBefore)
    query = query.where('r.created', '<=', filter.createdBefore).where('r.id', '<', idAfter(filter.createdBefore))
  if (!filter.includeArchived) query = query.where('r.archivedAt', 'is', null)
  return query
}

/** No run that began at the time or before has an id as large: ids begin with the time. */
const idAfter = (time: string): string => newId(new Date(time).getTime() + 2)

// Ids are ordered by time, so the order of ids is the order of creation.
const NEWEST_FIRST: OrderColumn[] = [{ ref: 'r.id', key: 'id', direction: 'desc', kind: 'text' }]

const listPage = (db: Db, filter: RunFilter, page: PageRequest) => {
  const listed = (query: ReturnType<typeof filtered>) =>
    query
      .leftJoin('flow_version as v', 'v.id', 'r.flowVersionId')
      .select([...COLUMNS, 'v.displayName as flowDisplayName'])
  const { status: statuses, ...others } = filter
  if (!statuses?.length) return paginate(listed(filtered(db, filter)), NEWEST_FIRST, page)
  // Status by status, each as a constant: then the few of one status are found without a look at all the others.
  return paginate(
    (slice) => {
      const ids = statuses.map((status) =>
        slice(filtered(db, others).where('r.status', '=', sql.lit(status)).select('r.id')),
      )
      const union = sql<string>`(${sql.join(ids, sql` union all `)})`
      return listed(db.selectFrom('flow_run as r').where('r.id', 'in', union))
    },
    NEWEST_FIRST,
    page,
  )
}

export function createRunStore(db: Db): RunStore {
  return {
    async byIds(ids) {
      if (ids.length === 0) return []
      return db
        .selectFrom('flow_run as r')
        .innerJoin('project as p', 'p.id', 'r.projectId')
        .selectAll('r')
        .select('p.platformId as platformId')
        .where('r.id', '=', sql<string>`any(${[...ids]})`)
        .execute()
    },
    async projectOf(id) {
      const row = await db.selectFrom('flow_run').select('projectId').where('id', '=', id).executeTakeFirst()
      return row?.projectId
    },
    async projectOfFlow(flowId) {
      const row = await db
        .selectFrom('flow')
        .select('projectId')
        .where('id', '=', flowId)
        // A flow that is being deleted is hidden already.
        .where('operationStatus', '=', 'NONE')
        .executeTakeFirst()
      return row?.projectId
    },
    async parentOf(projectId, id) {
      const row = await db
        .selectFrom('flow_run as r')
        .where('r.id', '=', id)
        .where('r.projectId', '=', projectId)
        .select((eb) => [
          'r.id',
          'r.retries',
          eb.fn
            .coalesce(eb.selectFrom('file as f').whereRef('f.id', '=', 'r.logsFileId').select('f.updated'), 'r.created')
            .as('since'),
          eb
            .selectFrom('waitpoint as w')
            .whereRef('w.flowRunId', '=', 'r.id')
            .where('w.type', '=', 'WEBHOOK')
            .where('w.status', '=', 'PENDING')
            .select('w.id')
            .orderBy('w.updated', 'desc')
            .limit(1)
            .as('waitpointId'),
        ])
        .executeTakeFirst()
      return row
    },
    one: (projectId, id) =>
      filtered(db, { projectId, flowRunIds: [id], includeArchived: true, includeTests: true })
        .leftJoin('flow_version as v', 'v.id', 'r.flowVersionId')
        .select([...COLUMNS, 'v.displayName as flowDisplayName'])
        .executeTakeFirst(),
    list: (filter, page) => listPage(db, filter, page),
    async ids(filter, { limit, after }) {
      const rows = await filtered(db, filter)
        .where('r.id', '>', after)
        .select('r.id')
        .orderBy('r.id')
        .limit(limit)
        .execute()
      return rows.map((row) => row.id)
    },
    countByStatus: (filter) =>
      filtered(db, filter)
        .select((eb) => ['r.status', eb.fn.countAll<number>().as('count')])
        .groupBy('r.status')
        .execute(),
    async archive(filter) {
      const result = await db
        .updateTable('flow_run')
        .set({ archivedAt: sql`now()` })
        .where('id', 'in', filtered(db, { ...filter, includeArchived: false }).select('r.id'))
        .executeTakeFirst()
      return Number(result.numUpdatedRows)
    },
    async endUnread(id, message) {
      const failedStep = JSON.stringify({ name: '', displayName: '', message })
      await db
        .updateTable('flow_run')
        .set({ status: 'INTERNAL_ERROR', finishTime: sql`now()`, failedStep: sql`${failedStep}::jsonb` })
        .where('id', '=', id)
        .where('status', 'in', ['QUEUED', 'RUNNING', 'PAUSED'])
        .execute()
    },
    async letOthersPass(id) {
      const { high, medium } = PRIORITY
      await db
        .updateTable('job')
        .set({ priority: medium })
        .where('id', '=', id)
        .where('owner', 'is', null)
        .where('priority', '=', high)
        .execute()
    },
    async publishedVersionOf(projectId, flowId) {
      const flow = await db
        .selectFrom('flow')
        .select('publishedVersionId')
        .where('id', '=', flowId)
        .where('projectId', '=', projectId)
        .executeTakeFirst()
      return flow?.publishedVersionId ?? undefined
    },
  }
}

/**
 * Ends runs that are not over, with all their descendants. Payload and journal stay: with them the run can be looked
 * at and tried again.
 * @returns those that were ended now.
 */
export async function cancelRuns(db: Db, projectId: string, ids: readonly string[]): Promise<CanceledRun[]> {
  if (ids.length === 0) return []
  const result = await sql<CanceledRun>`
    with recursive family(id) as (
      select id from flow_run where id = any(${ids}) and "projectId" = ${projectId}
      union
      select child.id from flow_run child join family on child."parentRunId" = family.id
    ), canceled as (
      update flow_run set status = 'CANCELED', "finishTime" = now(), updated = now(), attempt = attempt + 1
      where id in (select id from family) and status in ('QUEUED', 'RUNNING', 'PAUSED')
      returning id, "projectId", "parentWaitpointId"
    ), jobs as (
      delete from job where id in (select id from canceled)
    ), waitpoints as (
      delete from waitpoint where "flowRunId" in (select id from canceled)
    )
    select * from canceled`.execute(db)
  return result.rows
}

/** Makes an ended run wait for a worker again. @returns false when it is not in one of the given statuses. */
export async function requeue(
  db: Db,
  {
    id,
    from,
    resumePayload,
    priority,
  }: { id: string; from: readonly FlowRunStatus[]; resumePayload: unknown; priority: number },
): Promise<boolean> {
  const payload = resumePayload === null ? null : JSON.stringify(resumePayload)
  const result = await sql`
    with queued as (
      update flow_run set status = 'QUEUED', "finishTime" = null, "failedStep" = null, "archivedAt" = null,
        "resumePayload" = ${payload}::json, retries = retries + 1, updated = now()
      where id = ${id} and status = any(${from}) returning id, "projectId", environment
    )
    insert into job (id, kind, "projectId", priority, "dueAt", limited)
    select id, 'RUN', "projectId", ${priority}, now(), environment = 'PRODUCTION' from queued
    on conflict (id) do nothing
    returning id`.execute(db)
  return result.rows.length > 0
}
