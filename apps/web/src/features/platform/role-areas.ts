import { completePermissions, type Permission } from '@piecework/model/permission'

export type Level = 'none' | 'read' | 'write'

/** The areas of a role, by what may be read and written of each. Permissions that no area has stay as they are. */
export const AREAS = {
  flows: { read: 'READ_FLOW', write: 'WRITE_FLOW' },
  publishing: { write: 'UPDATE_FLOW_STATUS' },
  runs: { read: 'READ_RUN', write: 'WRITE_RUN' },
  connections: { read: 'READ_APP_CONNECTION', write: 'WRITE_APP_CONNECTION' },
  folders: { read: 'READ_FOLDER', write: 'WRITE_FOLDER' },
  members: { read: 'READ_PROJECT_MEMBER', write: 'WRITE_PROJECT_MEMBER' },
  invitations: { read: 'READ_INVITATION', write: 'WRITE_INVITATION' },
  project: { read: 'READ_PROJECT', write: 'WRITE_PROJECT' },
} as const satisfies Record<string, { read?: Permission; write: Permission }>
export type Area = keyof typeof AREAS

export const AREA_NAMES = [
  'flows',
  'publishing',
  'runs',
  'connections',
  'folders',
  'members',
  'invitations',
  'project',
] as const satisfies readonly Area[]

const permissionsOf = (area: Area): { read?: Permission; write: Permission } => AREAS[area]

/** The levels that an area has; publishing can only be allowed or not. */
export const levelsOf = (area: Area): readonly Level[] =>
  permissionsOf(area).read ? ['none', 'read', 'write'] : ['none', 'write']

export function levelOf(permissions: readonly Permission[], area: Area): Level {
  const { read, write } = permissionsOf(area)
  if (permissions.includes(write)) return 'write'
  return read && permissions.includes(read) ? 'read' : 'none'
}

/**
 * The permissions with another level in one area. Who publishes flows must see them, so that they are read with it, and
 * not published without being read.
 */
export function withLevel(permissions: readonly Permission[], area: Area, level: Level): Permission[] {
  const { read, write } = permissionsOf(area)
  const others = permissions.filter((one) => one !== read && one !== write)
  const kept = area === 'flows' && level === 'none' ? others.filter((one) => one !== 'UPDATE_FLOW_STATUS') : others
  const added = [...(level !== 'none' && read ? [read] : []), ...(level === 'write' ? [write] : [])]
  return completePermissions([...kept, ...added])
}
