import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { list, get, updateMe, update, remove } = api.users

/** The permissions that actions on a user of the platform need. */
export const userPolicy = {
  list: { needs: list.permission },
  read: { needs: get.permission },
  edit: { needs: update.permission },
  remove: { needs: remove.permission },
  showCode: { needs: api.oneTimeCodes.show.permission, principals: api.oneTimeCodes.show.principals },
  /** A picture is that of who asks. */
  editOwn: { needs: updateMe.permission, principals: ['USER'] },
} as const satisfies Policy<object>
