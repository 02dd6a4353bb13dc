import { AppError, notFound } from '@piecework/model/errors'
import { newId, randomText } from '@piecework/model/ids'
import type { Selectable } from 'kysely'
import type { Actor } from '../../access/actor.ts'
import type { UserPrincipal } from '../../access/principal.ts'
import type { Tokens } from '../../access/tokens.ts'
import { type Db, isUniqueViolation } from '../../database/open.ts'
import type { UserIdentityTable, UserTable } from '../../database/schema.ts'
import { platformPolicy } from '../../policies/platform.ts'
import { authorize } from '../../policies/policy.ts'
import {
  countPlatformsOf,
  insertPlatform,
  lockFounding,
  selectFirstPlatform,
  selectPlatform,
} from '../platforms/store.ts'
import { insertProject, selectHomeProject } from '../projects/store.ts'
import {
  insertIdentity,
  insertUser,
  selectIdentityByEmail,
  selectIdentityOfUser,
  selectUsersOfIdentity,
  touchUser,
} from '../users/store.ts'
import { checkPassword, hashPassword } from './passwords.ts'
import { refusalOf } from './sign-in-rules.ts'

type Identity = Selectable<UserIdentityTable>
type Member = Selectable<UserTable>

export interface SignUp {
  email: string
  password: string
  firstName: string
  lastName: string
  trackEvents: boolean
  newsLetter: boolean
}

/** Who has come in, with a token of theirs. */
export interface Session {
  identity: Identity
  user: Member
  token: string
  projectId: string | null
}

export interface Authentication {
  /**
   * The first person ever becomes the owner of a new platform with a personal project. Once there is a platform,
   * known and unknown addresses get the same answer, so that nobody learns who has an account.
   * @throws AppError EMAIL_AUTH_DISABLED, DOMAIN_NOT_ALLOWED, INVITATION_ONLY_SIGN_UP
   */
  signUp(request: SignUp): Promise<Session>
  /**
   * Opens the platform that the person used last, among those that let them sign in with a password.
   * @throws AppError INVALID_CREDENTIALS, USER_IS_INACTIVE, EMAIL_IS_NOT_VERIFIED, EMAIL_AUTH_DISABLED,
   *   DOMAIN_NOT_ALLOWED
   */
  signIn(request: { email: string; password: string }): Promise<Session>
  /**
   * A session of the same person on another platform.
   * @throws AppError ENTITY_NOT_FOUND, USER_IS_INACTIVE, EMAIL_AUTH_DISABLED, DOMAIN_NOT_ALLOWED
   */
  switchPlatform(actor: Actor<UserPrincipal>, platformId: string): Promise<Session>
  /** Founds another platform of the same person, who administers it and gets a personal project there. */
  foundPlatform(actor: Actor<UserPrincipal>, name: string): Promise<Session>
}

const TOKEN_VERSION_LENGTH = 21
const MAX_PLATFORMS_OF_PERSON = 100

export function createAuthentication({ db, tokens }: { db: Db; tokens: Tokens }): Authentication {
  const open = async (identity: Identity, user: Member): Promise<Session> => {
    const { platformId } = user
    if (platformId === null) throw new AppError('AUTHENTICATION', { message: 'this account belongs to no platform' })
    const [token, home] = await Promise.all([
      tokens.user({ id: user.id, platformId, tokenVersion: identity.tokenVersion }),
      selectHomeProject(db, platformId, user.id),
      touchUser(db, user.id, new Date()),
    ])
    return { identity, user, token, projectId: home?.id ?? null }
  }

  return {
    async signUp(request) {
      const email = normalizeEmail(request.email)
      const password = await hashPassword(request.password)
      const founded = await db
        .transaction()
        .execute(async (trx) => {
          await lockFounding(trx)
          await requireFounding(trx, email)
          return foundFirst(trx, { ...request, email, password })
        })
        .catch((error: unknown) => {
          throw isUniqueViolation(error) ? invitationOnly() : error
        })
      return open(founded.identity, founded.user)
    },

    async signIn({ email, password }) {
      const identity = await selectIdentityByEmail(db, normalizeEmail(email))
      const right = await checkPassword(password, identity?.password)
      if (!identity || !right)
        throw new AppError('INVALID_CREDENTIALS', { message: 'the e-mail address or the password is not right' })
      if (!identity.verified) throw new AppError('EMAIL_IS_NOT_VERIFIED', { email: identity.email })
      const members = await selectUsersOfIdentity(db, identity.id)
      const active = members.filter((member) => member.status === 'ACTIVE')
      let refusal = new AppError('USER_IS_INACTIVE', { email: identity.email })
      for (const [index, user] of active.entries()) {
        const refused = await refusalOn(user, identity.email)
        if (!refused) return open(identity, user)
        if (index === 0) refusal = refused
      }
      throw refusal
    },

    async switchPlatform({ principal }, platformId) {
      const identity = await selectIdentityOfUser(db, principal.id)
      const members = identity ? await selectUsersOfIdentity(db, identity.id) : []
      const user = members.find((member) => member.platformId === platformId)
      if (!identity || !user) throw notFound('platform', platformId)
      if (user.status !== 'ACTIVE') throw new AppError('USER_IS_INACTIVE', { email: identity.email })
      const refused = identity.provider === 'EMAIL' ? await refusalOn(user, identity.email) : undefined
      if (refused) throw refused
      return open(identity, user)
    },

    async foundPlatform(actor, name) {
      authorize(actor, platformPolicy.found)
      const { id: userId } = actor.principal
      const identity = await selectIdentityOfUser(db, userId)
      if (!identity) throw notFound('user', userId)
      const owned = await countPlatformsOf(db, identity.id)
      if (owned >= MAX_PLATFORMS_OF_PERSON)
        throw new AppError('VALIDATION', { message: `nobody may own more than ${MAX_PLATFORMS_OF_PERSON} platforms` })
      const user = await db.transaction().execute((trx) => found(trx, identity, { name, projectName: name }))
      return open(identity, user)
    },
  }

  async function refusalOn({ platformId }: Member, email: string): Promise<AppError | undefined> {
    const platform = platformId === null ? undefined : await selectPlatform(db, platformId)
    return platform && refusalOf(platform, email)
  }
}

const normalizeEmail = (email: string): string => email.trim().toLowerCase()

function invitationOnly(): AppError {
  return new AppError('INVITATION_ONLY_SIGN_UP', {
    message: 'signing up needs an invitation: ask an administrator of the platform',
  })
}

async function requireFounding(db: Db, email: string): Promise<void> {
  const platform = await selectFirstPlatform(db)
  if (platform) throw refusalOf(platform, email) ?? invitationOnly()
}

/** Identity, owner, platform and personal project. */
async function foundFirst(db: Db, person: SignUp): Promise<{ identity: Identity; user: Member }> {
  const identity = await insertIdentity(db, {
    id: newId(),
    ...person,
    verified: true,
    provider: 'EMAIL',
    tokenVersion: randomText(TOKEN_VERSION_LENGTH),
  })
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
  })
  await insertPlatform(db, { id: platformId, ownerId: user.id, name: names.name })
  const displayName = `${names.projectName}'s Project`
  await insertProject(db, { id: newId(), platformId, ownerId: user.id, displayName, type: 'PERSONAL' })
  return user
}
