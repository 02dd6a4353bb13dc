import { createHash } from 'node:crypto'
import { AppError, notFound } from '@piecework/model/errors'
import { LRUCache } from 'lru-cache'
import type { Db } from '../database/open.ts'
import {
  actorOf,
  inProject,
  type PlatformPrincipal,
  type ProjectActor,
  type SystemPrincipal,
  systemActor,
} from './actor.ts'
import type { AccessChange } from './change.ts'
import { createMemories } from './memory.ts'
import type { Principal, UserPrincipal } from './principal.ts'
import type { Role } from './roles.ts'
import {
  type AccessProject,
  selectKey,
  selectMember,
  selectPermissions,
  selectPlatformOf,
  selectProject,
  touchKey,
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
   * The principal in the project, if it may enter it.
   * @throws AppError ENTITY_NOT_FOUND when there is none, or none that the principal has a role in: nobody learns of
   *   projects that are not theirs.
   */
  enterProject<P extends PlatformPrincipal>(principal: P, projectId: string): Promise<ProjectActor<P>>
  /** The server itself at a task, in a project, be that deleted. @throws AppError ENTITY_NOT_FOUND */
  asSystem(task: string, projectId: string): Promise<ProjectActor<SystemPrincipal>>
  /** Forgets what is remembered of somebody whose rights have changed. */
  forget(change: AccessChange): void
  /** Changes may have been missed. `hears`: no more of them will be. */
  forgetAll(hears: boolean): void
}

/** What a token stands for. */
interface Identity {
  principal: Principal
  /** When the token is out of date, in milliseconds since 1970. */
  expiresAt: number
}

const API_KEY_PREFIX = 'sk-'
// Writing the time of every use would cost a commit per request.
const USE_RECORDED_EVERY_MS = 60_000
/** Of tokens, projects and roles each: some hundred bytes an entry. */
const MAX_REMEMBERED = 10_000

export function hashApiKey(value: string): string {
  return createHash('sha256').update(value).digest('hex')
}

/**
 * What is found is remembered, so that a request by a known token costs no query; `forget` is called when it changes.
 */
export function createAccess({ db, tokens }: { db: Db; tokens: Tokens }): Access {
  const memories = createMemories()
  const identities = memories.of<Identity>(MAX_REMEMBERED)
  const projects = memories.of<AccessProject>(MAX_REMEMBERED)
  const members = memories.of<{ userId: string; projectId: string; role: Role }>(MAX_REMEMBERED)
  const lastUse = new LRUCache<string, number>({ max: MAX_REMEMBERED })

  const identifyUser = async (claims: UserClaims): Promise<UserPrincipal> => {
    const user = await selectMember(db, claims.id)
    const valid =
      user !== undefined &&
      user.platformId === claims.platform.id &&
      user.status === 'ACTIVE' &&
      user.verified &&
      (user.tokenVersion ?? null) === (claims.tokenVersion ?? null)
    if (!valid) throw new AppError('SESSION_EXPIRED', { message: 'the session has ended: sign in again' })
    return { type: 'USER', id: user.id, platformId: claims.platform.id, platformRole: user.platformRole }
  }

  const principalOf = async (claims: Claims): Promise<Principal> => {
    switch (claims.type) {
      case 'USER':
        return identifyUser(claims)
      case 'ENGINE':
        return { type: 'ENGINE', id: claims.id, projectId: claims.projectId, platformId: claims.platform.id }
      case 'WORKER':
        return { type: 'WORKER', id: claims.id }
    }
  }

  const look = async (token: string, hash: string): Promise<Identity> => {
    if (token.startsWith(API_KEY_PREFIX)) {
      const key = await selectKey(db, hash)
      if (!key) throw new AppError('AUTHENTICATION', { message: 'the API key is not valid' })
      return { principal: { type: 'SERVICE', ...key }, expiresAt: Number.POSITIVE_INFINITY }
    }
    const claims = await tokens.verify(token)
    return { principal: await principalOf(claims), expiresAt: (claims.exp ?? Number.POSITIVE_INFINITY) * 1000 }
  }

  const recordUse = async (keyId: string): Promise<void> => {
    const now = Date.now()
    if (now - (lastUse.get(keyId) ?? 0) <= USE_RECORDED_EVERY_MS) return
    lastUse.set(keyId, now)
    await touchKey(db, keyId, new Date(now))
  }

  const roleIn = async (principal: PlatformPrincipal, project: AccessProject): Promise<Role | undefined> => {
    switch (principal.type) {
      case 'SERVICE':
        return 'Admin'
      case 'ENGINE':
        return principal.projectId === project.id ? 'Admin' : undefined
      case 'USER': {
        const { id: userId, platformRole } = principal
        if (userId === project.ownerId || platformRole === 'ADMIN') return 'Admin'
        if (platformRole === 'OPERATOR') return 'Editor'
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
      if (principal.type === 'SERVICE') await recordUse(principal.id)
      return principal
    },

    async enterProject(principal, projectId) {
      const project = await projects.get(projectId, () => selectProject(db, projectId))
      if (project?.platformId !== principal.platformId) throw notFound('project', projectId)
      const role = await roleIn(principal, project)
      if (!role) throw notFound('project', projectId)
      return inProject(actorOf(principal), projectId, role)
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

/** @throws AppError AUTHENTICATION */
function bearerOf(authorization: string | undefined): string {
  if (!authorization)
    throw new AppError('AUTHENTICATION', { message: 'an Authorization header with a bearer token is required' })
  const [scheme = '', token = ''] = authorization.split(/\s+/, 2)
  if (scheme.toLowerCase() === 'bearer' && token !== '') return token
  throw new AppError('AUTHENTICATION', { message: 'the Authorization header must be of the form "Bearer <token>"' })
}
