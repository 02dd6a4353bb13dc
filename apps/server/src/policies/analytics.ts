import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

/** Rules for counts over all projects that somebody may enter. */
export const analyticsPolicy = {
  read: { needs: api.analytics.report.permission, principals: api.analytics.report.principals },
} as const satisfies Policy<object>
