import { api } from '@piecework/api/index'
import { AppError } from '@piecework/model/errors'
import type { Permission } from '@piecework/model/permission'
import type { Actor } from '../access/actor.ts'
import type { Policy } from './policy.ts'

const { list, add, update, remove } = api.projectMembers

/** The permissions that actions on the members of a project need. */
export const projectMemberPolicy = {
  read: { needs: list.permission },
  add: { needs: add.permission },
  edit: { needs: update.permission },
  remove: { needs: remove.permission },
} as const satisfies Policy<object>

/**
 * Nobody gives, changes or takes away a role that may do more than their own.
 * @throws AppError PERMISSION_DENIED
 */
export function requireNoMore(
  actor: Actor,
  { name, permissions }: { name: string; permissions: readonly Permission[] },
) {
  const permission = permissions.find((one) => !actor.may(one))
  if (permission === undefined) return
  throw new AppError('PERMISSION_DENIED', {
    userId: actor.principal.id,
    projectId: 'projectId' in actor ? actor.projectId : null,
    permission,
    message: `the role ${name} may do more than your own role`,
  })
}
