import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { list, upsert, remove } = api.oauthApps

/** What may be done to an OAuth2 app of the platform. */
export const oauthAppPolicy = {
  read: { needs: list.permission },
  create: { needs: upsert.permission },
  delete: { needs: remove.permission },
} as const satisfies Policy<object>
