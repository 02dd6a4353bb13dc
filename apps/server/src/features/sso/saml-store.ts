import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'
import type { Encrypted } from '../../encryption.ts'

const FRESH = sql<boolean>`created > now() - interval '10 minutes'`

/** Notes a request to an identity provider; those that nobody answered go. */
export async function insertLogin(
  db: Db,
  row: { id: string; platformId: string; value: string; isTest: boolean },
): Promise<void> {
  await db.deleteFrom('saml_login').where(sql<boolean>`created < now() - interval '1 hour'`).execute()
  await db.insertInto('saml_login').values(row).execute()
}

/** A request that waits for its answer. */
export function selectLogin(db: Db, id: string) {
  return db
    .selectFrom('saml_login')
    .select(['id', 'platformId', 'value', 'isTest'])
    .where('id', '=', id)
    .where('codeHash', 'is', null)
    .where(FRESH)
    .executeTakeFirst()
}

/** @returns whether this is its first answer */
export async function answerLogin(db: Db, id: string, codeHash: string, answer: Encrypted): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('saml_login')
    .set({ codeHash, answer: JSON.stringify(answer) })
    .where('id', '=', id)
    .where('codeHash', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** The answer to a request, once. */
export async function takeAnswer(db: Db, id: string, codeHash: string): Promise<Encrypted | undefined> {
  const row = await db
    .deleteFrom('saml_login')
    .where('id', '=', id)
    .where('codeHash', '=', codeHash)
    .where(FRESH)
    .returning('answer')
    .executeTakeFirst()
  return row?.answer ?? undefined
}
