import { AppError, notFound } from '@piecework/model/errors'
import { type Actor, inProject, type PlatformPrincipal } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { Events } from '../../events/events.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { authorize } from '../../policies/policy.ts'
import { userPolicy } from '../../policies/user.ts'
import { deletePersonalTokensOf } from '../personal-tokens/store.ts'
import { selectPlatform } from '../platforms/store.ts'
import { deleteSessionsOf } from '../sessions/store.ts'
import { lockUser, selectUser } from '../users/store.ts'
import { detachUser, markPersonalDeleted } from './leaving-store.ts'
import type { ProjectFlows } from './project-flows.ts'

interface Parts {
  db: Db
  flows: ProjectFlows
  events: Pick<Events, 'emit'>
  outbox: Outbox
}

/**
 * Removes a user from the platform, with their personal project. What they made in other projects stays.
 * @throws AppError ENTITY_NOT_FOUND, VALIDATION for the owner of the platform
 */
export async function removeUser(
  { db, flows, events, outbox }: Parts,
  actor: Actor<PlatformPrincipal>,
  userId: string,
): Promise<void> {
  authorize(actor, userPolicy.remove)
  const { platformId } = actor
  const [user, platform] = await Promise.all([selectUser(db, platformId, userId), selectPlatform(db, platformId)])
  if (!user || !platform) throw notFound('user', userId)
  if (platform.ownerId === userId)
    throw new AppError('VALIDATION', { message: 'the owner of the platform cannot be removed' })
  const gone = await outbox.transaction(async (trx, recordEvent) => {
    // One of several removals at once is done.
    if (!(await lockUser(trx, platformId, userId))) throw notFound('user', userId)
    const personal = await markPersonalDeleted(trx, platformId, userId, new Date())
    await deleteSessionsOf(trx, [userId])
    await deletePersonalTokensOf(trx, userId)
    await detachUser(trx, platformId, userId, platform.ownerId)
    recordEvent(actor, 'user.deleted', { user: { id: userId } })
    for (const project of personal) recordEvent({ ...actor, projectId: project.id }, 'project.deleted', { project })
    return personal
  })
  await events.emit('ACCESS_CHANGED', { of: 'USER', id: userId })
  for (const { id } of gone) {
    await events.emit('ACCESS_CHANGED', { of: 'PROJECT', id })
    await flows.disableAll(inProject(actor, id, 'Admin'))
  }
}
