import type { Insertable } from 'kysely'
import type { Db } from '../../database/open.ts'
import type { ApiKeyTable } from '../../database/schema.ts'

const SHOWN = ['id', 'created', 'updated', 'platformId', 'displayName', 'truncatedValue', 'lastUsedAt'] as const

export function insertApiKey(db: Db, row: Insertable<ApiKeyTable>) {
  return db.insertInto('api_key').values(row).returning(SHOWN).executeTakeFirstOrThrow()
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
