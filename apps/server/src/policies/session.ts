import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { list, end, endOthers, refresh } = api.sessions

/** Sessions are those of who asks. */
export const sessionPolicy = {
  read: { needs: list.permission, principals: list.principals },
  end: { needs: end.permission, principals: end.principals },
  endOthers: { needs: endOthers.permission, principals: endOthers.principals },
  refresh: { needs: refresh.permission, principals: refresh.principals },
} as const satisfies Policy<object>
