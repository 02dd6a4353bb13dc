import type { SystemPrincipal } from '../../access/actor.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { deleteSessionsOf } from '../sessions/store.ts'
import { normalizeEmail } from '../users/email.ts'
import { selectIdentityByEmail, selectUsersOfIdentity, updateIdentity } from '../users/store.ts'
import { hashPassword } from './passwords.ts'
import { newTokenVersion } from './token-version.ts'

/**
 * Sets the password of a person, for the operator of the server. All their sessions end.
 * @returns whether somebody has the address
 */
export async function setPassword(
  outbox: Outbox,
  principal: SystemPrincipal,
  { email, password }: { email: string; password: string },
): Promise<boolean> {
  const hash = await hashPassword(password)
  return outbox.transaction(async (trx, recordEvent) => {
    const identity = await selectIdentityByEmail(trx, normalizeEmail(email))
    if (!identity) return false
    const changes = { password: hash, tokenVersion: newTokenVersion(), verified: true } as const
    await updateIdentity(trx, identity.id, changes)
    const users = await selectUsersOfIdentity(trx, identity.id)
    await deleteSessionsOf(
      trx,
      users.map(({ id }) => id),
    )
    for (const { id, platformId } of users) {
      if (platformId === null) continue
      recordEvent({ principal, platformId, userId: null, ip: null }, 'user.password.reset', { user: { id } })
    }
    return true
  })
}
