import { createHash } from 'node:crypto'
import { AppError, notFound } from '@piecework/model/errors'
import type { Permission } from '@piecework/model/permission'
import type { Db } from '../database/open.ts'
import type { Principal } from './principal.ts'
import { grants, type Role } from './roles.ts'
import type { Tokens, UserClaims } from './tokens.ts'

/** A project that the principal may enter, and what it may do there. */
export interface ProjectAccess {
  id: string
  platformId: string
  may(permission: Permission): boolean
}

/** The one place that decides who somebody is and what they may touch. */
export interface Access {
  /**
   * Who the value of an Authorization header stands for.
   * @throws AppError AUTHENTICATION without a usable header, INVALID_BEARER_TOKEN, SESSION_EXPIRED.
   */
  identify(authorization: string | undefined): Promise<Principal>
  /**
   * The project, if the principal may enter it.
   * @throws AppError ENTITY_NOT_FOUND when there is none, or none that the principal has a role in: nobody learns of
   *   projects that are not theirs.
   */
  enterProject(principal: Principal, projectId: string): Promise<ProjectAccess>
  /** @throws AppError PERMISSION_DENIED */
  requirePermission(principal: Principal, project: ProjectAccess, permission: Permission): void
  /** @throws AppError AUTHORIZATION unless the principal administers its platform. */
  requirePlatformAdmin(principal: Principal): void
}

const API_KEY_PREFIX = 'sk-'
// Writing the time of every use would cost a commit per request.
const USE_RECORDED_EVERY_MS = 60_000

export function hashApiKey(value: string): string {
  return createHash('sha256').update(value).digest('hex')
}

export function createAccess({ db, tokens }: { db: Db; tokens: Tokens }): Access {
  const lastUse = new Map<string, number>()

  return {
    async identify(authorization) {
      if (!authorization)
        throw new AppError('AUTHENTICATION', { message: 'an Authorization header with a bearer token is required' })
      const [scheme = '', token = ''] = authorization.split(/\s+/, 2)
      if (scheme.toLowerCase() !== 'bearer' || token === '') {
        throw new AppError('AUTHENTICATION', {
          message: 'the Authorization header must be of the form "Bearer <token>"',
        })
      }
      if (token.startsWith(API_KEY_PREFIX)) return identifyKey(token)
      const claims = await tokens.verify(token)
      switch (claims.type) {
        case 'USER':
          return identifyUser(claims)
        case 'ENGINE':
          return { type: 'ENGINE', id: claims.id, projectId: claims.projectId, platformId: claims.platform.id }
        case 'WORKER':
          return { type: 'WORKER', id: claims.id }
      }
    },

    async enterProject(principal, projectId) {
      const project = await db
        .selectFrom('project')
        .select(['id', 'platformId', 'ownerId'])
        .where('id', '=', projectId)
        .where('deleted', 'is', null)
        .executeTakeFirst()
      if (!project || !('platformId' in principal) || project.platformId !== principal.platformId) {
        throw notFound('project', projectId)
      }
      const role = await roleIn(principal, project)
      if (!role) throw notFound('project', projectId)
      return { id: project.id, platformId: project.platformId, may: (permission) => grants(role, permission) }
    },

    requirePermission(principal, project, permission) {
      if (project.may(permission)) return
      throw new AppError('PERMISSION_DENIED', {
        userId: principal.id,
        projectId: project.id,
        permission,
        message: `the permission ${permission} is required`,
      })
    },

    requirePlatformAdmin(principal) {
      if (principal.type === 'SERVICE') return
      if (principal.type === 'USER' && principal.platformRole === 'ADMIN') return
      throw new AppError('AUTHORIZATION', { message: 'only administrators of the platform may do this' })
    },
  }

  async function identifyUser(claims: UserClaims): Promise<Principal> {
    const user = await db
      .selectFrom('user')
      .innerJoin('user_identity', 'user_identity.id', 'user.identityId')
      .select([
        'user.id',
        'user.platformId',
        'user.platformRole',
        'user.status',
        'user_identity.tokenVersion',
        'user_identity.verified',
      ])
      .where('user.id', '=', claims.id)
      .executeTakeFirst()
    const valid =
      user !== undefined &&
      user.platformId === claims.platform.id &&
      user.status === 'ACTIVE' &&
      user.verified &&
      (user.tokenVersion ?? null) === (claims.tokenVersion ?? null)
    if (!valid) throw new AppError('SESSION_EXPIRED', { message: 'the session has ended: sign in again' })
    return { type: 'USER', id: user.id, platformId: claims.platform.id, platformRole: user.platformRole }
  }

  async function identifyKey(value: string): Promise<Principal> {
    const key = await db
      .selectFrom('api_key')
      .select(['id', 'platformId'])
      .where('hashedValue', '=', hashApiKey(value))
      .executeTakeFirst()
    if (!key) throw new AppError('AUTHENTICATION', { message: 'the API key is not valid' })
    const now = Date.now()
    if (now - (lastUse.get(key.id) ?? 0) > USE_RECORDED_EVERY_MS) {
      lastUse.set(key.id, now)
      await db
        .updateTable('api_key')
        .set({ lastUsedAt: new Date(now) })
        .where('id', '=', key.id)
        .execute()
    }
    return { type: 'SERVICE', id: key.id, platformId: key.platformId }
  }

  async function roleIn(principal: Principal, project: { id: string; ownerId: string }): Promise<Role | undefined> {
    switch (principal.type) {
      case 'SERVICE':
        return 'Admin'
      case 'ENGINE':
        return principal.projectId === project.id ? 'Admin' : undefined
      case 'WORKER':
        return undefined
      case 'USER': {
        if (principal.id === project.ownerId || principal.platformRole === 'ADMIN') return 'Admin'
        if (principal.platformRole === 'OPERATOR') return 'Editor'
        const member = await db
          .selectFrom('project_member')
          .innerJoin('project_role', 'project_role.id', 'project_member.projectRoleId')
          .select('project_role.permissions')
          .where('project_member.projectId', '=', project.id)
          .where('project_member.userId', '=', principal.id)
          .executeTakeFirst()
        return member ? new Set(member.permissions) : undefined
      }
    }
  }
}
