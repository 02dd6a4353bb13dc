import type { Insertable } from 'kysely'
import type { Db } from '../../database/open.ts'
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
export async function insertPersonalToken(db: Db, row: Insertable<PersonalTokenTable>, most: number) {
  const { count } = await db
    .selectFrom('personal_token')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('userId', '=', row.userId)
    .executeTakeFirstOrThrow()
  if (Number(count) >= most) return undefined
  return db.insertInto('personal_token').values(row).returning(SHOWN).executeTakeFirstOrThrow()
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
