import { AppError } from '@piecework/model/errors'
import { providerNames } from '../platforms/auth-providers.ts'
import type { PlatformRow } from '../platforms/store.ts'

type Rules = Pick<
  PlatformRow,
  | 'emailAuthEnabled'
  | 'enforceAllowedAuthDomains'
  | 'allowedAuthDomains'
  | 'ssoDomain'
  | 'ssoDomainVerification'
  | 'federatedAuthProviders'
>

export const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1).toLowerCase()

/** Whether people with the address sign in by single sign-on: the domain is proved, and there is a provider. */
export function isForSso(platform: Rules, email: string): boolean {
  const isProved = platform.ssoDomainVerification?.status === 'VERIFIED' && platform.ssoDomain === domainOf(email)
  return isProved && providerNames(platform.federatedAuthProviders).length > 0
}

/**
 * Why a platform does not let this address sign up or sign in with a password; undefined when it does. The owner always
 * may, so that a provider that is broken or set up wrongly locks nobody out for good.
 */
export function refusalOf(platform: Rules, email: string, isOwner = false): AppError | undefined {
  if (!isOwner && !platform.emailAuthEnabled) {
    return new AppError('EMAIL_AUTH_DISABLED', { message: 'this platform does not allow sign-in with a password' })
  }
  if (!isOwner && isForSso(platform, email)) {
    const message = `people at ${domainOf(email)} sign in by single sign-on`
    return new AppError('EMAIL_AUTH_DISABLED', { message })
  }
  return domainRefusalOf(platform, email)
}

/** Why addresses of this domain are not let in, by whatever way. */
export function domainRefusalOf(
  platform: Pick<Rules, 'enforceAllowedAuthDomains' | 'allowedAuthDomains'>,
  email: string,
): AppError | undefined {
  const domain = domainOf(email)
  const allowed = platform.allowedAuthDomains.map((one) => one.toLowerCase())
  if (!platform.enforceAllowedAuthDomains || allowed.includes(domain)) return undefined
  return new AppError('DOMAIN_NOT_ALLOWED', { domain, message: `addresses at ${domain} may not sign in here` })
}

/** The refusal of somebody without an invitation; it says nothing of the reason. */
export const invitationOnly = (): AppError =>
  new AppError('INVITATION_ONLY_SIGN_UP', {
    message: 'signing up needs an invitation: ask an administrator of the platform',
  })
