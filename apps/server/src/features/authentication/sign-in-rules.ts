import { AppError } from '@piecework/model/errors'
import type { PlatformRow } from '../platforms/store.ts'

type Rules = Pick<PlatformRow, 'emailAuthEnabled' | 'enforceAllowedAuthDomains' | 'allowedAuthDomains'>

/** Why a platform does not let this address sign up or sign in with a password; undefined when it does. */
export function refusalOf(platform: Rules, email: string): AppError | undefined {
  if (!platform.emailAuthEnabled) {
    return new AppError('EMAIL_AUTH_DISABLED', { message: 'this platform does not allow sign-in with a password' })
  }
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase()
  const allowed = platform.allowedAuthDomains.map((one) => one.toLowerCase())
  if (!platform.enforceAllowedAuthDomains || allowed.includes(domain)) return undefined
  return new AppError('DOMAIN_NOT_ALLOWED', { domain, message: `addresses at ${domain} may not sign in here` })
}
