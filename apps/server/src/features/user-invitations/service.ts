import { AppError, notFound } from '@piecework/model/errors'
import type { SeekPage } from '@piecework/model/page'
import type { Actor, ProjectActor } from '../../access/actor.ts'
import type { Tokens } from '../../access/tokens.ts'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import type { Events } from '../../events/events.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { authorize } from '../../policies/policy.ts'
import { invitationPolicyOf } from '../../policies/user-invitation.ts'
import type { ProjectMembers } from '../project-members/service.ts'
import { selectProjectRoles } from '../project-roles/store.ts'
import { normalizeEmail } from '../users/email.ts'
import { selectIdentityByEmail } from '../users/store.ts'
import { acceptInvitation, forEvent } from './accept.ts'
import { createInviting, type Invitation, type Inviting, type SentInvitation } from './invite.ts'
import { invalidLink, invitationLink, linkExpiry, readInvitationToken } from './link.ts'
import { provision } from './provision.ts'
import {
  deleteInvitations,
  type InvitationFilter,
  type InvitationPlace,
  type InvitationRow,
  lockInvitation,
  pageInvitations,
  selectInvitation,
  selectProjectOfInvitation,
  updateInvitation,
} from './store.ts'

/** People who are asked to come in. An invitation that nobody accepted lets nobody in. */
export interface UserInvitations {
  /** The project of an invitation; null for one to a platform, undefined for an unknown one. */
  projectOf(id: string): Promise<string | null | undefined>
  /**
   * Invites an address, or again. People who are users of the platform already become members of the project at once;
   * what a program invites to is accepted already.
   * @throws AppError ENTITY_NOT_FOUND for an unknown role, PERMISSION_DENIED for one that may do more than the actor,
   *   EXISTING_USER, VALIDATION for a personal project
   */
  create(actor: Actor | ProjectActor, email: string, inviting: Inviting): Promise<SentInvitation>
  list(actor: Actor | ProjectActor, filter: InvitationFilter, page: PageRequest): Promise<SeekPage<Invitation>>
  /** @throws AppError ENTITY_NOT_FOUND, PERMISSION_DENIED, VALIDATION for one that was accepted */
  resend(actor: Actor | ProjectActor, id: string): Promise<SentInvitation>
  /** @throws AppError ENTITY_NOT_FOUND */
  remove(actor: Actor | ProjectActor, id: string): Promise<void>
  /** By the token of its link. @throws AppError INVALID_OR_EXPIRED_JWT_TOKEN, also for one that was deleted */
  accept(token: string, ip: string): Promise<Invitation & { hasAccount: boolean }>
}

interface Parts {
  db: Db
  tokens: Tokens
  events: Pick<Events, 'emit'>
  outbox: Outbox
  projectMembers: ProjectMembers
  frontendUrl: string
  /** Invitations are sent; else who invites gets the link. */
  sendsMail: boolean
}

export function createUserInvitations(parts: Parts): UserInvitations {
  const { db, tokens, events, outbox, projectMembers, sendsMail } = parts

  const complete = async (platformId: string, rows: readonly InvitationRow[]): Promise<Invitation[]> => {
    const roles = new Map((await selectProjectRoles(db, platformId)).map((role) => [role.id, role]))
    return rows.map((row) => ({ ...row, projectRole: roles.get(row.projectRoleId ?? '') ?? null }))
  }
  const completeOne = async (row: InvitationRow): Promise<Invitation> => {
    const [whole] = await complete(row.platformId, [row])
    return whole ?? { ...row, projectRole: null }
  }
  const withLink = async (row: InvitationRow): Promise<SentInvitation> => ({
    ...(await completeOne(row)),
    ...(row.status === 'PENDING' && !sendsMail ? { link: await invitationLink(parts, row) } : {}),
  })

  const load = async (place: InvitationPlace, id: string, from: Db = db): Promise<InvitationRow> => {
    const row = await selectInvitation(from, place, id)
    if (!row) throw notFound('user_invitation', id)
    return row
  }
  /** Somebody may have accepted or deleted it a moment ago. */
  const lock = async (trx: Db, place: InvitationPlace, id: string): Promise<InvitationRow> => {
    await lockInvitation(trx, id)
    return load(place, id, trx)
  }
  const { toProject, toPlatform } = createInviting({ ...parts, withLink })

  return {
    projectOf: (id) => selectProjectOfInvitation(db, id),

    create(actor, email, inviting) {
      const address = normalizeEmail(email)
      if (inviting.type === 'PLATFORM') return toPlatform(actor, address, inviting.platformRole)
      if ('projectId' in actor) return toProject(actor, address, inviting.projectRole)
      throw new AppError('INVALID_REQUEST', { message: 'projectId is required' })
    },

    async list(actor, filter, page) {
      authorize(actor, invitationPolicyOf(actor).read)
      const found = await pageInvitations(db, actor, filter, page)
      return { ...found, data: await complete(actor.platformId, found.data) }
    },

    async resend(actor, id) {
      authorize(actor, invitationPolicyOf(actor).resend)
      const roleName = roleNameOf(await completeOne(await load(actor, id)))
      if ('projectId' in actor) await projectMembers.grantable(actor, roleName)
      const renewed = await outbox.transaction(async (trx, recordEvent) => {
        const { status } = await lock(trx, actor, id)
        if (status !== 'PENDING') throw new AppError('VALIDATION', { message: 'the invitation is accepted already' })
        const stored = await updateInvitation(trx, id, { expires: linkExpiry() })
        recordEvent(actor, 'user.invitation.sent', { userInvitation: forEvent(stored, roleName) })
        return stored
      })
      return withLink(renewed)
    },

    async remove(actor, id) {
      authorize(actor, invitationPolicyOf(actor).delete)
      const row = await completeOne(await load(actor, id))
      await outbox.transaction(async (trx, recordEvent) => {
        await lock(trx, actor, id)
        await deleteInvitations(trx, [id])
        const userInvitation = forEvent(row, roleNameOf(row))
        recordEvent(actor, 'user.invitation.deleted', { userInvitation })
      })
    },

    async accept(token, ip) {
      const id = await readInvitationToken(tokens, token)
      const { row, userId } = await outbox.transaction(async (trx, recordEvent) => {
        const found = await lockInvitation(trx, id)
        if (!found || new Date(found.expires) < new Date()) throw invalidLink()
        const place: InvitationPlace = {
          platformId: found.platformId,
          ...(found.projectId ? { projectId: found.projectId } : {}),
        }
        if (!(await selectInvitation(trx, place, id))) throw invalidLink()
        const coming = { trx, recordEvent, ip }
        const accepted = await acceptInvitation(coming, found)
        const identity = await selectIdentityByEmail(trx, found.email)
        if (!identity) return { row: accepted, userId: null }
        const user = await provision(coming, identity, found.platformId, [accepted])
        return { row: accepted, userId: user.id }
      })
      if (userId !== null) await events.emit('ACCESS_CHANGED', { of: 'USER', id: userId })
      return { ...(await completeOne(row)), hasAccount: userId !== null }
    },
  }
}

const roleNameOf = ({ projectRole, platformRole }: Invitation): string => projectRole?.name ?? platformRole ?? ''
