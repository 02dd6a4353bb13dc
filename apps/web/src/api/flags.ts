import type { Api, RequestOf } from '@piecework/sdk'
import { queryOptions } from '@tanstack/react-query'
import { askedPlatform } from './asked-platform.ts'
import { client } from './client.ts'
import { type Brand, themeBrand } from './theme-brand.ts'

export interface Flags {
  /** The platform that the address of the sign-in page names; undefined for the first one. */
  platformId: string | undefined
  /** Somebody has signed up, so that this server has a platform. */
  hasPlatform: boolean
  emailSignIn: boolean
  /** Other services by which people sign in. */
  providers: Provider[]
  /** Invitations and one-time codes go out by mail; else links are handed over. */
  sendsMail: boolean
  version: string
  name: string
  /** The look of the pages before somebody has signed in. */
  brand: Brand
  /** The address of webhooks, without the id of the flow. */
  webhookPrefix: string
  /** The address to which services send people back when they connect. */
  redirectUrl: string
  /** The address to which a SAML identity provider sends its answers. */
  samlAcsUrl: string
  /** The address at which an identity provider adds people and takes them away. */
  scimUrl: string
}

export type Provider = RequestOf<Api['sso']['login']>['query']['providerName']
export const PROVIDERS: readonly Provider[] = ['google', 'github', 'oidc', 'saml']

/** The facts about the server that anybody may read. */
export const flagsQuery = queryOptions({
  queryKey: ['flags'],
  staleTime: 60_000,
  queryFn: async ({ signal }): Promise<Flags> => {
    const platformId = askedPlatform()
    const flags = await client.flags.list({ query: platformId === undefined ? {} : { platformId }, signal })
    const providers = flags.THIRD_PARTY_AUTH_PROVIDERS_TO_SHOW_MAP as Partial<Record<Provider, unknown>> | undefined
    const samlAcsUrl = String(flags.SAML_AUTH_ACS_URL ?? `${location.origin}/api/v1/authn/saml/acs`)
    const brand = themeBrand(flags.THEME)
    return {
      platformId: typeof flags.PLATFORM_ID === 'string' ? flags.PLATFORM_ID : undefined,
      hasPlatform: flags.USER_CREATED === true,
      sendsMail: flags.SMTP_CONFIGURED === true,
      providers: PROVIDERS.filter((name) => providers?.[name] === true),
      emailSignIn: flags.EMAIL_AUTH_ENABLED !== false,
      version: String(flags.CURRENT_VERSION ?? ''),
      webhookPrefix: String(flags.WEBHOOK_URL_PREFIX ?? ''),
      redirectUrl: String(flags.THIRD_PARTY_AUTH_PROVIDER_REDIRECT_URL ?? `${location.origin}/redirect`),
      samlAcsUrl,
      scimUrl: samlAcsUrl.replace(/authn\/saml\/acs$/, 'scim/v2'),
      name: brand.name,
      brand,
    }
  },
})
