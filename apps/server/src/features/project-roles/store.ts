import type { Selectable } from 'kysely'
import type { Db } from '../../database/open.ts'
import type { ProjectRoleTable } from '../../database/schema.ts'

export type ProjectRoleRow = Selectable<ProjectRoleTable>

/** The default roles and those of the platform, defaults first. */
export function selectProjectRoles(db: Db, platformId: string): Promise<ProjectRoleRow[]> {
  return roles(db, platformId).orderBy('type', 'desc').orderBy('id').execute()
}

export function selectProjectRole(db: Db, platformId: string, id: string): Promise<ProjectRoleRow | undefined> {
  return roles(db, platformId).where('id', '=', id).executeTakeFirst()
}

/** How many people of the platform hold each role, by the id of the role. */
export async function countHolders(db: Db, platformId: string): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('project_member')
    .select(['projectRoleId', (e) => e.fn.count<string>('userId').distinct().as('users')])
    .where('platformId', '=', platformId)
    .groupBy('projectRoleId')
    .execute()
  return new Map(rows.map(({ projectRoleId, users }) => [projectRoleId, Number(users)]))
}

function roles(db: Db, platformId: string) {
  return db
    .selectFrom('project_role')
    .selectAll()
    .where((e) => e.or([e('platformId', 'is', null), e('platformId', '=', platformId)]))
}
