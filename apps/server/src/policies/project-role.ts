import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

/** What may be done to the roles that members of projects have. */
export const projectRolePolicy = {
  read: { needs: api.projectRoles.list.permission },
} as const satisfies Policy<object>
