import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

/** The permission to read the audit log, which nobody can change. */
export const auditEventPolicy = {
  read: { needs: api.auditEvents.list.permission },
} as const satisfies Policy<object>
