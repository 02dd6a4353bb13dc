import type { Selectable } from 'kysely'
import { actorOf } from '../../access/actor.ts'
import type { UserIdentityTable, UserTable } from '../../database/schema.ts'
import { enter } from '../project-members/enter.ts'
import { selectProjectRole } from '../project-roles/store.ts'
import { type ComingIn, makeUser } from '../projects/make-user.ts'
import { selectUsersOfIdentity } from '../users/store.ts'
import { deleteInvitations, type InvitationRow } from './store.ts'

/** Lets a person in to what they were invited to on one platform; the invitations are used up. */
export async function provision(
  parts: ComingIn,
  identity: Selectable<UserIdentityTable>,
  platformId: string,
  invitations: readonly InvitationRow[],
): Promise<Selectable<UserTable>> {
  const { trx, recordEvent, ip } = parts
  const known = (await selectUsersOfIdentity(trx, identity.id)).find((user) => user.platformId === platformId)
  const platformRole = invitations.find(({ type }) => type === 'PLATFORM')?.platformRole ?? 'MEMBER'
  const user = known ?? (await makeUser(parts, identity, { platformId, platformRole, source: 'credentials' }))
  const principal = { type: 'USER' as const, id: user.id, platformId, platformRole: user.platformRole }
  for (const { projectId, projectRoleId } of invitations) {
    const role = projectRoleId === null ? undefined : await selectProjectRole(trx, platformId, projectRoleId)
    if (projectId === null || role === undefined) continue
    await enter({ trx, recordEvent, actor: { ...actorOf(principal, ip), projectId, platformId } }, user.id, role)
  }
  await deleteInvitations(
    trx,
    invitations.map(({ id }) => id),
  )
  return user
}
