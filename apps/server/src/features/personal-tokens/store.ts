import type { Insertable } from 'kysely'
import type { Db } from '../../database/open.ts'
import { hasRoom } from '../../database/room.ts'
import type { PersonalTokenTable } from '../../database/sign-in-tables.ts'

const SHOWN = [
  'id',
  'created',
  'updated',
  'displayName',
  'projectIds',
  'permissions',
  'truncatedValue',
  'expiresAt',
  'lastUsedAt',
] as const

/** Undefined when the person has so many already. */
export async function insertPersonalToken(trx: Db, row: Insertable<PersonalTokenTable>, most: number) {
  const own = trx.selectFrom('personal_token').where('userId', '=', row.userId)
  if (!(await hasRoom(trx, { table: 'user', id: row.userId }, own, most))) return undefined
  return trx.insertInto('personal_token').values(row).returning(SHOWN).executeTakeFirstOrThrow()
}

export function selectPersonalTokens(db: Db, userId: string) {
  return db.selectFrom('personal_token').select(SHOWN).where('userId', '=', userId).orderBy('id', 'desc').execute()
}

export function deletePersonalToken(db: Db, userId: string, id: string) {
  return db
    .deleteFrom('personal_token')
    .where('userId', '=', userId)
    .where('id', '=', id)
    .returning(SHOWN)
    .executeTakeFirst()
}

/** For somebody who leaves the platform. */
export function deletePersonalTokensOf(db: Db, userId: string): Promise<unknown> {
  return db.deleteFrom('personal_token').where('userId', '=', userId).execute()
}
