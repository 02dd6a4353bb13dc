import type { Insertable } from 'kysely'
import type { Db } from '../../database/open.ts'
import { hasRoom } from '../../database/room.ts'
import type { ProjectKeyTable } from '../../database/schema.ts'

const SHOWN = [
  'id',
  'created',
  'updated',
  'projectId',
  'displayName',
  'scopes',
  'truncatedValue',
  'lastUsedAt',
] as const

/** Undefined when the project has so many already. */
export async function insertProjectKey(trx: Db, row: Insertable<ProjectKeyTable>, most: number) {
  const own = trx.selectFrom('project_key').where('projectId', '=', row.projectId)
  if (!(await hasRoom(trx, { table: 'project', id: row.projectId }, own, most))) return undefined
  return trx.insertInto('project_key').values(row).returning(SHOWN).executeTakeFirstOrThrow()
}

export function selectProjectKeys(db: Db, projectId: string) {
  return db.selectFrom('project_key').select(SHOWN).where('projectId', '=', projectId).orderBy('id', 'desc').execute()
}

export async function selectProjectOfKey(db: Db, id: string): Promise<string | undefined> {
  const row = await db.selectFrom('project_key').select('projectId').where('id', '=', id).executeTakeFirst()
  return row?.projectId
}

export function deleteProjectKey(db: Db, projectId: string, id: string) {
  return db
    .deleteFrom('project_key')
    .where('projectId', '=', projectId)
    .where('id', '=', id)
    .returning(SHOWN)
    .executeTakeFirst()
}
