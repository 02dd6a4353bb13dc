import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { list, get, updateMe, update } = api.users

/** What may be done to a user of the platform. */
export const userPolicy = {
  list: { needs: list.permission },
  read: { needs: get.permission },
  edit: { needs: update.permission },
  /** A picture is that of who asks. */
  editOwn: { needs: updateMe.permission, principals: ['USER'] },
} as const satisfies Policy<object>
