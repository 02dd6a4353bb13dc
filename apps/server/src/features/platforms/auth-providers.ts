import { type FederatedAuthProviders, ProviderName } from '@piecework/api/sso'
import { AppError } from '@piecework/model/errors'
import { z } from 'zod'
import { readableMap } from '../../database/readable.ts'
import { Encrypted, type Encryption } from '../../encryption.ts'
import type { SamlProvider } from './saml-metadata.ts'

/** A provider with its secret, ready to speak to. */
export interface OidcProvider {
  name: Exclude<ProviderName, 'saml'>
  clientId: string
  clientSecret: string
  issuer: string
}

const ISSUERS = { google: 'https://accounts.google.com', github: 'https://github.com', oidc: undefined } as const

const Stored = z.object({
  clientId: z.string(),
  clientSecret: Encrypted,
  issuer: z.string().optional(),
  url: z.string().optional(),
})

/**
 * The providers of a platform after a change, with encrypted secrets.
 * @throws AppError VALIDATION for one over http://, unless it is allowed
 */
export function changeProviders(
  known: Readonly<Record<string, unknown>>,
  given: FederatedAuthProviders,
  { encryption, allowsHttp, saml }: { encryption: Encryption; allowsHttp: boolean; saml?: SamlProvider | undefined },
): Record<string, unknown> {
  const changed: Record<string, unknown> = { ...known }
  for (const [name, provider] of Object.entries(given)) {
    if (provider === undefined) continue
    if (provider === null) {
      delete changed[name]
      continue
    }
    if ('idpMetadata' in provider) {
      if (saml) changed[name] = saml
      continue
    }
    const { clientSecret, ...shown } = provider
    const url = 'issuer' in shown ? shown.issuer : 'url' in shown ? shown.url : undefined
    if (url !== undefined && !allowsHttp && new URL(url).protocol === 'http:')
      throw new AppError('VALIDATION', {
        field: name,
        message: `federatedAuthProviders.${name}: the URL must begin with https://`,
      })
    changed[name] = { ...shown, clientSecret: encryption.encrypt(clientSecret) }
  }
  return changed
}

/** @returns undefined where the platform has no such provider */
export function openProvider(
  providers: Readonly<Record<string, unknown>>,
  name: OidcProvider['name'],
  encryption: Encryption,
): OidcProvider | undefined {
  const stored = Stored.safeParse(providers[name])
  if (!stored.success) return undefined
  const { clientId, clientSecret, issuer, url } = stored.data
  const address = issuer ?? url?.replace(/\/$/, '') ?? ISSUERS[name]
  if (address === undefined) return undefined
  return { name, clientId, clientSecret: z.string().parse(encryption.decrypt(clientSecret)), issuer: address }
}

/** The names of those that are set. */
export function providerNames(providers: unknown): ProviderName[] {
  const known = readableMap(providers) ?? {}
  return ProviderName.options.filter((name) => known[name] != null)
}
