import { systemTask } from '../../access/actor.ts'
import { selectProjectRole } from '../project-roles/store.ts'
import type { ComingIn } from '../projects/make-user.ts'
import { type InvitationRow, updateInvitation } from './store.ts'

/** Somebody with the link, or the address, who is no user yet. */
const INVITED = systemTask('invitations')

/** Takes an invitation up, by its link or by a sign-in with its address. @returns it as it is now */
export async function acceptInvitation(
  { trx, recordEvent, ip }: ComingIn,
  invitation: InvitationRow,
): Promise<InvitationRow> {
  const { id, platformId, projectId, projectRoleId, platformRole, status } = invitation
  if (status === 'ACCEPTED') return invitation
  const accepted = await updateInvitation(trx, id, { status: 'ACCEPTED' })
  const role = projectRoleId === null ? undefined : await selectProjectRole(trx, platformId, projectRoleId)
  const actor = { principal: INVITED, platformId, userId: null, ip, ...(projectId === null ? {} : { projectId }) }
  recordEvent(actor, 'user.invitation.accepted', {
    userInvitation: forEvent(accepted, role?.name ?? platformRole ?? ''),
  })
  return accepted
}

/** An invitation as events have it. */
export const forEvent = ({ id, email, type }: InvitationRow, role: string) => ({ id, email, type, role })
