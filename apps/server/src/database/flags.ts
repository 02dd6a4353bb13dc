import type { Db } from './open.ts'

/** Stores the value where there is none. @returns the one that is stored. */
export async function keepFlag(db: Db, id: string, value: unknown): Promise<unknown> {
  await db
    .insertInto('flag')
    .values({ id, value: JSON.stringify(value) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const stored = await db.selectFrom('flag').select('value').where('id', '=', id).executeTakeFirstOrThrow()
  return stored.value
}
