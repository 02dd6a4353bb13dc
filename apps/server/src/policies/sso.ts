import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { beginTest, endTest, setDomain, verifyDomain, link, links, unlink } = api.sso

/** Rules for single sign-on. */
export const ssoPolicy = {
  beginTest: { needs: beginTest.permission, principals: beginTest.principals },
  endTest: { needs: endTest.permission, principals: endTest.principals },
  setDomain: { needs: setDomain.permission },
  verifyDomain: { needs: verifyDomain.permission },
  link: { needs: link.permission, principals: link.principals },
  links: { needs: links.permission, principals: links.principals },
  unlink: { needs: unlink.permission, principals: unlink.principals },
} as const satisfies Policy<object>
