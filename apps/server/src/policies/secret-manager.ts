import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { list, create, update, remove, clearCache } = api.secretManagers

/** Rules for secret managers of the platform. */
export const secretManagerPolicy = {
  read: { needs: list.permission },
  create: { needs: create.permission },
  edit: { needs: update.permission },
  delete: { needs: remove.permission },
  clearCache: { needs: clearCache.permission },
} as const satisfies Policy<object>
