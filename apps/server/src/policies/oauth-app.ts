import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { list, upsert, remove } = api.oauthApps

/** The permissions that actions on an OAuth2 app of the platform need. */
export const oauthAppPolicy = {
  read: { needs: list.permission },
  create: { needs: upsert.permission },
  delete: { needs: remove.permission },
} as const satisfies Policy<object>
