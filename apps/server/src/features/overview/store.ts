import type { FlowSort } from '@piecework/api/flow-overview'
import type { FlowStatus } from '@piecework/model/flow/flow'
import type { Trigger } from '@piecework/model/flow/step'
import type { FlowRunStatus } from '@piecework/model/run/status'
import { sql } from 'kysely'
import { contains } from '../../database/contains.ts'
import type { Db } from '../../database/open.ts'
import { type OrderColumn, type PageRequest, paginate } from '../../database/pagination.ts'

/** Which flows of a project, and in which order. */
export interface OverviewFilter {
  projectId: string
  name?: string | undefined
  status?: readonly FlowStatus[] | undefined
  /** `NULL` means without a folder. */
  folderId?: string | undefined
  ownerId?: string | undefined
  connectionExternalIds?: readonly string[] | undefined
  /** `NONE` means without a trigger. */
  triggerPieceNames?: readonly string[] | undefined
  sort: FlowSort
  direction: 'asc' | 'desc'
}

const SORTED_BY = {
  updated: { ref: 'flow.updated', key: 'updated', kind: 'time' },
  name: { ref: 'version.sortName', key: 'sortName', kind: 'text' },
  lastRun: { ref: 'last.runId', key: 'runId', kind: 'text' },
} as const satisfies Record<FlowSort, Omit<OrderColumn, 'direction'>>

/** The empty text stands for no run: then it has its place in the order. */
const LAST_RUN = sql<{ runId: string }>`(select coalesce((
  select r.id from flow_run r where r."flowId" = flow.id and r.environment = 'PRODUCTION'
  order by r.id desc limit 1), '') as "runId")`.as('last')
const NO_RUN = sql<{ runId: string }>`(select '' as "runId")`.as('last')

/** The ids of the flows of one page, with their latest versions. */
export function pageOverview(db: Db, filter: OverviewFilter, page: PageRequest) {
  const { projectId, name, status, folderId, ownerId, connectionExternalIds, triggerPieceNames, sort, direction } =
    filter
  let query = db
    .selectFrom('flow')
    .innerJoinLateral(
      (from) =>
        from
          .selectFrom('flow_version')
          .select(['flow_version.id', 'displayName', 'connectionIds', sql<string>`lower("displayName")`.as('sortName')])
          .whereRef('flow_version.flowId', '=', 'flow.id')
          .orderBy('flow_version.id', 'desc')
          .limit(1)
          .as('version'),
      (join) => join.onTrue(),
    )
    .innerJoinLateral(sort === 'lastRun' ? LAST_RUN : NO_RUN, (join) => join.onTrue())
    .select(['flow.id', 'flow.updated', 'version.id as versionId', 'version.sortName', 'last.runId'])
    .where('flow.projectId', '=', projectId)
    .where('flow.operationStatus', '=', 'NONE')
  if (folderId !== undefined)
    query = folderId === 'NULL' ? query.where('flow.folderId', 'is', null) : query.where('flow.folderId', '=', folderId)
  if (status?.length) query = query.where('flow.status', 'in', [...status])
  if (ownerId !== undefined) query = query.where('flow.ownerId', '=', ownerId)
  if (name) query = query.where(contains('version.displayName', name))
  if (connectionExternalIds?.length)
    query = query.where(sql<boolean>`version."connectionIds" && ${[...connectionExternalIds]}::text[]`)
  if (triggerPieceNames?.length)
    query = query.where(
      sql<boolean>`(select coalesce(t.trigger #>> '{settings,pieceName}', 'NONE') from flow_version t
        where t.id = version.id) = any(${[...triggerPieceNames]}::text[])`,
    )
  const order: OrderColumn[] = [
    { ...SORTED_BY[sort], direction },
    { ref: 'flow.id', key: 'id', direction, kind: 'text' },
  ]
  return paginate(query, order, page)
}

export interface OverviewRow {
  id: string
  created: string
  updated: string
  projectId: string
  folderId: string | null
  externalId: string
  status: FlowStatus
  revision: number
  publishedVersionId: string | null
  ownerId: string | null
  ownerName: string | null
  versionId: string
  displayName: string
  state: 'DRAFT' | 'LOCKED'
  valid: boolean
  connectionIds: string[]
  triggerType: string
  triggerDisplayName: string
  pieceName: string | null
  triggerName: string | null
  input: Record<string, unknown> | null
  /** The steps of a version that is not valid. */
  tree: Trigger | null
  sourceId: string | null
  schedule: { type: 'CRON_EXPRESSION'; cronExpression: string; timezone: string } | null
  runId: string | null
  runStatus: FlowRunStatus | null
  runCreated: string | null
  runFinishTime: string | null
}

/** Larger inputs of triggers are left out. */
const MAX_INPUT_CHARACTERS = 2000

/** Reads the facts that a list shows about some versions and their flows, in one statement for any number of them. */
export async function selectOverview(
  db: Db,
  versionIds: readonly string[],
  withRuns: boolean,
): Promise<Map<string, OverviewRow>> {
  if (versionIds.length === 0) return new Map()
  const { rows } = await sql<OverviewRow>`
    select f.id, f.created, f.updated, f."projectId", f."folderId", f."externalId", f.status, f.revision,
      f."publishedVersionId", f."ownerId", trim(i."firstName" || ' ' || i."lastName") as "ownerName",
      v.id as "versionId", v."displayName", v.state, v.valid, v."connectionIds",
      t.type as "triggerType", t."displayName" as "triggerDisplayName", p."pieceName", p."triggerName",
      case when length(p.input::text) <= ${sql.lit(MAX_INPUT_CHARACTERS)} then p.input end as input,
      case when v.valid then null else v.trigger end as tree,
      s.id as "sourceId", s.schedule,
      r.id as "runId", r.status as "runStatus", r.created as "runCreated", r."finishTime" as "runFinishTime"
    from flow_version v
    join flow f on f.id = v."flowId"
    cross join lateral json_to_record(v.trigger) as t(type text, "displayName" text, settings json)
    cross join lateral json_to_record(t.settings) as p("pieceName" text, "triggerName" text, input json)
    left join "user" u on u.id = f."ownerId"
    left join user_identity i on i.id = u."identityId"
    left join trigger_source s on s."flowId" = f.id and not s.simulate and s.deleted is null
    left join lateral (
      select id, status, created, "finishTime" from flow_run
      where "flowId" = f.id and environment = 'PRODUCTION' and ${withRuns} order by id desc limit 1) r on true
    where v.id = any(${[...versionIds]})`.execute(db)
  return new Map(rows.map((row) => [row.id, row]))
}

/** When jobs with these keys are due. */
export async function selectDueTimes(db: Db, keys: readonly string[]): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map()
  const rows = await db
    .selectFrom('job')
    .select(['key', 'dueAt'])
    .where('key', 'in', [...keys])
    .execute()
  return new Map(rows.flatMap(({ key, dueAt }) => (key === null ? [] : [[key, dueAt]])))
}
