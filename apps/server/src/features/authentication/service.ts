import { AppError, notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { Selectable } from 'kysely'
import type { Logger } from 'pino'
import { type Actor, actorOf } from '../../access/actor.ts'
import type { UserPrincipal } from '../../access/principal.ts'
import { touchUser } from '../../access/store.ts'
import type { Tokens } from '../../access/tokens.ts'
import { type Db, isUniqueViolation } from '../../database/open.ts'
import type { UserIdentityTable, UserTable } from '../../database/schema.ts'
import type { UserSessionTable } from '../../database/sign-in-tables.ts'
import type { Events } from '../../events/events.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { platformPolicy } from '../../policies/platform.ts'
import { authorize } from '../../policies/policy.ts'
import {
  countPlatformsOf,
  insertPlatform,
  lockPlatformCreation,
  selectFirstPlatform,
  selectPlatform,
} from '../platforms/store.ts'
import type { ComingIn } from '../projects/make-user.ts'
import { insertProject } from '../projects/store.ts'
import type { Client, SessionMaker } from '../sessions/open.ts'
import { deleteSessionsOf, selectSession } from '../sessions/store.ts'
import { acceptInvitation } from '../user-invitations/accept.ts'
import { readInvitationToken } from '../user-invitations/link.ts'
import { provision } from '../user-invitations/provision.ts'
import { type InvitationRow, lockAccepted, lockInvitation } from '../user-invitations/store.ts'
import { normalizeEmail } from '../users/email.ts'
import { onEveryPlatform } from '../users/on-every-platform.ts'
import {
  insertIdentity,
  insertUser,
  replacePassword,
  selectIdentityByEmail,
  selectIdentityOfUser,
  selectUsersOfIdentity,
} from '../users/store.ts'
import { makeCode } from './codes.ts'
import { openSession, type Session } from './open-session.ts'
import { checkPassword, hashPassword } from './passwords.ts'
import { invitationOnly, refusalOf } from './sign-in-rules.ts'
import { newTokenVersion } from './token-version.ts'

type Identity = Selectable<UserIdentityTable>
type Member = Selectable<UserTable>

export interface SignUp {
  email: string
  password: string
  firstName: string
  lastName: string
  trackEvents: boolean
  newsLetter: boolean
  /** The token of the link that the person got; signing up with it accepts the invitation. */
  invitationToken?: string | undefined
}

export interface Authentication {
  /**
   * The first person ever becomes the owner of a new platform with a personal project. Once there is a platform,
   * known and unknown addresses get the same answer, so that nobody learns who has an account.
   * Invited people sign up with the token of their link, or once they accepted.
   * @throws AppError EMAIL_AUTH_DISABLED, DOMAIN_NOT_ALLOWED, INVITATION_ONLY_SIGN_UP, INVALID_OR_EXPIRED_JWT_TOKEN,
   *   EMAIL_IS_NOT_VERIFIED
   */
  signUp(request: SignUp, client: Client): Promise<Session>
  /**
   * Opens the platform that the person used last, among those that let them sign in with a password.
   * @throws AppError INVALID_CREDENTIALS, USER_IS_INACTIVE, EMAIL_IS_NOT_VERIFIED, EMAIL_AUTH_DISABLED,
   *   DOMAIN_NOT_ALLOWED
   */
  signIn(request: { email: string; password: string }, client: Client): Promise<Session>
  /**
   * Ends all sessions of the person. @returns a new one @throws AppError INVALID_CREDENTIALS, VALIDATION
   */
  changePassword(
    actor: Actor<UserPrincipal>,
    passwords: { currentPassword: string; newPassword: string },
    client: Client,
  ): Promise<Session>
  /**
   * A session of the same person on another platform.
   * @throws AppError ENTITY_NOT_FOUND, USER_IS_INACTIVE, EMAIL_AUTH_DISABLED, DOMAIN_NOT_ALLOWED
   */
  switchPlatform(actor: Actor<UserPrincipal>, platformId: string, client: Client): Promise<Session>
  /** Founds another platform of the same person, who administers it and gets a personal project there. */
  foundPlatform(actor: Actor<UserPrincipal>, name: string, client: Client): Promise<Session>
}

const MAX_PLATFORMS_OF_PERSON = 100

/** How the person came in, which counts for sessions that follow from one. */
type Past = Pick<Selectable<UserSessionTable>, 'means' | 'secondFactor'>
const FRESH: Past = { means: 'PASSWORD', secondFactor: false }

interface Parts {
  db: Db
  tokens: Tokens
  sessionMaker: SessionMaker
  outbox: Outbox
  events: Pick<Events, 'emit'>
  /** People prove that an address is theirs; else addresses count as theirs. */
  sendsMail: boolean
  log: Logger
}

// Over 120 lines: one method for each way in, of the same few parts.
export function createAuthentication(parts: Parts): Authentication {
  const { db, tokens, sessionMaker, outbox, events, sendsMail, log } = parts
  const open = (identity: Identity, user: Member, client: Client, past = FRESH): Promise<Session> =>
    openSession(parts, { identity, user, platformId: platformOf(user) }, { ...past, client })

  const admit = async ({ tokenVersion }: Identity, { id: userId }: Member, past = FRESH): Promise<void> => {
    if (past.means === 'MANAGED' || past.secondFactor) return
    await sessionMaker.admit({ userId, tokenVersion, means: past.means })
  }

  const enter = async (identity: Identity, user: Member, client: Client, past = FRESH): Promise<Session> => {
    await admit(identity, user, past)
    await outbox.transaction(async (_, recordEvent) => {
      recordEvent(userActor(user, client.ip), 'user.signed.in', { user: { id: user.id } })
    })
    // A note for lists of people, which no sign-in depends on.
    await touchUser(db, user.id, new Date()).catch((err: unknown) =>
      log.warn({ err, userId: user.id }, 'the time of a sign-in could not be noted'),
    )
    return open(identity, user, client, past)
  }

  const pastOf = async ({ principal: { id, sessionId } }: Actor<UserPrincipal>): Promise<Past> =>
    (sessionId === undefined ? undefined : await selectSession(db, id, sessionId)) ?? FRESH

  return {
    async signUp({ invitationToken, ...request }, client) {
      const { ip } = client
      const person = {
        ...request,
        email: normalizeEmail(request.email),
        password: await hashPassword(request.password),
      }
      const invitationId = invitationToken === undefined ? null : await readInvitationToken(tokens, invitationToken)
      const { identity, user } = await outbox
        .transaction(async (trx, recordEvent) => {
          await lockPlatformCreation(trx)
          const coming = { trx, recordEvent, ip }
          const platform = await selectFirstPlatform(trx)
          if (platform) {
            const invitations = await acceptedBy(coming, person.email, invitationId)
            // The link came by mail; who comes without it may be anybody.
            const verified = !sendsMail || invitations[0]?.id === invitationId
            return comeInvited(coming, { ...person, verified }, invitations, platform)
          }
          const first = await foundFirst(trx, { ...person, verified: true })
          recordEvent(userActor(first.user, ip), 'user.signed.up', {
            source: 'credentials',
            user: { id: first.user.id },
          })
          return first
        })
        .catch((error: unknown) => {
          throw isUniqueViolation(error) ? invitationOnly() : error
        })
      if (!identity.verified) throw notVerified(identity)
      await admit(identity, user)
      return open(identity, user, client)
    },

    async changePassword(actor, { currentPassword, newPassword }, client) {
      const { id: userId } = actor.principal
      const identity = await selectIdentityOfUser(db, userId)
      if (!identity) throw notFound('user', userId)
      if (identity.provider !== 'EMAIL') throw new AppError('VALIDATION', { message: 'you sign in without a password' })
      if (!(await checkPassword(currentPassword, identity.password))) throw wrongPassword()
      const [password, past] = await Promise.all([hashPassword(newPassword), pastOf(actor)])
      const tokenVersion = newTokenVersion()
      const members = await selectUsersOfIdentity(db, identity.id)
      const user = members.find(({ id }) => id === userId)
      if (!user) throw notFound('user', userId)
      const userIds = await outbox.transaction(async (trx, recordEvent) => {
        // Another change at the same time may have come first.
        if (!(await replacePassword(trx, identity, { password, tokenVersion }))) throw wrongPassword()
        const ids = await onEveryPlatform(trx, identity.id, actor.ip, (own, user) =>
          recordEvent(own, 'user.password.changed', { user }),
        )
        await deleteSessionsOf(trx, ids)
        return ids
      })
      for (const id of userIds) await events.emit('ACCESS_CHANGED', { of: 'USER', id })
      return open({ ...identity, tokenVersion }, user, client, past)
    },

    async signIn({ email, password }, client) {
      const identity = await selectIdentityByEmail(db, normalizeEmail(email))
      const right = await checkPassword(password, identity?.password)
      if (!identity || !right)
        throw new AppError('INVALID_CREDENTIALS', { message: 'the e-mail address or the password is wrong' })
      if (!identity.verified) throw notVerified(identity)
      const members = await selectUsersOfIdentity(db, identity.id)
      const active = members.filter((member) => member.status === 'ACTIVE')
      let refusal = new AppError('USER_IS_INACTIVE', { email: identity.email })
      for (const [index, user] of active.entries()) {
        const refused = await refusalOn(db, platformOf(user), identity.email, user.id)
        if (!refused) return enter(identity, user, client)
        if (index === 0) refusal = refused
      }
      throw refusal
    },

    async switchPlatform(actor, platformId, client) {
      const { principal } = actor
      requireOwnSignIn(actor)
      const identity = await selectIdentityOfUser(db, principal.id)
      const members = identity ? await selectUsersOfIdentity(db, identity.id) : []
      const user = members.find((member) => member.platformId === platformId)
      if (!identity || !user) throw notFound('platform', platformId)
      if (user.status !== 'ACTIVE') throw new AppError('USER_IS_INACTIVE', { email: identity.email })
      const refused =
        identity.provider === 'EMAIL' ? await refusalOn(db, platformOf(user), identity.email, user.id) : undefined
      if (refused) throw refused
      return enter(identity, user, client, await pastOf(actor))
    },

    async foundPlatform(actor, name, client) {
      authorize(actor, platformPolicy.found)
      requireOwnSignIn(actor)
      const { id: userId } = actor.principal
      const identity = await selectIdentityOfUser(db, userId)
      if (!identity) throw notFound('user', userId)
      const user = await outbox.transaction(async (trx, recordEvent) => {
        await lockPlatformCreation(trx)
        if ((await countPlatformsOf(trx, identity.id)) >= MAX_PLATFORMS_OF_PERSON)
          throw new AppError('VALIDATION', { message: `a person may own at most ${MAX_PLATFORMS_OF_PERSON} platforms` })
        const founder = await found(trx, identity, { name, projectName: name })
        recordEvent(userActor(founder, actor.ip), 'user.signed.up', { source: 'credentials', user: { id: founder.id } })
        return founder
      })
      return open(identity, user, client, await pastOf(actor))
    },
  }
}

/** @throws AppError AUTHENTICATION */
function platformOf({ platformId }: Member): string {
  if (platformId !== null) return platformId
  throw new AppError('AUTHENTICATION', { message: 'this account belongs to no platform' })
}

/** The person who comes in, as the one who does it. */
const userActor = (user: Member, ip: string | null): Actor =>
  actorOf({ type: 'USER', id: user.id, platformId: platformOf(user), platformRole: user.platformRole }, ip)

/** @returns the invitations that the address has accepted, after the one that it accepts now. */
async function acceptedBy(coming: ComingIn, email: string, invitationId: string | null): Promise<InvitationRow[]> {
  const { trx } = coming
  const accepted = await lockAccepted(trx, email)
  const now = invitationId === null ? undefined : await lockInvitation(trx, invitationId)
  if (now?.email !== email || new Date(now.expires) < new Date()) return accepted
  const others = accepted.filter(({ id }) => id !== now.id)
  return [await acceptInvitation(coming, now), ...others]
}

/**
 * A new person, on every platform that they were invited to and that lets them in by a password.
 * @returns them as the user of the first
 */
async function comeInvited(
  coming: ComingIn,
  person: Person,
  invitations: readonly InvitationRow[],
  { id: firstPlatformId }: { id: string },
): Promise<{ identity: Identity; user: Member }> {
  const { trx } = coming
  const home = invitations[0]?.platformId ?? firstPlatformId
  const refused = await refusalOn(trx, home, person.email)
  if (refused) throw refused
  if (invitations.length === 0) throw invitationOnly()
  const identity = await makeIdentity(trx, person)
  const user = await provision(coming, identity, home, ofPlatform(invitations, home))
  if (!identity.verified) {
    const actor = userActor(user, coming.ip)
    await makeCode(coming, { identityId: identity.id, type: 'EMAIL_VERIFICATION', userId: user.id, actor })
  }
  for (const platformId of new Set(invitations.map((invitation) => invitation.platformId))) {
    if (platformId === home || (await refusalOn(trx, platformId, person.email))) continue
    await provision(coming, identity, platformId, ofPlatform(invitations, platformId))
  }
  return { identity, user }
}

const ofPlatform = (invitations: readonly InvitationRow[], platformId: string): InvitationRow[] =>
  invitations.filter((invitation) => invitation.platformId === platformId)

/** Why a platform does not let the address in by a password. */
async function refusalOn(db: Db, platformId: string, email: string, userId?: string): Promise<AppError | undefined> {
  const platform = await selectPlatform(db, platformId)
  return platform && refusalOf(platform, email, platform.ownerId === userId)
}

/** Single sign-on of one platform is no proof for another one. @throws AppError VALIDATION */
function requireOwnSignIn({ principal }: Actor<UserPrincipal>): void {
  if (principal.sso)
    throw new AppError('VALIDATION', {
      message: 'you came in by single sign-on of this platform: sign in to the other one by its own way',
    })
}

type Person = Omit<SignUp, 'invitationToken'> & { verified: boolean }

const notVerified = ({ email }: Identity): AppError =>
  new AppError('EMAIL_IS_NOT_VERIFIED', { email, message: 'verify the address first, by the code in the mail' })

function makeIdentity(db: Db, person: Person): Promise<Identity> {
  return insertIdentity(db, {
    id: newId(),
    ...person,
    provider: 'EMAIL',
    tokenVersion: newTokenVersion(),
  })
}

/** Identity, owner, platform and personal project. */
async function foundFirst(db: Db, person: Person): Promise<{ identity: Identity; user: Member }> {
  const identity = await makeIdentity(db, person)
  const { firstName } = person
  const user = await found(db, identity, { name: `${firstName}'s Platform`, projectName: firstName })
  return { identity, user }
}

/** A platform of the person with a personal project. @returns the person as its administrator */
async function found(db: Db, identity: Identity, names: { name: string; projectName: string }): Promise<Member> {
  const platformId = newId()
  const user = await insertUser(db, {
    id: newId(),
    identityId: identity.id,
    platformId,
    platformRole: 'ADMIN',
    status: 'ACTIVE',
    lastActiveDate: new Date(),
  })
  await insertPlatform(db, { id: platformId, ownerId: user.id, name: names.name })
  const displayName = `${names.projectName}'s Project`
  await insertProject(db, { id: newId(), platformId, ownerId: user.id, displayName, type: 'PERSONAL' })
  return user
}

const wrongPassword = (): AppError => new AppError('INVALID_CREDENTIALS', { message: 'the current password is wrong' })
