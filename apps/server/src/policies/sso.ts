import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { setDomain, verifyDomain, link } = api.sso

/** Rules for single sign-on. */
export const ssoPolicy = {
  setDomain: { needs: setDomain.permission },
  verifyDomain: { needs: verifyDomain.permission },
  link: { needs: link.permission, principals: link.principals },
} as const satisfies Policy<object>
