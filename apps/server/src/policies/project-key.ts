import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { create, list, remove } = api.projectKeys

/** The permissions that actions on a key of a project need. No such key may use them. */
export const projectKeyPolicy = {
  read: { needs: list.permission, principals: list.principals },
  create: { needs: create.permission, principals: create.principals },
  delete: { needs: remove.permission, principals: remove.principals },
} as const satisfies Policy<object>
