import { type Actor, actorOf } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import { selectUsersOfIdentity } from './store.ts'

/**
 * Says what a person did to what is the same on all of their platforms, such as the password, as their user of each.
 * @returns the ids of the users
 */
export async function onEveryPlatform(
  trx: Db,
  identityId: string,
  ip: string | null,
  record: (actor: Actor, user: { id: string }) => void,
): Promise<string[]> {
  const users = await selectUsersOfIdentity(trx, identityId)
  for (const { id, platformId, platformRole } of users)
    if (platformId !== null) record(actorOf({ type: 'USER', id, platformId, platformRole }, ip), { id })
  return users.map(({ id }) => id)
}
