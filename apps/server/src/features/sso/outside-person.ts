import type { ProviderName } from '@piecework/api/sso'

/** Somebody as another service says who they are. */
export interface OutsidePerson {
  platformId: string
  provider: ProviderName
  /** Who says so. */
  issuer: string
  /** The id of the person there, which never goes to anybody else. */
  subject: string
  email: string
  /** The other service has made sure that the address is theirs. */
  isEmailVerified: boolean
  firstName: string
  lastName: string
}
