import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { Place } from '../../access/actor.ts'
import { contains } from '../../database/contains.ts'
import type { Db } from '../../database/open.ts'
import { type OrderColumn, type PageRequest, paginate } from '../../database/pagination.ts'
import type { AppConnectionTable } from '../../database/schema.ts'

/** Who renews it, and when its token ends, is nobody else's business. */
export type ConnectionRow = Omit<Selectable<AppConnectionTable>, 'renewal' | 'renewalUntil' | 'tokenEnds'>

const COLUMNS = [
  'id',
  'created',
  'updated',
  'displayName',
  'externalId',
  'type',
  'status',
  'platformId',
  'pieceName',
  'ownerId',
  'projectIds',
  'scope',
  'value',
  'metadata',
  'pieceVersion',
  'preSelectForNewProjects',
  'usingSecretManager',
  'trouble',
] as const

const NEWEST_FIRST: readonly OrderColumn[] = [
  { ref: 'created', key: 'created', direction: 'desc', kind: 'time' },
  { ref: 'id', key: 'id', direction: 'desc', kind: 'text' },
]

export interface ConnectionFilter {
  scope?: 'PROJECT' | 'PLATFORM' | undefined
  pieceName?: string | undefined
  displayName?: string | undefined
  status?: readonly ConnectionRow['status'][] | undefined
}

/** The connections that a project can use: its own, and those of the platform that are shared with it. */
function usable(db: Db, { projectId, platformId }: Place) {
  return db
    .selectFrom('app_connection')
    .select(COLUMNS)
    .where('platformId', '=', platformId)
    .where(sql<boolean>`${projectId} = any("projectIds")`)
}

/** The connections that belong to the platform, whatever they are shared with. */
function global(db: Db, platformId: string) {
  return db
    .selectFrom('app_connection')
    .select(COLUMNS)
    .where('platformId', '=', platformId)
    .where('scope', '=', 'PLATFORM')
}

export function pageConnections(db: Db, project: Place, filter: ConnectionFilter, page: PageRequest) {
  return paginate(filtered(usable(db, project), filter), NEWEST_FIRST, page)
}

/** How many a list has on all of its pages. */
export async function countConnections(db: Db, project: Place, filter: ConnectionFilter): Promise<number> {
  const counted = filtered(usable(db, project), filter)
    .clearSelect()
    .select(({ fn }) => fn.countAll<number>().as('count'))
  return (await counted.executeTakeFirstOrThrow()).count
}

export function pageGlobalConnections(db: Db, platformId: string, filter: ConnectionFilter, page: PageRequest) {
  return paginate(filtered(global(db, platformId), filter), NEWEST_FIRST, page)
}

function filtered(all: ReturnType<typeof usable>, filter: ConnectionFilter) {
  let query = all
  if (filter.scope) query = query.where('scope', '=', filter.scope)
  if (filter.pieceName) query = query.where('pieceName', '=', filter.pieceName)
  if (filter.displayName) query = query.where(contains('displayName', filter.displayName))
  if (filter.status?.length) query = query.where('status', 'in', [...filter.status])
  return query
}

export function selectConnection(db: Db, project: Place, id: string) {
  return usable(db, project).where('id', '=', id).executeTakeFirst()
}

/** When two have the same external id, the project's own wins. */
export function selectConnectionByExternalId(db: Db, project: Place, externalId: string) {
  return usable(db, project).where('externalId', '=', externalId).orderBy('scope', 'desc').limit(1).executeTakeFirst()
}

export function selectGlobalConnection(db: Db, platformId: string, id: string) {
  return global(db, platformId).where('id', '=', id).executeTakeFirst()
}

export function selectGlobalByExternalId(db: Db, platformId: string, externalId: string) {
  return global(db, platformId).where('externalId', '=', externalId).executeTakeFirst()
}

/** Finds a connection of any scope, for work of the server itself. */
export function selectOfPlatform(db: Db, platformId: string, id: string): Promise<ConnectionRow | undefined> {
  return db
    .selectFrom('app_connection')
    .select(COLUMNS)
    .where('platformId', '=', platformId)
    .where('id', '=', id)
    .executeTakeFirst()
}

/**
 * Keeps two requests for the same external id from making two connections.
 * @param owner the project, or the platform, that the connection is to belong to
 */
export function lockExternalId(db: Db, owner: string, externalId: string): Promise<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended(${`${owner}/${externalId}`}::text, 0))`.execute(db)
}

/**
 * Takes the right to renew the token of a connection for a while, which one server has at a time.
 * @returns the connection as it is now, undefined while somebody else has the right
 */
export function claimRenewal(
  db: Db,
  { platformId, id }: ConnectionRow,
  renewal: string,
  forMs: number,
): Promise<ConnectionRow | undefined> {
  return db
    .updateTable('app_connection')
    .set({ renewal, renewalUntil: sql<string>`now() + ${forMs} * interval '1 millisecond'` })
    .where('platformId', '=', platformId)
    .where('id', '=', id)
    .where((where) => where.or([where('renewalUntil', 'is', null), where('renewalUntil', '<', sql<string>`now()`)]))
    .returning(COLUMNS)
    .executeTakeFirst()
}

/** Writes the result of a renewal, unless somebody has connected again meanwhile. @returns whether it was written */
export async function endRenewal(
  db: Db,
  { row: { platformId, id }, renewal }: { row: ConnectionRow; renewal: string },
  changes: Pick<Updateable<AppConnectionTable>, 'value' | 'status' | 'trouble'>,
): Promise<boolean> {
  const written = await db
    .updateTable('app_connection')
    .set({ ...changes, renewal: null, renewalUntil: null, ...(changes.status ? { updated: new Date() } : {}) })
    .where('platformId', '=', platformId)
    .where('id', '=', id)
    .where('renewal', '=', renewal)
    .returning('id')
    .executeTakeFirst()
  return written !== undefined
}

export function insertConnection(db: Db, row: Insertable<AppConnectionTable>): Promise<ConnectionRow> {
  return db.insertInto('app_connection').values(row).returning(COLUMNS).executeTakeFirstOrThrow()
}

export function updateConnection(
  db: Db,
  platformId: string,
  id: string,
  changes: Updateable<AppConnectionTable>,
): Promise<ConnectionRow | undefined> {
  return db
    .updateTable('app_connection')
    .set({ ...changes, updated: new Date() })
    .where('platformId', '=', platformId)
    .where('id', '=', id)
    .returning(COLUMNS)
    .executeTakeFirst()
}

export function deleteConnection(db: Db, platformId: string, id: string): Promise<ConnectionRow | undefined> {
  return db
    .deleteFrom('app_connection')
    .where('platformId', '=', platformId)
    .where('id', '=', id)
    .returning(COLUMNS)
    .executeTakeFirst()
}

/** The project of a connection that belongs to one; for those of the platform any that it is shared with. */
export async function selectProjectOfConnection(db: Db, id: string): Promise<string | undefined> {
  const row = await db.selectFrom('app_connection').select('projectIds').where('id', '=', id).executeTakeFirst()
  return row?.projectIds[0]
}

export interface FlowUsing {
  flowId: string
  projectId: string
  connectionIds: string[]
}

/** The flows of the platform, or of one project of it, whose latest version refers to one of these external ids. */
export async function selectFlowsUsing(
  db: Db,
  { platformId, projectId }: { platformId: string; projectId?: string },
  externalIds: readonly string[],
): Promise<FlowUsing[]> {
  if (externalIds.length === 0) return []
  let flows = db
    .selectFrom('flow')
    .innerJoin('project', 'project.id', 'flow.projectId')
    .innerJoinLateral(
      (from) =>
        from
          .selectFrom('flow_version')
          .select('connectionIds')
          .whereRef('flow_version.flowId', '=', 'flow.id')
          .orderBy('flow_version.id', 'desc')
          .limit(1)
          .as('version'),
      (join) => join.onTrue(),
    )
    .select(['flow.id as flowId', 'flow.projectId', 'version.connectionIds'])
    .where('project.platformId', '=', platformId)
    .where('project.deleted', 'is', null)
    .where('flow.operationStatus', '=', 'NONE')
    .where(sql<boolean>`version."connectionIds" && ${[...externalIds]}::text[]`)
  if (projectId !== undefined) flows = flows.where('flow.projectId', '=', projectId)
  return flows.execute()
}

export function selectOwners(db: Db, project: Place) {
  return db
    .selectFrom('app_connection')
    .innerJoin('user', 'user.id', 'app_connection.ownerId')
    .innerJoin('user_identity', 'user_identity.id', 'user.identityId')
    .select(['user_identity.firstName', 'user_identity.lastName', 'user_identity.email'])
    .distinct()
    .where('app_connection.platformId', '=', project.platformId)
    .where(sql<boolean>`${project.projectId} = any(app_connection."projectIds")`)
    .orderBy('user_identity.email')
    .execute()
}

/** Which of these projects the platform has. */
export async function selectProjectsOfPlatform(db: Db, platformId: string, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('project')
    .select('id')
    .where('platformId', '=', platformId)
    .where('deleted', 'is', null)
    .where(sql<boolean>`id = any(${[...ids]}::text[])`)
    .execute()
  return rows.map((row) => row.id)
}
