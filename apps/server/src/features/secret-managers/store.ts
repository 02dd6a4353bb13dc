import type { SeekPage } from '@piecework/model/page'
import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { Db } from '../../database/open.ts'
import { type OrderColumn, type PageRequest, paginate } from '../../database/pagination.ts'
import type { SecretManagerTable } from '../../database/schema.ts'

export type SecretManagerRow = Selectable<SecretManagerTable>

const NEWEST_FIRST: readonly OrderColumn[] = [
  { ref: 'created', key: 'created', direction: 'desc', kind: 'time' },
  { ref: 'id', key: 'id', direction: 'desc', kind: 'text' },
]

/** @param projectIds only those that one of these projects may use; undefined for all of the platform */
export function pageSecretManagers(
  db: Db,
  platformId: string,
  projectIds: readonly string[] | undefined,
  page: PageRequest,
): Promise<SeekPage<SecretManagerRow>> {
  let query = db.selectFrom('secret_manager_connection').selectAll().where('platformId', '=', platformId)
  if (projectIds)
    query = query.where((where) =>
      where.or([where('scope', '=', 'PLATFORM'), sql<boolean>`"projectIds" && ${[...projectIds]}::text[]`]),
    )
  return paginate(query, NEWEST_FIRST, page)
}

export function selectSecretManager(db: Db, platformId: string, id: string): Promise<SecretManagerRow | undefined> {
  return db
    .selectFrom('secret_manager_connection')
    .selectAll()
    .where('platformId', '=', platformId)
    .where('id', '=', id)
    .executeTakeFirst()
}

export function insertSecretManager(db: Db, row: Insertable<SecretManagerTable>): Promise<SecretManagerRow> {
  return db.insertInto('secret_manager_connection').values(row).returningAll().executeTakeFirstOrThrow()
}

export function updateSecretManager(
  db: Db,
  platformId: string,
  id: string,
  changes: Updateable<SecretManagerTable>,
): Promise<SecretManagerRow | undefined> {
  return db
    .updateTable('secret_manager_connection')
    .set({ ...changes, updated: new Date() })
    .where('platformId', '=', platformId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
}

export function deleteSecretManager(db: Db, platformId: string, id: string): Promise<SecretManagerRow | undefined> {
  return db
    .deleteFrom('secret_manager_connection')
    .where('platformId', '=', platformId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
}
