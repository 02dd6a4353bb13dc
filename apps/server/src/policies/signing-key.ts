import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { create, list, remove } = api.signingKeys

/** The permissions that actions on a signing key need. Only people may use them. */
export const signingKeyPolicy = {
  read: { needs: list.permission, principals: list.principals },
  create: { needs: create.permission, principals: create.principals },
  delete: { needs: remove.permission, principals: remove.principals },
} as const satisfies Policy<object>
