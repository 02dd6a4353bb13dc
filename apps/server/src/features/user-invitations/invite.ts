import { AppError } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { Actor, ProjectActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { Events } from '../../events/events.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { authorize } from '../../policies/policy.ts'
import { userInvitationPolicy } from '../../policies/user-invitation.ts'
import type { ProjectMembers } from '../project-members/service.ts'
import type { ProjectRoleRow } from '../project-roles/store.ts'
import { selectProject } from '../projects/store.ts'
import { selectIdentityByEmail, selectUserByEmail } from '../users/store.ts'
import { forEvent } from './accept.ts'
import { linkExpiry } from './link.ts'
import { provision } from './provision.ts'
import { type InvitationRow, upsertInvitation } from './store.ts'

/** The place that people are invited to, with their role there. */
export type Inviting = { type: 'PROJECT'; projectRole: string } | { type: 'PLATFORM'; platformRole: PlatformRole }

/** With the role in the project, if it is one to a project. */
export type Invitation = InvitationRow & { projectRole: ProjectRoleRow | null }
/** With the link, where the server sends no mail. */
export type SentInvitation = Invitation & { link?: string }

type PlatformRole = 'ADMIN' | 'MEMBER' | 'OPERATOR'

/** An invitation before it is stored. */
interface NewInvitation extends Omit<InvitationRow, 'created' | 'updated' | 'status' | 'expires'> {
  expires: Date
  role: ProjectRoleRow
}

interface Parts {
  db: Db
  events: Pick<Events, 'emit'>
  outbox: Outbox
  projectMembers: ProjectMembers
  withLink(row: InvitationRow): Promise<SentInvitation>
}

const MAX_INVITATIONS = 10_000

/** Invites people to a project or to the platform. */
export function createInviting({ db, events, outbox, projectMembers, withLink }: Parts) {
  /** Makes a user of the platform a member, at once. */
  const addUser = async (actor: ProjectActor, userId: string, row: NewInvitation): Promise<SentInvitation> => {
    await projectMembers.invite(actor, userId, row.role.name)
    const now = new Date().toISOString()
    const { role: projectRole, ...rest } = row
    return { ...rest, created: now, updated: now, status: 'ACCEPTED', expires: row.expires.toISOString(), projectRole }
  }

  const toProject = async (actor: ProjectActor, email: string, roleName: string): Promise<SentInvitation> => {
    authorize(actor, userInvitationPolicy.ofProject.create)
    const { platformId, projectId } = actor
    const role = await projectMembers.grantable(actor, roleName)
    const project = await selectProject(db, platformId, projectId)
    if (project?.type !== 'TEAM')
      throw new AppError('VALIDATION', { message: 'a personal project has no members besides its owner' })
    const row = {
      ...{ id: newId(), platformId, email, projectId, projectRoleId: role.id, expires: linkExpiry() },
      ...{ type: 'PROJECT' as const, platformRole: null, role },
    }
    const user = await selectUserByEmail(db, platformId, email)
    return user ? addUser(actor, user.id, row) : send(actor, row, role.name)
  }

  const toPlatform = async (actor: Actor, email: string, platformRole: PlatformRole): Promise<SentInvitation> => {
    authorize(actor, userInvitationPolicy.ofPlatform.create)
    const { platformId } = actor
    if (await selectUserByEmail(db, platformId, email))
      throw new AppError('EXISTING_USER', { email, platformId, message: `${email} is a user of the platform already` })
    const row = { id: newId(), platformId, email, projectId: null, projectRoleId: null, expires: linkExpiry() }
    return send(actor, { ...row, type: 'PLATFORM', platformRole }, platformRole)
  }

  const send = async (
    actor: Actor | ProjectActor,
    { role: _, ...row }: Omit<NewInvitation, 'role'> & { role?: ProjectRoleRow },
    roleName: string,
  ): Promise<SentInvitation> => {
    const isAccepted = actor.principal.type !== 'USER'
    const { stored, userId } = await outbox.transaction(async (trx, recordEvent) => {
      const sent = { ...row, status: isAccepted ? ('ACCEPTED' as const) : ('PENDING' as const) }
      const stored = await upsertInvitation(trx, sent, MAX_INVITATIONS)
      if (!stored)
        throw new AppError('VALIDATION', { message: `a platform has at most ${MAX_INVITATIONS} open invitations` })
      const userInvitation = forEvent(stored, roleName)
      recordEvent(actor, isAccepted ? 'user.invitation.accepted' : 'user.invitation.sent', { userInvitation })
      const identity = isAccepted ? await selectIdentityByEmail(trx, row.email) : undefined
      if (!identity) return { stored, userId: null }
      const coming = { trx, recordEvent, ip: actor.ip }
      return { stored, userId: (await provision(coming, identity, row.platformId, [stored])).id }
    })
    if (userId !== null) await events.emit('ACCESS_CHANGED', { of: 'USER', id: userId })
    return withLink(stored)
  }

  return { toProject, toPlatform }
}
