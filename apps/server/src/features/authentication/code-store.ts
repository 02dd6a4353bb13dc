import type { Selectable } from 'kysely'
import type { Db } from '../../database/open.ts'
import type { OtpTable } from '../../database/schema.ts'

export type CodeRow = Selectable<OtpTable>
export type CodeType = CodeRow['type']

/** Nobody else uses it until the transaction ends. */
export function lockCode(trx: Db, identityId: string, type: CodeType): Promise<CodeRow | undefined> {
  return trx
    .selectFrom('otp')
    .selectAll()
    .where('identityId', '=', identityId)
    .where('type', '=', type)
    .forUpdate()
    .executeTakeFirst()
}

/** The code that a person asked for last. */
export function selectCode(db: Db, userId: string, type: CodeType) {
  return db
    .selectFrom('otp')
    .innerJoin('user', 'user.identityId', 'otp.identityId')
    .selectAll('otp')
    .where('user.id', '=', userId)
    .where('otp.type', '=', type)
    .executeTakeFirst()
}

/** A new code takes the place of the last one. */
export function replaceCode(
  db: Db,
  row: { id: string; identityId: string; type: CodeType; value: string },
): Promise<CodeRow> {
  const fresh = { value: row.value, state: 'PENDING' as const, tries: 0 }
  const now = new Date()
  return db
    .insertInto('otp')
    .values({ ...row, ...fresh })
    .onConflict((conflict) =>
      conflict.columns(['identityId', 'type']).doUpdateSet({ ...fresh, created: now, updated: now }),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
}

export function updateCode(db: Db, id: string, changes: { state?: 'CONFIRMED'; tries?: number }): Promise<unknown> {
  return db
    .updateTable('otp')
    .set({ ...changes, updated: new Date() })
    .where('id', '=', id)
    .execute()
}
