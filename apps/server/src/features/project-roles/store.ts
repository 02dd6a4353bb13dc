import type { Permission } from '@piecework/model/permission'
import type { Insertable, Selectable } from 'kysely'
import type { Db } from '../../database/open.ts'
import { hasRoom } from '../../database/room.ts'
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

/** By its name in any case. */
export function selectRoleByName(db: Db, platformId: string, name: string): Promise<ProjectRoleRow | undefined> {
  return roles(db, platformId)
    .where((e) => e(e.fn<string>('lower', ['name']), '=', name.toLowerCase()))
    .orderBy('type', 'desc')
    .orderBy('id')
    .executeTakeFirst()
}

/** Locks one of the platform's own roles; nobody can give it to people until the transaction ends. */
export function lockOwnRole(trx: Db, platformId: string, id: string): Promise<ProjectRoleRow | undefined> {
  return trx
    .selectFrom('project_role')
    .selectAll()
    .where('platformId', '=', platformId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

/** It stays as it is until the transaction ends. */
export async function shareRole(trx: Db, id: string): Promise<boolean> {
  const role = await trx.selectFrom('project_role').select('id').where('id', '=', id).forShare().executeTakeFirst()
  return role !== undefined
}

/** Undefined when the platform has so many roles of its own already. */
export async function insertRole(
  trx: Db,
  row: Insertable<ProjectRoleTable> & { platformId: string },
  most: number,
): Promise<ProjectRoleRow | undefined> {
  const own = trx.selectFrom('project_role').where('platformId', '=', row.platformId)
  if (!(await hasRoom(trx, { table: 'platform', id: row.platformId }, own, most))) return undefined
  return trx.insertInto('project_role').values(row).returningAll().executeTakeFirstOrThrow()
}

export function updateRole(
  db: Db,
  platformId: string,
  id: string,
  changes: { name?: string; permissions?: Permission[] },
): Promise<ProjectRoleRow> {
  return db
    .updateTable('project_role')
    .set({ ...changes, updated: new Date() })
    .where('platformId', '=', platformId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

export function deleteRole(db: Db, platformId: string, id: string): Promise<unknown> {
  return db.deleteFrom('project_role').where('platformId', '=', platformId).where('id', '=', id).execute()
}
