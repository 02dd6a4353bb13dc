import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

/** Rules for identity providers that keep people and projects by SCIM. */
export const scimPolicy = {
  read: { needs: api.scim.getUser.permission, principals: api.scim.getUser.principals },
  write: { needs: api.scim.replaceUser.permission, principals: api.scim.replaceUser.principals },
} as const satisfies Policy<object>
