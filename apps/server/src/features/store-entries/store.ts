import type { StoreChange } from '@piecework/engine/protocol'
import { newId } from '@piecework/model/ids'
import type { Db } from '../../database/open.ts'

export function upsertEntry(db: Db, projectId: string, key: string, value: string) {
  return db
    .insertInto('store_entry')
    .values({ id: newId(), projectId, key, value })
    .onConflict((conflict) => conflict.columns(['projectId', 'key']).doUpdateSet({ value, updated: new Date() }))
    .returningAll()
    .executeTakeFirstOrThrow()
}

export function selectEntry(db: Db, projectId: string, key: string) {
  return db
    .selectFrom('store_entry')
    .selectAll()
    .where('projectId', '=', projectId)
    .where('key', '=', key)
    .executeTakeFirst()
}

export function deleteEntry(db: Db, projectId: string, key: string): Promise<unknown> {
  return db.deleteFrom('store_entry').where('projectId', '=', projectId).where('key', '=', key).execute()
}

/** Applies what a trigger changed. */
export async function applyChanges(db: Db, projectId: string, changes: readonly StoreChange[]): Promise<void> {
  for (const { key, value } of changes) {
    if (value === null) await deleteEntry(db, projectId, key)
    else await upsertEntry(db, projectId, key, value)
  }
}
