import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { create, list, remove } = api.apiKeys

/** The permissions that actions on an API key need. No API key may use them. */
export const apiKeyPolicy = {
  read: { needs: list.permission, principals: list.principals },
  create: { needs: create.permission, principals: create.principals },
  delete: { needs: remove.permission, principals: remove.principals },
} as const satisfies Policy<object>
