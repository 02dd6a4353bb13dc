import type { Insertable } from 'kysely'
import type { Db } from '../../database/open.ts'
import { hasRoom } from '../../database/room.ts'
import type { ApiKeyTable } from '../../database/schema.ts'

const SHOWN = ['id', 'created', 'updated', 'platformId', 'displayName', 'truncatedValue', 'lastUsedAt'] as const

/** Undefined when the platform has so many already. */
export async function insertApiKey(trx: Db, row: Insertable<ApiKeyTable>, most: number) {
  const own = trx.selectFrom('api_key').where('platformId', '=', row.platformId)
  if (!(await hasRoom(trx, { table: 'platform', id: row.platformId }, own, most))) return undefined
  return trx.insertInto('api_key').values(row).returning(SHOWN).executeTakeFirstOrThrow()
}

export function selectApiKeys(db: Db, platformId: string) {
  return db.selectFrom('api_key').select(SHOWN).where('platformId', '=', platformId).orderBy('id', 'desc').execute()
}

export function deleteApiKey(db: Db, platformId: string, id: string) {
  return db
    .deleteFrom('api_key')
    .where('platformId', '=', platformId)
    .where('id', '=', id)
    .returning(SHOWN)
    .executeTakeFirst()
}
