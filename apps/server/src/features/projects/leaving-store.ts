import type { Db } from '../../database/open.ts'

/** Takes a user off their platform: out of every project, and out of what is theirs with others. */
export async function detachUser(trx: Db, platformId: string, userId: string, ownerId: string): Promise<void> {
  await trx.deleteFrom('project_member').where('platformId', '=', platformId).where('userId', '=', userId).execute()
  await trx
    .updateTable('project')
    .set({ ownerId, updated: new Date() })
    .where('platformId', '=', platformId)
    .where('ownerId', '=', userId)
    .where('type', '=', 'TEAM')
    .execute()
  await trx
    .updateTable('user')
    .set({ platformId: null, externalId: null, status: 'INACTIVE', updated: new Date() })
    .where('platformId', '=', platformId)
    .where('id', '=', userId)
    .execute()
}

/** Deletes the personal projects of a user. @returns them */
export function markPersonalDeleted(trx: Db, platformId: string, userId: string, now: Date) {
  return trx
    .updateTable('project')
    .set({ deleted: now })
    .where('platformId', '=', platformId)
    .where('ownerId', '=', userId)
    .where('type', '=', 'PERSONAL')
    .where('deleted', 'is', null)
    .returning(['id', 'displayName', 'type'])
    .execute()
}
