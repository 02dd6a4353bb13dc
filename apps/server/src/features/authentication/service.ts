import { AppError, notFound } from '@piecework/model/errors'
import { newId, randomText } from '@piecework/model/ids'
import { type Selectable, sql } from 'kysely'
import { type Db, isUniqueViolation } from '../../database/open.ts'
import type { UserIdentityTable, UserTable } from '../../database/schema.ts'
import type { Tokens } from '../../http/tokens.ts'
import { insertPlatform } from '../platforms/store.ts'
import { insertProject, selectHomeProject } from '../projects/store.ts'
import { insertIdentity, insertUser, selectIdentityByEmail, selectUsersOfIdentity, touchUser } from '../users/store.ts'
import { checkPassword, hashPassword } from './passwords.ts'

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
   * The first person ever becomes the owner of a new platform with a personal project; others need an invitation.
   * @throws AppError EXISTING_USER, EMAIL_AUTH_DISABLED, DOMAIN_NOT_ALLOWED, INVITATION_ONLY_SIGN_UP
   */
  signUp(request: SignUp): Promise<Session>
  /** @throws AppError INVALID_CREDENTIALS, USER_IS_INACTIVE, EMAIL_IS_NOT_VERIFIED */
  signIn(request: { email: string; password: string }): Promise<Session>
  /** A session of the same person on another platform. @throws AppError ENTITY_NOT_FOUND, USER_IS_INACTIVE */
  switchPlatform(userId: string, platformId: string): Promise<Session>
}

// Any constant: two people who sign up first at the same moment must not both found a platform.
const FOUNDING_LOCK = 4_242_002
const TOKEN_VERSION_LENGTH = 21

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
          await sql`select pg_advisory_xact_lock(${sql.lit(FOUNDING_LOCK)})`.execute(trx)
          if (await selectIdentityByEmail(trx, email)) throw existingUser(email)
          await requireFoundingOrInvitation(trx, email)
          return found(trx, { ...request, email, password })
        })
        .catch((error: unknown) => {
          throw isUniqueViolation(error) ? existingUser(email) : error
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
      const user = members.find((member) => member.status === 'ACTIVE')
      if (!user) throw new AppError('USER_IS_INACTIVE', { email: identity.email })
      return open(identity, user)
    },

    async switchPlatform(userId, platformId) {
      const row = await db
        .selectFrom('user as other')
        .innerJoin('user as own', 'own.identityId', 'other.identityId')
        .innerJoin('user_identity as identity', 'identity.id', 'own.identityId')
        .select(['other.id as otherId', 'identity.id as identityId', 'identity.email'])
        .where('own.id', '=', userId)
        .where('other.platformId', '=', platformId)
        .executeTakeFirst()
      const identity = row && (await selectIdentityByEmail(db, row.email))
      const user = row && (await selectUsersOfIdentity(db, row.identityId)).find((member) => member.id === row.otherId)
      if (!identity || !user) throw notFound('platform', platformId)
      if (user.status !== 'ACTIVE') throw new AppError('USER_IS_INACTIVE', { email: identity.email })
      return open(identity, user)
    },
  }
}

const normalizeEmail = (email: string): string => email.trim().toLowerCase()

function existingUser(email: string): AppError {
  return new AppError('EXISTING_USER', {
    email,
    platformId: null,
    message: 'there is already an account with this e-mail address',
  })
}

async function requireFoundingOrInvitation(db: Db, email: string): Promise<void> {
  const platform = await db
    .selectFrom('platform')
    .select(['emailAuthEnabled', 'enforceAllowedAuthDomains', 'allowedAuthDomains'])
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  if (!platform) return
  if (!platform.emailAuthEnabled) throw new AppError('EMAIL_AUTH_DISABLED', {})
  const domain = email.split('@').at(-1) ?? ''
  if (platform.enforceAllowedAuthDomains && !platform.allowedAuthDomains.includes(domain)) {
    throw new AppError('DOMAIN_NOT_ALLOWED', { domain })
  }
  throw new AppError('INVITATION_ONLY_SIGN_UP', {
    message: 'signing up needs an invitation: ask an administrator of the platform',
  })
}

/** Identity, owner, platform and personal project, in one commit. */
async function found(db: Db, person: SignUp): Promise<{ identity: Identity; user: Member }> {
  const platformId = newId()
  const identity = await insertIdentity(db, {
    id: newId(),
    ...person,
    verified: true,
    provider: 'EMAIL',
    tokenVersion: randomText(TOKEN_VERSION_LENGTH),
  })
  const user = await insertUser(db, {
    id: newId(),
    identityId: identity.id,
    platformId,
    platformRole: 'ADMIN',
    status: 'ACTIVE',
  })
  const displayName = `${person.firstName}'s Project`
  await insertPlatform(db, { id: platformId, ownerId: user.id, name: `${person.firstName}'s Platform` })
  await insertProject(db, { id: newId(), platformId, ownerId: user.id, displayName, type: 'PERSONAL' })
  return { identity, user }
}
