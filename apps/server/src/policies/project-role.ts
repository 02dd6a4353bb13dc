import { api } from '@piecework/api/index'
import { AppError } from '@piecework/model/errors'
import type { Policy } from './policy.ts'

interface Role {
  name: string
  type: 'DEFAULT' | 'CUSTOM'
}

const { list, members, create, update, remove } = api.projectRoles

const refusal = ({ name, type }: Role) =>
  type === 'CUSTOM'
    ? undefined
    : new AppError('VALIDATION', { message: `${name} is a role of every platform and stays as it is` })

/** The permissions that actions on the roles that members of projects have need. */
export const projectRolePolicy = {
  read: { needs: list.permission },
  create: { needs: create.permission },
  edit: { needs: update.permission, refusal },
  delete: { needs: remove.permission, refusal },
} as const satisfies Policy<Role>

/** Who has a role, in all projects of the platform. */
export const seeHolders = { needs: members.permission }
