import { Permission } from '@piecework/model/permission'

/** The roles that every platform has (spec: facts/rest-api.md, Permissions and default roles). */
export type DefaultRole = 'Admin' | 'Editor' | 'Viewer'
/** A default role by name, or the permissions of a role of the platform's own. */
export type Role = DefaultRole | ReadonlySet<Permission>

const NOT_FOR_EDITORS: ReadonlySet<Permission> = new Set([
  'WRITE_PROJECT_MEMBER',
  'WRITE_INVITATION',
  'READ_ALERT',
  'WRITE_ALERT',
  'WRITE_PROJECT',
])

export const DEFAULT_ROLES: Readonly<Record<DefaultRole, readonly Permission[]>> = {
  Admin: Permission.options,
  Editor: Permission.options.filter((permission) => !NOT_FOR_EDITORS.has(permission)),
  Viewer: [
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
  ],
}

const SETS: Readonly<Record<DefaultRole, ReadonlySet<Permission>>> = {
  Admin: new Set(DEFAULT_ROLES.Admin),
  Editor: new Set(DEFAULT_ROLES.Editor),
  Viewer: new Set(DEFAULT_ROLES.Viewer),
}

export function grants(role: Role, permission: Permission): boolean {
  return (typeof role === 'string' ? SETS[role] : role).has(permission)
}
