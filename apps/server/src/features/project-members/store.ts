import { type Insertable, sql } from 'kysely'
import type { Db } from '../../database/open.ts'
import { type OrderColumn, type PageRequest, paginate } from '../../database/pagination.ts'
import type { ProjectMemberTable } from '../../database/schema.ts'

const OLDEST_FIRST: readonly OrderColumn[] = [
  { ref: 'project_member.created', key: 'created', direction: 'asc', kind: 'time' },
  { ref: 'project_member.id', key: 'id', direction: 'asc', kind: 'text' },
]

function members(db: Db, platformId: string) {
  return db
    .selectFrom('project_member')
    .innerJoin('project', 'project.id', 'project_member.projectId')
    .innerJoin('project_role', 'project_role.id', 'project_member.projectRoleId')
    .select([
      'project_member.id',
      'project_member.created',
      'project_member.updated',
      'project_member.platformId',
      'project_member.projectId',
      'project_member.userId',
      'project_member.projectRoleId',
      'project.displayName as projectName',
      'project_role.name as roleName',
      'project_role.permissions',
    ])
    .where('project_member.platformId', '=', platformId)
    .where('project.deleted', 'is', null)
}

export type MemberRow = NonNullable<Awaited<ReturnType<typeof selectProjectMember>>>

/** Whose members: of one project, or with one role in all projects of a platform. */
export interface MemberFilter {
  platformId: string
  projectId?: string | undefined
  projectRoleId?: string | undefined
}

export function pageMembers(db: Db, { platformId, projectId, projectRoleId }: MemberFilter, page: PageRequest) {
  let query = members(db, platformId)
  if (projectId !== undefined) query = query.where('project_member.projectId', '=', projectId)
  if (projectRoleId !== undefined) query = query.where('project_member.projectRoleId', '=', projectRoleId)
  return paginate(query, OLDEST_FIRST, page)
}

interface Place {
  platformId: string
  projectId: string
}

export function selectProjectMember(db: Db, { platformId, projectId }: Place, id: string) {
  return members(db, platformId)
    .where('project_member.projectId', '=', projectId)
    .where('project_member.id', '=', id)
    .executeTakeFirst()
}

export function selectMemberByUser(db: Db, { platformId, projectId }: Place, userId: string) {
  return members(db, platformId)
    .where('project_member.projectId', '=', projectId)
    .where('project_member.userId', '=', userId)
    .executeTakeFirst()
}

/** Every member of a project. */
export function selectMembersOf(db: Db, { platformId, projectId }: Place): Promise<{ id: string; userId: string }[]> {
  return db
    .selectFrom('project_member')
    .select(['id', 'userId'])
    .where('platformId', '=', platformId)
    .where('projectId', '=', projectId)
    .orderBy('id')
    .execute()
}

export async function selectProjectOfMember(db: Db, id: string): Promise<string | undefined> {
  const row = await db.selectFrom('project_member').select('projectId').where('id', '=', id).executeTakeFirst()
  return row?.projectId
}

/** Nobody else changes who belongs to the project until the transaction ends. @returns its kind and its owner */
export function lockProject(trx: Db, { platformId, projectId }: Place) {
  return trx
    .selectFrom('project')
    .select(['type', 'ownerId'])
    .where('id', '=', projectId)
    .where('platformId', '=', platformId)
    .where('deleted', 'is', null)
    .forUpdate()
    .executeTakeFirst()
}

/** How many active people other than this member have the role. */
export async function countOthers(db: Db, { projectId, projectRoleId, id }: MemberRow): Promise<number> {
  const { count } = await db
    .selectFrom('project_member')
    .innerJoin('user', 'user.id', 'project_member.userId')
    .select((e) => e.fn.countAll<string>().as('count'))
    .where('project_member.projectId', '=', projectId)
    .where('project_member.projectRoleId', '=', projectRoleId)
    .where('project_member.id', '!=', id)
    .where('user.status', '=', 'ACTIVE')
    .executeTakeFirstOrThrow()
  return Number(count)
}

export async function countMembers(db: Db, projectId: string): Promise<number> {
  const { count } = await db
    .selectFrom('project_member')
    .select((e) => e.fn.countAll<string>().as('count'))
    .where('projectId', '=', projectId)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Makes somebody a member with a role, or gives a member that role. */
export function upsertMember(db: Db, row: Insertable<ProjectMemberTable>): Promise<unknown> {
  return db
    .insertInto('project_member')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['projectId', 'userId', 'platformId'])
        .doUpdateSet({ projectRoleId: row.projectRoleId, updated: sql`now()` }),
    )
    .execute()
}

export function deleteMember(db: Db, { projectId }: Place, id: string): Promise<unknown> {
  return db.deleteFrom('project_member').where('projectId', '=', projectId).where('id', '=', id).execute()
}
