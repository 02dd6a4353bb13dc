import { PROJECT_COLORS, type ProjectColor } from '@piecework/api/projects'
import { newId } from '@piecework/model/ids'
import { type Selectable, sql } from 'kysely'
import { contains } from '../../database/contains.ts'
import type { Db } from '../../database/open.ts'
import { type OrderColumn, type PageRequest, paginate } from '../../database/pagination.ts'
import type { ProjectTable } from '../../database/schema.ts'

export type ProjectRow = Omit<Selectable<ProjectTable>, 'deleted'>
export type ProjectType = ProjectRow['type']

const COLUMNS = [
  'project.id',
  'project.created',
  'project.updated',
  'project.ownerId',
  'project.displayName',
  'project.type',
  'project.platformId',
  'project.externalId',
  'project.maxConcurrentJobs',
  'project.icon',
  'project.releasesEnabled',
  'project.metadata',
  'project.poolId',
  'project.apiPlan',
] as const

const BY_NAME: readonly OrderColumn[] = [
  { ref: 'project.type', key: 'type', direction: 'asc', kind: 'text' },
  { ref: 'project.displayName', key: 'displayName', direction: 'asc', kind: 'text' },
  { ref: 'project.id', key: 'id', direction: 'asc', kind: 'text' },
]

export interface NewProject {
  id: string
  platformId: string
  ownerId: string
  displayName: string
  type: ProjectType
  externalId?: string | null | undefined
  metadata?: Record<string, unknown> | null | undefined
  maxConcurrentJobs?: number | null | undefined
}

export function insertProject(db: Db, { metadata, ...project }: NewProject): Promise<unknown> {
  const color = PROJECT_COLORS[Math.floor(Math.random() * PROJECT_COLORS.length)]
  return db
    .insertInto('project')
    .values({ ...project, icon: JSON.stringify({ color }), metadata: metadata ? JSON.stringify(metadata) : null })
    .execute()
}

/** Whose projects a list shows: all of the platform, or those that a user may enter. */
export interface ProjectScope {
  platformId: string
  visibleTo: { id: string; platformRole: 'ADMIN' | 'MEMBER' | 'OPERATOR' } | null
}

export interface ProjectFilter {
  externalId?: string | undefined
  displayName?: string | undefined
  types?: readonly ProjectType[] | undefined
}

function visible(db: Db, { platformId, visibleTo }: ProjectScope) {
  const query = db
    .selectFrom('project')
    .select(COLUMNS)
    .where('project.platformId', '=', platformId)
    .where('project.deleted', 'is', null)
  if (visibleTo?.platformRole !== 'MEMBER') return query
  return query.where((where) =>
    where.or([
      where('project.ownerId', '=', visibleTo.id),
      where.exists(
        where
          .selectFrom('project_member')
          .select('project_member.id')
          .whereRef('project_member.projectId', '=', 'project.id')
          .where('project_member.userId', '=', visibleTo.id),
      ),
    ]),
  )
}

export function pageProjects(db: Db, scope: ProjectScope, filter: ProjectFilter, page: PageRequest) {
  let query = visible(db, scope)
  if (filter.externalId !== undefined) query = query.where('project.externalId', '=', filter.externalId)
  if (filter.types && filter.types.length > 0) query = query.where('project.type', 'in', [...filter.types])
  if (filter.displayName) query = query.where(contains('project.displayName', filter.displayName))
  return paginate(query, BY_NAME, page)
}

export function selectVisibleProjects(db: Db, scope: ProjectScope): Promise<ProjectRow[]> {
  return visible(db, scope).orderBy('project.type').orderBy('project.displayName').orderBy('project.id').execute()
}

/** The project that a person starts in: the personal one, else the oldest that is visible. */
export async function selectHomeProject(
  db: Db,
  platformId: string,
  userId: string,
): Promise<{ id: string } | undefined> {
  const user = await db.selectFrom('user').select(['id', 'platformRole']).where('id', '=', userId).executeTakeFirst()
  if (!user) return undefined
  return visible(db, { platformId, visibleTo: user })
    .orderBy(sql`(project."ownerId" = ${userId} and project.type = 'PERSONAL')`, 'desc')
    .orderBy('project.id')
    .limit(1)
    .executeTakeFirst()
}

/** @throws NoResultError when there is no such project. */
export async function selectPlatformOfProject(db: Db, id: string): Promise<string> {
  const query = db.selectFrom('project').select('platformId').where('id', '=', id)
  return (await query.executeTakeFirstOrThrow()).platformId
}

export function selectProject(db: Db, platformId: string, id: string): Promise<ProjectRow | undefined> {
  return visible(db, { platformId, visibleTo: null }).where('project.id', '=', id).executeTakeFirst()
}

export interface ProjectChanges {
  displayName?: string | undefined
  externalId?: string | null | undefined
  metadata?: Record<string, unknown> | null | undefined
  icon?: { color: ProjectColor } | undefined
  releasesEnabled?: boolean | undefined
  maxConcurrentJobs?: number | null | undefined
  apiPlan?: ProjectRow['apiPlan'] | undefined
}

export function updateProject(
  db: Db,
  platformId: string,
  id: string,
  changes: ProjectChanges & { poolId?: string | null },
): Promise<unknown> {
  const { metadata, icon, ...plain } = changes
  return db
    .updateTable('project')
    .set({
      ...plain,
      ...(metadata === undefined ? {} : { metadata: metadata && JSON.stringify(metadata) }),
      ...(icon === undefined ? {} : { icon: JSON.stringify(icon) }),
      updated: new Date(),
    })
    .where('platformId', '=', platformId)
    .where('id', '=', id)
    .execute()
}

/** The pool that limits the runs of one project; its key is the id of the project. */
export async function upsertPool(db: Db, platformId: string, key: string, maxConcurrentJobs: number): Promise<string> {
  const pool = await db
    .insertInto('concurrency_pool')
    .values({ id: newId(), platformId, key, maxConcurrentJobs })
    .onConflict((conflict) =>
      conflict.columns(['platformId', 'key']).doUpdateSet({ maxConcurrentJobs, updated: new Date() }),
    )
    .returning('id')
    .executeTakeFirstOrThrow()
  return pool.id
}

/** @returns whether it was there until now */
export async function markDeleted(db: Db, platformId: string, id: string, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('project')
    .set({ deleted: now })
    .where('platformId', '=', platformId)
    .where('id', '=', id)
    .where('deleted', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export interface ProjectFigures {
  totalUsers: number
  activeUsers: number
  totalFlows: number
  activeFlows: number
}

export async function selectFigures(db: Db, ids: readonly string[]): Promise<Map<string, ProjectFigures>> {
  if (ids.length === 0) return new Map()
  const flows = await db
    .selectFrom('flow')
    .select(({ fn }) => [
      'projectId',
      fn.countAll<number>().as('total'),
      fn.countAll<number>().filterWhere('status', '=', 'ENABLED').as('active'),
    ])
    .where('projectId', 'in', [...ids])
    .where('operationStatus', '=', 'NONE')
    .groupBy('projectId')
    .execute()
  const members = await db
    .selectFrom('project_member')
    .innerJoin('user', 'user.id', 'project_member.userId')
    .innerJoin('project', 'project.id', 'project_member.projectId')
    .select(({ fn }) => [
      'project_member.projectId',
      fn.countAll<number>().as('total'),
      fn.countAll<number>().filterWhere('user.status', '=', 'ACTIVE').as('active'),
    ])
    .where('project_member.projectId', 'in', [...ids])
    .whereRef('project_member.userId', '!=', 'project.ownerId')
    .groupBy('project_member.projectId')
    .execute()
  const flowsOf = new Map(flows.map((row) => [row.projectId, row]))
  const membersOf = new Map(members.map((row) => [row.projectId, row]))
  return new Map(
    ids.map((id) => [
      id,
      {
        // The owner is a user of the project without being a member of it.
        totalUsers: 1 + (membersOf.get(id)?.total ?? 0),
        activeUsers: 1 + (membersOf.get(id)?.active ?? 0),
        totalFlows: flowsOf.get(id)?.total ?? 0,
        activeFlows: flowsOf.get(id)?.active ?? 0,
      },
    ]),
  )
}
