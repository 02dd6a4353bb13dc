import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { create, list, remove } = api.personalTokens

/** Personal tokens are those of who asks. */
export const personalTokenPolicy = {
  read: { needs: list.permission, principals: list.principals },
  create: { needs: create.permission, principals: create.principals },
  delete: { needs: remove.permission, principals: remove.principals },
} as const satisfies Policy<object>
