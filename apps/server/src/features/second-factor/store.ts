import type { Insertable, Updateable } from 'kysely'
import type { Db } from '../../database/open.ts'
import type { SecondFactorTable } from '../../database/sign-in-tables.ts'

/** Nobody else uses it until the transaction ends. */
export function lockSecondFactor(trx: Db, identityId: string) {
  return trx.selectFrom('second_factor').selectAll().where('identityId', '=', identityId).forUpdate().executeTakeFirst()
}

export function selectSecondFactor(db: Db, identityId: string) {
  return db.selectFrom('second_factor').selectAll().where('identityId', '=', identityId).executeTakeFirst()
}

/** Begins again where the last set-up was not confirmed. @returns whether there was none that is in use */
export async function beginSecondFactor(db: Db, row: Insertable<SecondFactorTable>): Promise<boolean> {
  const written = await db
    .insertInto('second_factor')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .column('identityId')
        .doUpdateSet({ secret: row.secret, failures: 0, lockedUntil: null, lastStep: 0 })
        .where('second_factor.confirmedAt', 'is', null),
    )
    .returning('identityId')
    .executeTakeFirst()
  return written !== undefined
}

export function updateSecondFactor(
  db: Db,
  identityId: string,
  changes: Updateable<SecondFactorTable>,
): Promise<unknown> {
  return db.updateTable('second_factor').set(changes).where('identityId', '=', identityId).execute()
}

/** @returns whether it was in use */
export async function deleteSecondFactor(db: Db, identityId: string): Promise<boolean> {
  const gone = await db
    .deleteFrom('second_factor')
    .where('identityId', '=', identityId)
    .returning('confirmedAt')
    .executeTakeFirst()
  return gone !== undefined && gone.confirmedAt !== null
}

/** The session was opened with the second factor, too. */
export function markSession(db: Db, id: string): Promise<unknown> {
  return db.updateTable('user_session').set({ secondFactor: true }).where('id', '=', id).execute()
}

/** Somebody of a platform, whether they may come in or not. */
export function selectPerson(db: Db, userId: string) {
  return db.selectFrom('user').selectAll().where('id', '=', userId).executeTakeFirst()
}
