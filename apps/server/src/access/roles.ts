import { Permission } from '@piecework/model/permission'
import type { UserPrincipal } from './principal.ts'

/** The roles that every platform has (docs/permissions.md). */
export type DefaultRole = 'Admin' | 'Editor' | 'Operator' | 'Viewer'
/** A default role by name, or the permissions of a role of the platform's own. */
export type Role = DefaultRole | ReadonlySet<Permission>

const VIEWER: readonly Permission[] = [
  'READ_APP_CONNECTION',
  'READ_FLOW',
  'READ_PROJECT_MEMBER',
  'READ_INVITATION',
  'READ_PROJECT',
  'READ_RUN',
  'READ_FOLDER',
  'READ_TABLE',
  'READ_MCP',
  'READ_KNOWLEDGE_BASE',
]

/** Members, the project itself, alerts and git are for administrators of the project alone. */
const ADMINS_ONLY: ReadonlySet<Permission> = new Set([
  'WRITE_PROJECT_MEMBER',
  'WRITE_INVITATION',
  'READ_ALERT',
  'WRITE_ALERT',
  'WRITE_PROJECT',
  'READ_PROJECT_RELEASE',
  'WRITE_PROJECT_RELEASE',
])

export const DEFAULT_ROLES: Readonly<Record<DefaultRole, readonly Permission[]>> = {
  Admin: Permission.options,
  Editor: Permission.options.filter((permission) => !ADMINS_ONLY.has(permission)),
  // Runs what others build: may publish, switch, retry and reconnect, but not edit.
  Operator: [...VIEWER, 'UPDATE_FLOW_STATUS', 'WRITE_RUN', 'WRITE_APP_CONNECTION'],
  Viewer: VIEWER,
}

const SETS: Readonly<Record<DefaultRole, ReadonlySet<Permission>>> = {
  Admin: new Set(DEFAULT_ROLES.Admin),
  Editor: new Set(DEFAULT_ROLES.Editor),
  Operator: new Set(DEFAULT_ROLES.Operator),
  Viewer: new Set(DEFAULT_ROLES.Viewer),
}

export function grants(role: Role, permission: Permission): boolean {
  return (typeof role === 'string' ? SETS[role] : role).has(permission)
}

/** As much of a role as the permissions allow. */
export const restrict = (role: Role, permissions: readonly Permission[]): Role =>
  new Set(permissions.filter((permission) => grants(role, permission)))

/** The role of people who need not be members of a project. */
export function roleWithoutMembership(
  { id, platformRole }: Pick<UserPrincipal, 'id' | 'platformRole'>,
  { ownerId }: { ownerId: string },
): DefaultRole | undefined {
  if (id === ownerId || platformRole === 'ADMIN') return 'Admin'
  return platformRole === 'OPERATOR' ? 'Editor' : undefined
}
