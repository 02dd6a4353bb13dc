import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { Db } from '../../database/open.ts'
import type { AppConnectionTable } from '../../database/schema.ts'
import { type OrderColumn, type PageRequest, paginate } from '../../http/pagination.ts'
import { contains } from '../../http/sql.ts'

export type ConnectionRow = Selectable<AppConnectionTable>

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

export interface ProjectRef {
  projectId: string
  platformId: string
}

/** The connections that a project can use: its own, and those of the platform that are shared with it. */
function usable(db: Db, { projectId, platformId }: ProjectRef) {
  return db
    .selectFrom('app_connection')
    .selectAll()
    .where('platformId', '=', platformId)
    .where(sql<boolean>`${projectId} = any("projectIds")`)
}

export function pageConnections(db: Db, project: ProjectRef, filter: ConnectionFilter, page: PageRequest) {
  let query = usable(db, project)
  if (filter.scope) query = query.where('scope', '=', filter.scope)
  if (filter.pieceName) query = query.where('pieceName', '=', filter.pieceName)
  if (filter.displayName) query = query.where(contains('displayName', filter.displayName))
  if (filter.status?.length) query = query.where('status', 'in', [...filter.status])
  return paginate(query, NEWEST_FIRST, page)
}

export function selectConnection(db: Db, project: ProjectRef, id: string) {
  return usable(db, project).where('id', '=', id).executeTakeFirst()
}

/** Of two with the same external id, the project's own wins. */
export function selectConnectionByExternalId(db: Db, project: ProjectRef, externalId: string) {
  return usable(db, project).where('externalId', '=', externalId).orderBy('scope', 'desc').limit(1).executeTakeFirst()
}

/** Keeps two requests for the same external id from making two connections. */
export function lockExternalId(db: Db, { projectId }: ProjectRef, externalId: string): Promise<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended(${`${projectId}/${externalId}`}::text, 0))`.execute(db)
}

export function insertConnection(db: Db, row: Insertable<AppConnectionTable>): Promise<unknown> {
  return db.insertInto('app_connection').values(row).execute()
}

export function updateConnection(
  db: Db,
  platformId: string,
  id: string,
  changes: Updateable<AppConnectionTable>,
): Promise<unknown> {
  return db
    .updateTable('app_connection')
    .set({ ...changes, updated: new Date() })
    .where('platformId', '=', platformId)
    .where('id', '=', id)
    .execute()
}

export function deleteConnection(db: Db, platformId: string, id: string): Promise<unknown> {
  return db.deleteFrom('app_connection').where('platformId', '=', platformId).where('id', '=', id).execute()
}

/** The project of a connection that belongs to one; for those of the platform any that it is shared with. */
export async function selectProjectOfConnection(db: Db, id: string): Promise<string | undefined> {
  const row = await db.selectFrom('app_connection').select('projectIds').where('id', '=', id).executeTakeFirst()
  return row?.projectIds[0]
}

/** The flows of a project whose latest version refers to each connection, by external id. */
export async function selectFlowsUsing(
  db: Db,
  projectId: string,
  externalIds: readonly string[],
): Promise<Map<string, string[]>> {
  const using = new Map<string, string[]>(externalIds.map((externalId) => [externalId, []]))
  if (externalIds.length === 0) return using
  const rows = await db
    .selectFrom('flow')
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
    .select(['flow.id', 'version.connectionIds'])
    .where('flow.projectId', '=', projectId)
    .where('flow.operationStatus', '=', 'NONE')
    .where(sql<boolean>`version."connectionIds" && ${[...externalIds]}::text[]`)
    .execute()
  for (const { id, connectionIds } of rows) for (const externalId of connectionIds) using.get(externalId)?.push(id)
  return using
}

export function selectOwners(db: Db, project: ProjectRef) {
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
