import { z } from 'zod'

/** The permissions of roles. */
export const Permission = z.enum([
  'READ_APP_CONNECTION',
  'WRITE_APP_CONNECTION',
  'READ_FLOW',
  'WRITE_FLOW',
  'UPDATE_FLOW_STATUS',
  'READ_INVITATION',
  'WRITE_INVITATION',
  'READ_PROJECT_MEMBER',
  'WRITE_PROJECT_MEMBER',
  'READ_PROJECT_RELEASE',
  'WRITE_PROJECT_RELEASE',
  'READ_RUN',
  'WRITE_RUN',
  'READ_FOLDER',
  'WRITE_FOLDER',
  'READ_ALERT',
  'WRITE_ALERT',
  'READ_MCP',
  'WRITE_MCP',
  'READ_PROJECT',
  'WRITE_PROJECT',
  'READ_TABLE',
  'WRITE_TABLE',
  'READ_KNOWLEDGE_BASE',
  'WRITE_KNOWLEDGE_BASE',
])
export type Permission = z.infer<typeof Permission>

/** Permissions that are of no use without another one. */
const NEEDED: Partial<Record<Permission, Permission>> = Object.fromEntries([
  ['UPDATE_FLOW_STATUS', 'READ_FLOW'],
  ...Permission.options
    .filter((name) => name.startsWith('WRITE_'))
    .map((name) => [name, name.replace('WRITE', 'READ')]),
])

/** The permissions, each once, with those that they need: who changes something is shown it, too. */
export function completePermissions(permissions: readonly Permission[]): Permission[] {
  const complete = new Set(permissions.flatMap((permission) => [permission, NEEDED[permission] ?? permission]))
  return Permission.options.filter((permission) => complete.has(permission))
}
