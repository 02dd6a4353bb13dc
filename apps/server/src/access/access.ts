import { createHash } from 'node:crypto'
import { AppError, notFound } from '@piecework/model/errors'
import { LRUCache } from 'lru-cache'
import type { Db } from '../database/open.ts'
import { createAccessCaches } from './access-cache.ts'
import {
  type Actor,
  inProject,
  type PlatformPrincipal,
  type ProjectActor,
  type SystemPrincipal,
  systemActor,
} from './actor.ts'
import type { AccessChange } from './change.ts'
import type { Principal, TokenLimits, UserPrincipal } from './principal.ts'
import { type Role, restrict, roleWithoutMembership } from './roles.ts'
import {
  type AccessProject,
  selectKey,
  selectMember,
  selectPermissions,
  selectPersonalToken,
  selectPlatformOf,
  selectProject,
  selectProjectKey,
  touchKey,
  touchPersonalToken,
  touchProjectKey,
  touchSession,
  touchUser,
} from './store.ts'
import type { Claims, Tokens, UserClaims } from './tokens.ts'

/** The one place that decides who somebody is and which projects they may enter. */
export interface Access {
  /**
   * Who the value of an Authorization header stands for.
   * @throws AppError AUTHENTICATION without a usable header, INVALID_BEARER_TOKEN, SESSION_EXPIRED.
   */
  identify(authorization: string | undefined): Promise<Principal>
  /**
   * The actor in the project, if it may enter it.
   * @throws AppError ENTITY_NOT_FOUND when there is none, or none that the actor has a role in: nobody learns of
   *   projects that are not theirs.
   */
  enterProject<P extends PlatformPrincipal>(actor: Actor<P>, projectId: string): Promise<ProjectActor<P>>
  /** The server itself at a task, in a project, be that deleted. @throws AppError ENTITY_NOT_FOUND */
  asSystem(task: string, projectId: string): Promise<ProjectActor<SystemPrincipal>>
  /** Forgets what is remembered of somebody whose rights have changed. */
  forget(change: AccessChange): void
  /** Changes may have been missed. `hears`: no more of them will be. */
  forgetAll(hears: boolean): void
}

/** The principal of a token. */
interface Identity {
  principal: Principal
  /** When the token is out of date, in milliseconds since 1970. */
  expiresAt: number
}

/** Keys of platforms begin with it. */
export const API_KEY_PREFIX = 'sk-'
/** Keys of projects begin with it. */
export const PROJECT_KEY_PREFIX = 'pk-'
/** Tokens that people make for their programs begin with it. */
export const PERSONAL_TOKEN_PREFIX = 'pt-'
// Writing the time of every use would cost a commit per request.
const USE_RECORDED_EVERY_MS = 60_000
/** How long the token of before is good for once a session has got a fresh one. */
export const TOKEN_OVERLAP_MS = 120_000
/** The number of tokens, of projects and of roles that stay in memory; each takes some hundred bytes. */
const MAX_REMEMBERED = 10_000

const TOUCH = {
  SERVICE: touchKey,
  PROJECT_KEY: touchProjectKey,
  USER: touchUser,
  ENGINE: undefined,
  WORKER: undefined,
} as const satisfies Record<Principal['type'], unknown>

export function hashApiKey(value: string): string {
  return createHash('sha256').update(value).digest('hex')
}

const NEVER = Number.POSITIVE_INFINITY

interface Parts {
  db: Db
  tokens: Tokens
  /** A session that nobody uses for this time has ended. */
  sessionIdleMs?: number
}

/** Remembers what it finds, so that a request with a known token costs no query; changes call `forget`. */
// Over 120 lines: each kind of principal adds its few, over the same caches.
export function createAccess({ db, tokens, sessionIdleMs = NEVER }: Parts): Access {
  const memories = createAccessCaches()
  const identities = memories.of<Identity>(MAX_REMEMBERED)
  const projects = memories.of<AccessProject>(MAX_REMEMBERED)
  const members = memories.of<{ userId: string; projectId: string; role: Role }>(MAX_REMEMBERED)
  const lastUse = new LRUCache<string, number>({ max: MAX_REMEMBERED })

  const identifyUser = async (claims: UserClaims): Promise<Identity> => {
    const user = await selectMember(db, claims.id, claims.sid)
    const valid =
      user !== undefined &&
      user.platformId === claims.platform.id &&
      user.status === 'ACTIVE' &&
      user.verified &&
      (user.tokenVersion ?? null) === (claims.tokenVersion ?? null)
    const expiresAt = valid ? endOfToken(claims, user, sessionIdleMs) : 0
    if (!valid || expiresAt <= Date.now())
      throw new AppError('SESSION_EXPIRED', { message: 'the session has ended: sign in again' })
    const principal: UserPrincipal = {
      type: 'USER',
      id: user.id,
      platformId: claims.platform.id,
      platformRole: user.platformRole,
      ...(claims.sso ? { sso: true } : {}),
      ...(claims.sid === undefined ? {} : { sessionId: claims.sid }),
    }
    return { principal, expiresAt }
  }

  const identityOf = async (claims: Claims): Promise<Identity> => {
    const expiresAt = msOf(claims.exp)
    switch (claims.type) {
      case 'USER':
        return identifyUser(claims)
      case 'ENGINE': {
        const { id, projectId, platform } = claims
        return { principal: { type: 'ENGINE', id, projectId, platformId: platform.id }, expiresAt }
      }
      case 'WORKER':
        return { principal: { type: 'WORKER', id: claims.id }, expiresAt }
    }
  }

  const look = async (token: string, hash: string): Promise<Identity> => {
    if (token.startsWith(API_KEY_PREFIX)) {
      const key = await selectKey(db, hash)
      if (!key) throw new AppError('AUTHENTICATION', { message: 'the API key is not valid' })
      return { principal: { type: 'SERVICE', ...key }, expiresAt: NEVER }
    }
    if (token.startsWith(PROJECT_KEY_PREFIX)) {
      const key = await selectProjectKey(db, hash)
      if (!key) throw new AppError('AUTHENTICATION', { message: 'the API key is not valid' })
      return { principal: projectKeyPrincipal(key), expiresAt: NEVER }
    }
    if (token.startsWith(PERSONAL_TOKEN_PREFIX)) {
      const found = await selectPersonalToken(db, hash)
      const expiresAt = found ? Date.parse(found.expiresAt) : 0
      if (!found || expiresAt <= Date.now())
        throw new AppError('AUTHENTICATION', { message: 'the personal token is not valid' })
      return { principal: personalPrincipal(found), expiresAt }
    }
    return identityOf(await tokens.verify(token))
  }

  const isDue = (used: string, now: number): boolean => {
    if (now - (lastUse.get(used) ?? 0) <= USE_RECORDED_EVERY_MS) return false
    lastUse.set(used, now)
    return true
  }

  const recordUse = async (principal: Principal): Promise<void> => {
    const { type, id } = principal
    const touch = TOUCH[type]
    if (!touch) return
    const { sessionId, limits } = type === 'USER' ? principal : {}
    const now = Date.now()
    if (isDue(id, now)) await touch(db, id, new Date(now))
    if (sessionId !== undefined && isDue(sessionId, now)) await touchSession(db, sessionId, new Date(now))
    if (limits && isDue(limits.tokenId, now)) await touchPersonalToken(db, limits.tokenId, new Date(now))
  }

  const restrictedRole = async (
    { limits: _, ...person }: UserPrincipal,
    { projectIds, permissions }: TokenLimits,
    project: AccessProject,
  ): Promise<Role | undefined> => {
    if (projectIds && !projectIds.has(project.id)) return undefined
    const role = await roleIn(person, project)
    return role && restrict(role, permissions)
  }

  const roleIn = async (principal: PlatformPrincipal, project: AccessProject): Promise<Role | undefined> => {
    switch (principal.type) {
      case 'SERVICE':
        return 'Admin'
      case 'ENGINE':
        return principal.projectId === project.id ? 'Admin' : undefined
      case 'PROJECT_KEY':
        if (principal.projectId !== project.id) return undefined
        return principal.mayWrite ? 'Editor' : 'Viewer'
      case 'USER': {
        const { limits } = principal
        if (limits) return restrictedRole(principal, limits, project)
        const without = roleWithoutMembership(principal, project)
        if (without) return without
        const { id: userId } = principal
        const projectId = project.id
        const member = await members.get(`${projectId}/${userId}`, async () => {
          const permissions = await selectPermissions(db, projectId, userId)
          return permissions && { userId, projectId, role: new Set(permissions) }
        })
        return member?.role
      }
    }
  }

  return {
    async identify(authorization) {
      const token = bearerOf(authorization)
      // A secret is not kept where it need not be.
      const hash = hashApiKey(token)
      const known = await identities.get(hash, () => look(token, hash))
      // A token that is out of date by now is refused like one that was so when it came.
      const { principal } = known && known.expiresAt > Date.now() ? known : await look(token, hash)
      // When the disk is full, the time of use cannot be recorded, but reading still works.
      await recordUse(principal).catch(() => {})
      return principal
    },

    async enterProject(actor, projectId) {
      const project = await projects.get(projectId, () => selectProject(db, projectId))
      if (project?.platformId !== actor.platformId) throw notFound('project', projectId)
      const role = await roleIn(actor.principal, project)
      if (!role) throw notFound('project', projectId)
      return inProject(actor, projectId, role)
    },

    async asSystem(task, projectId) {
      const platformId = await selectPlatformOf(db, projectId)
      if (platformId === undefined) throw notFound('project', projectId)
      return systemActor(task, { projectId, platformId })
    },

    forget(change) {
      if (change.of === 'ANYBODY') return memories.forgetAll(true)
      memories.changed()
      const { id } = change
      if (change.of === 'PROJECT') {
        projects.forget((project) => project.id === id)
        members.forget(({ projectId }) => projectId === id)
        return
      }
      identities.forget(({ principal }) => principal.id === id)
      members.forget(({ userId }) => userId === id)
    },

    forgetAll: memories.forgetAll,
  }
}

const msOf = (seconds: number | undefined): number => (seconds ?? NEVER) * 1000

/** When a token of a person is void, in milliseconds since 1970; a time that is over when it is so already. */
function endOfToken(
  { sid, turn, iat, exp }: UserClaims,
  user: NonNullable<Awaited<ReturnType<typeof selectMember>>>,
  idleMs: number,
): number {
  if (sid === undefined) {
    const isBefore = user.signedOutAt !== null && (iat ?? 0) * 1000 < Date.parse(user.signedOutAt)
    return isBefore ? 0 : msOf(exp)
  }
  const { turnedAt, lastUsedAt, expiresAt } = user
  if (user.sessionId === null || turnedAt === null || lastUsedAt === null || expiresAt === null) return 0
  if (Date.parse(lastUsedAt) + idleMs <= Date.now()) return 0
  const end = Math.min(msOf(exp), Date.parse(expiresAt))
  if (turn === user.turn) return end
  // The one before: other tabs and requests on their way still have it.
  return turn === (user.turn ?? 0) - 1 ? Math.min(end, Date.parse(turnedAt) + TOKEN_OVERLAP_MS) : 0
}

function personalPrincipal(token: NonNullable<Awaited<ReturnType<typeof selectPersonalToken>>>): UserPrincipal {
  const { id: tokenId, userId, platformId, platformRole, projectIds, permissions } = token
  const limits = { tokenId, projectIds: projectIds && new Set(projectIds), permissions }
  return { type: 'USER', id: userId, platformId, platformRole, limits }
}

function projectKeyPrincipal({ scopes, ...place }: NonNullable<Awaited<ReturnType<typeof selectProjectKey>>>) {
  return { type: 'PROJECT_KEY' as const, ...place, mayWrite: scopes.includes('write') }
}

/** @throws AppError AUTHENTICATION */
function bearerOf(authorization: string | undefined): string {
  if (!authorization)
    throw new AppError('AUTHENTICATION', { message: 'an Authorization header with a bearer token is required' })
  const [scheme = '', token = ''] = authorization.split(/\s+/, 2)
  if (scheme.toLowerCase() === 'bearer' && token !== '') return token
  throw new AppError('AUTHENTICATION', { message: 'the Authorization header must be of the form "Bearer <token>"' })
}
