import type { Permission } from '@piecework/model/permission'
import type { Principal, PrincipalOf } from './principal.ts'
import { grants, type Role } from './roles.ts'

/** The server itself, at a task of its own. */
export interface SystemPrincipal {
  type: 'SYSTEM'
  /** The name of the task. */
  id: string
}

/**
 * The server itself at a task that goes over all platforms, such as taking away what was deleted everywhere. There is
 * no platform to keep to and nobody to ask for permission, so it is no actor; services that take it can be called by no
 * door, because a door has an actor or nobody.
 */
export const systemTask = (name: string): SystemPrincipal => ({ type: 'SYSTEM', id: name })

/** Principals that belong to a platform: all but separate workers. */
export type PlatformPrincipal = Exclude<Principal, PrincipalOf<'WORKER'>>

/**
 * Who acts, and where. Each door makes one; every method of a service that reads or changes something takes it first.
 * The policies decide what it may do.
 */
export interface Actor<P extends PlatformPrincipal | SystemPrincipal = PlatformPrincipal | SystemPrincipal> {
  readonly principal: P
  readonly platformId: string
  /** The person; null for programs. */
  readonly userId: string | null
  /** The address that the request came from; null for work that nobody asked for. */
  readonly ip: string | null
  /** Administers the platform. */
  readonly isAdmin: boolean
  /** Whether the role in the project has the permission; nobody has one outside of a project. */
  may(permission: Permission): boolean
}

/** An actor in a project that it may enter. */
export interface ProjectActor<P extends PlatformPrincipal | SystemPrincipal = PlatformPrincipal | SystemPrincipal>
  extends Actor<P> {
  readonly projectId: string
}

/** The project and platform in which rows are looked up. */
export type Place = Pick<ProjectActor, 'projectId' | 'platformId'>

/** Somebody on their platform, in none of its projects. */
export function actorOf<P extends PlatformPrincipal>(principal: P, ip: string | null): Actor<P> {
  return {
    principal,
    platformId: principal.platformId,
    userId: principal.type === 'USER' ? principal.id : null,
    ip,
    isAdmin: administers(principal),
    may: () => false,
  }
}

/** A token of an administrator administers nothing. */
const administers = (principal: PlatformPrincipal): boolean =>
  principal.type === 'SERVICE' ||
  (principal.type === 'USER' && principal.platformRole === 'ADMIN' && principal.limits === undefined)

/** Somebody in a project, with the role that they have there. */
export function inProject<P extends PlatformPrincipal>(
  actor: Actor<P>,
  projectId: string,
  role: Role,
): ProjectActor<P> {
  return { ...actor, projectId, may: (permission) => grants(role, permission) }
}

/** The server itself, in a project: upkeep and the like, which nobody asked for. It may do everything there. */
export function systemActor(task: string, { projectId, platformId }: Place): ProjectActor<SystemPrincipal> {
  return {
    principal: systemTask(task),
    platformId,
    projectId,
    userId: null,
    ip: null,
    isAdmin: true,
    may: () => true,
  }
}
