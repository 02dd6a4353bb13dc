import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { get, create, update, remove } = api.folders

/** The permissions that actions on a folder of flows need. */
export const folderPolicy = {
  read: { needs: get.permission },
  create: { needs: create.permission },
  edit: { needs: update.permission },
  delete: { needs: remove.permission },
} as const satisfies Policy<object>
