import type { FlowStatus, FlowVersion, ScheduleOptions } from '@piecework/model/flow/flow'
import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import { contains } from '../../database/contains.ts'
import type { Db } from '../../database/open.ts'
import { type OrderColumn, type PageRequest, paginate } from '../../database/pagination.ts'
import type { FlowTable, FlowVersionTable } from '../../database/schema.ts'

export type FlowRow = Selectable<FlowTable>

export interface FlowFilter {
  projectId: string
  /** `NULL` means without a folder. */
  folderId?: string | undefined
  status?: readonly FlowStatus[] | undefined
  name?: string | undefined
  /** LOCKED: the published version, and only flows that have one. Otherwise the latest. */
  versionState?: 'DRAFT' | 'LOCKED' | undefined
  externalIds?: readonly string[] | undefined
  connectionExternalIds?: readonly string[] | undefined
  agentExternalIds?: readonly string[] | undefined
}

const ENABLED_FIRST: readonly OrderColumn[] = [
  { ref: 'flow.status', key: 'status', direction: 'desc', kind: 'text' },
  { ref: 'flow.updated', key: 'updated', direction: 'desc', kind: 'time' },
  { ref: 'flow.id', key: 'id', direction: 'desc', kind: 'text' },
]

function selectListed(db: Db, filter: FlowFilter) {
  let query = db
    .selectFrom('flow')
    .innerJoinLateral(
      (from) => {
        const versions = from
          .selectFrom('flow_version')
          .select(['flow_version.id', 'displayName', 'connectionIds', 'agentIds'])
        if (filter.versionState === 'LOCKED')
          return versions.whereRef('flow_version.id', '=', 'flow.publishedVersionId').as('version')
        return versions
          .whereRef('flow_version.flowId', '=', 'flow.id')
          .orderBy('flow_version.id', 'desc')
          .limit(1)
          .as('version')
      },
      (join) => join.onTrue(),
    )
    .where('flow.projectId', '=', filter.projectId)
    .where('flow.operationStatus', '=', 'NONE')
  const { folderId, status, name, externalIds, connectionExternalIds, agentExternalIds } = filter
  if (folderId !== undefined)
    query = folderId === 'NULL' ? query.where('flow.folderId', 'is', null) : query.where('flow.folderId', '=', folderId)
  if (status?.length) query = query.where('flow.status', 'in', [...status])
  if (name) query = query.where(contains('version.displayName', name))
  if (externalIds?.length) query = query.where('flow.externalId', 'in', [...externalIds])
  if (connectionExternalIds?.length) query = query.where(overlaps('version.connectionIds', connectionExternalIds))
  if (agentExternalIds?.length) query = query.where(overlaps('version.agentIds', agentExternalIds))
  return query
}

export function pageFlows(db: Db, filter: FlowFilter, page: PageRequest) {
  const query = selectListed(db, filter).selectAll('flow').select('version.id as versionId')
  return paginate(query, ENABLED_FIRST, page)
}

/** How many flows a list has on all of its pages. */
export async function countListed(db: Db, filter: FlowFilter): Promise<number> {
  const counted = selectListed(db, filter).select(({ fn }) => fn.countAll<number>().as('count'))
  return (await counted.executeTakeFirstOrThrow()).count
}

function overlaps(column: string, values: readonly string[]) {
  return sql<boolean>`${sql.ref(column)} && ${[...values]}::text[]`
}

export async function countFlows(db: Db, filter: Pick<FlowFilter, 'projectId' | 'folderId'>): Promise<number> {
  let query = db
    .selectFrom('flow')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('projectId', '=', filter.projectId)
    .where('operationStatus', '=', 'NONE')
  const { folderId } = filter
  if (folderId !== undefined)
    query = folderId === 'NULL' ? query.where('folderId', 'is', null) : query.where('folderId', '=', folderId)
  return (await query.executeTakeFirstOrThrow()).count
}

export async function selectProjectOfFlow(db: Db, id: string): Promise<string | undefined> {
  const row = await db.selectFrom('flow').select('projectId').where('id', '=', id).executeTakeFirst()
  return row?.projectId
}

/** A version, with the platform that decides about its pieces. */
export function selectVersionToRun(db: Db, id: string) {
  return db
    .selectFrom('flow_version as v')
    .innerJoin('flow as f', 'f.id', 'v.flowId')
    .innerJoin('project as p', 'p.id', 'f.projectId')
    .selectAll('v')
    .select('p.platformId as platformId')
    .where('v.id', '=', id)
    .executeTakeFirst()
}

export function selectFlow(db: Db, projectId: string, id: string): Promise<FlowRow | undefined> {
  return db.selectFrom('flow').selectAll().where('projectId', '=', projectId).where('id', '=', id).executeTakeFirst()
}

const FLOW_COLUMNS = [
  'f.projectId',
  'f.folderId',
  'f.status',
  'f.externalId',
  'f.publishedVersionId',
  'f.metadata',
  'f.operationStatus',
  'f.timeSavedPerRun',
  'f.ownerId',
  'f.templateId',
  'f.revision',
  'f.created as flowCreated',
  'f.updated as flowUpdated',
] as const

/**
 * A flow with its latest version, or another one, in one look: the revision of the flow is that of the content.
 * Undefined when there is neither, or the flow is about to go.
 */
export async function selectFlowWithVersion(
  db: Db,
  projectId: string,
  id: string,
  versionId: string | undefined,
): Promise<{ flow: FlowRow; version: FlowVersion } | undefined> {
  let query = db
    .selectFrom('flow as f')
    .innerJoin('flow_version as v', 'v.flowId', 'f.id')
    .selectAll('v')
    .select(FLOW_COLUMNS)
    .where('f.projectId', '=', projectId)
    .where('f.id', '=', id)
    .where('f.operationStatus', '=', 'NONE')
  query = versionId === undefined ? query.orderBy('v.id', 'desc').limit(1) : query.where('v.id', '=', versionId)
  const row = await query.executeTakeFirst()
  if (!row) return undefined
  const { projectId: _, folderId, status, externalId, publishedVersionId, metadata, operationStatus, ...others } = row
  const { timeSavedPerRun, ownerId, templateId, revision, flowCreated, flowUpdated, ...version } = others
  const flow = {
    ...{ id, created: flowCreated, updated: flowUpdated, projectId, folderId, status, externalId, publishedVersionId },
    ...{ metadata, operationStatus, timeSavedPerRun, ownerId, templateId, revision },
  }
  return { flow, version }
}

/** The flow, held until the transaction ends, so that changes to it come one after the other. */
export function lockFlow(db: Db, projectId: string, id: string): Promise<FlowRow | undefined> {
  return db
    .selectFrom('flow')
    .selectAll()
    .where('projectId', '=', projectId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

export function selectFlowsInStatus(db: Db, projectId: string, status: FlowStatus): Promise<FlowRow[]> {
  return db.selectFrom('flow').selectAll().where('projectId', '=', projectId).where('status', '=', status).execute()
}

export function selectDeletingFlows(db: Db): Promise<FlowRow[]> {
  return db.selectFrom('flow').selectAll().where('operationStatus', '=', 'DELETING').execute()
}

export function insertFlow(db: Db, row: Insertable<FlowTable>) {
  return db.insertInto('flow').values(row).returning(['id', 'created', 'updated']).executeTakeFirstOrThrow()
}

export function updateFlow(db: Db, projectId: string, id: string, changes: Updateable<FlowTable>): Promise<unknown> {
  return db
    .updateTable('flow')
    .set({ updated: new Date(), ...changes })
    .where('projectId', '=', projectId)
    .where('id', '=', id)
    .execute()
}

export async function deleteFlow(db: Db, projectId: string, id: string): Promise<void> {
  await db
    .updateTable('flow')
    .set({ publishedVersionId: null })
    .where('projectId', '=', projectId)
    .where('id', '=', id)
    .execute()
  await db.deleteFrom('flow').where('projectId', '=', projectId).where('id', '=', id).execute()
}

export function selectLatestVersion(db: Db, flowId: string): Promise<FlowVersion | undefined> {
  return db
    .selectFrom('flow_version')
    .selectAll()
    .where('flowId', '=', flowId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** The version whose name people know a flow by: the published one, else the latest. */
export function selectShownVersion(db: Db, { id, publishedVersionId }: Pick<FlowRow, 'id' | 'publishedVersionId'>) {
  let query = db
    .selectFrom('flow_version')
    .select(['id', 'created', 'updated', 'displayName', 'flowId'])
    .where('flowId', '=', id)
  if (publishedVersionId !== null) query = query.where('id', '=', publishedVersionId)
  return query.orderBy('id', 'desc').limit(1).executeTakeFirst()
}

export function selectVersion(db: Db, flowId: string, id: string): Promise<FlowVersion | undefined> {
  return db.selectFrom('flow_version').selectAll().where('flowId', '=', flowId).where('id', '=', id).executeTakeFirst()
}

export async function selectVersions(db: Db, ids: readonly string[]): Promise<Map<string, FlowVersion>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('flow_version')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

export function selectTriggersOfFlow(db: Db, flowId: string): Promise<Pick<FlowVersion, 'id' | 'trigger'>[]> {
  return db.selectFrom('flow_version').select(['id', 'trigger']).where('flowId', '=', flowId).execute()
}

const NEWEST_FIRST: readonly OrderColumn[] = [{ ref: 'id', key: 'id', direction: 'desc', kind: 'text' }]

export function pageVersions(db: Db, flowId: string, page: PageRequest) {
  const query = db
    .selectFrom('flow_version')
    .select(['id', 'created', 'updated', 'flowId', 'displayName', 'valid', 'state', 'updatedBy', 'schemaVersion'])
    .where('flowId', '=', flowId)
  return paginate(query, NEWEST_FIRST, page)
}

export function insertVersion(db: Db, version: FlowVersion): Promise<unknown> {
  return db.insertInto('flow_version').values(toRow(version)).execute()
}

export function updateVersion(db: Db, version: FlowVersion): Promise<unknown> {
  const { id, flowId, created: _, ...changes } = toRow(version)
  return db.updateTable('flow_version').set(changes).where('id', '=', id).where('flowId', '=', flowId).execute()
}

function toRow({ trigger, notes, backupFiles, graph, ...version }: FlowVersion): Insertable<FlowVersionTable> {
  return {
    ...version,
    trigger: JSON.stringify(trigger),
    notes: JSON.stringify(notes),
    backupFiles: backupFiles ? JSON.stringify(backupFiles) : null,
    graph: graph ? JSON.stringify(graph) : null,
  }
}

export function deleteVersion(db: Db, flowId: string, id: string): Promise<unknown> {
  return db.deleteFrom('flow_version').where('flowId', '=', flowId).where('id', '=', id).execute()
}

/** The flows of a project that refer to a connection in one of their versions. */
export async function selectFlowsUsing(db: Db, projectId: string, connectionExternalId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('flow')
    .innerJoin('flow_version', 'flow_version.flowId', 'flow.id')
    .select('flow.id')
    .distinct()
    .where('flow.projectId', '=', projectId)
    .where('flow.operationStatus', '=', 'NONE')
    .where(overlaps('flow_version.connectionIds', [connectionExternalId]))
    .execute()
  return rows.map((row) => row.id)
}

export async function selectVersionOfProject(db: Db, projectId: string, id: string): Promise<FlowVersion | undefined> {
  return db
    .selectFrom('flow_version')
    .innerJoin('flow', 'flow.id', 'flow_version.flowId')
    .selectAll('flow_version')
    .where('flow.projectId', '=', projectId)
    .where('flow_version.id', '=', id)
    .executeTakeFirst()
}

/** The schedules of triggers that are in service, by flow. */
export async function selectSchedules(
  db: Db,
  flowIds: readonly string[],
): Promise<Map<string, ScheduleOptions | null>> {
  if (flowIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('trigger_source')
    .select(['flowId', 'schedule'])
    .where('flowId', 'in', [...flowIds])
    .where('simulate', '=', false)
    .where('deleted', 'is', null)
    .execute()
  return new Map(rows.map(({ flowId, schedule }) => [flowId, schedule && withoutMark(schedule)]))
}

const withoutMark = ({ type, cronExpression, timezone }: ScheduleOptions): ScheduleOptions => ({
  type,
  cronExpression,
  timezone,
})

/** @param change reason: why the server did it by itself */
export async function noteStatusChange(
  db: Db,
  change: { flowId: string; status: FlowStatus; changed: string; userId: string | null; reason: string | null },
): Promise<void> {
  const { flowId, status, changed, userId, reason } = change
  await sql`
    insert into flow_status_change ("flowId", status, changed, "userId", "userName", reason)
    values (${flowId}, ${status}, ${changed}, ${userId}, (
      select trim(i."firstName" || ' ' || i."lastName") from "user" u
      join user_identity i on i.id = u."identityId" where u.id = ${userId}), ${reason})
    on conflict ("flowId") do update set status = excluded.status, changed = excluded.changed,
      "userId" = excluded."userId", "userName" = excluded."userName", reason = excluded.reason`.execute(db)
}
