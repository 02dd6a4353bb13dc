import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { list, update } = api.issues

/** Rules for groups of failures. */
export const issuePolicy = {
  read: { needs: list.permission },
  edit: { needs: update.permission },
} as const satisfies Policy<object>
