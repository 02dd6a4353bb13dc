import type { Platform, PlatformBody } from '../../../api/platform.ts'

type Providers = NonNullable<PlatformBody['federatedAuthProviders']>
export type ProviderName = keyof Providers

export const PROVIDERS = ['oidc', 'saml', 'google', 'github'] as const satisfies readonly ProviderName[]

interface ProviderField {
  name: 'issuer' | 'clientId' | 'clientSecret' | 'displayName' | 'url' | 'idpMetadata' | 'idpCertificate' | Attribute
  shape?: 'secret' | 'text'
  isOptional?: true
  example?: string
}
type Attribute = 'email' | 'firstName' | 'lastName'
export type ProviderValues = Record<ProviderField['name'], string>

const CLIENT: readonly ProviderField[] = [{ name: 'clientId' }, { name: 'clientSecret', shape: 'secret' }]

/** The values that each kind of provider asks for. */
export const PROVIDER_FIELDS: Record<ProviderName, readonly ProviderField[]> = {
  oidc: [
    { name: 'issuer', example: 'https://login.example.com' },
    ...CLIENT,
    { name: 'displayName', isOptional: true },
  ],
  saml: [
    { name: 'idpMetadata', shape: 'text', example: 'https://idp.example.com/metadata' },
    { name: 'idpCertificate', shape: 'text', example: '-----BEGIN CERTIFICATE-----' },
    { name: 'email', isOptional: true },
    { name: 'firstName', isOptional: true },
    { name: 'lastName', isOptional: true },
  ],
  google: CLIENT,
  github: [...CLIENT, { name: 'url', isOptional: true, example: 'https://github.example.com' }],
}

/** The values of a provider that the server shows; its secrets are typed again. */
export function knownValues(platform: Platform, name: ProviderName): ProviderValues {
  const { google, github, oidc, saml: known } = platform.federatedAuthProviders
  const empty = { issuer: '', clientId: '', clientSecret: '', displayName: '', url: '' }
  const saml = { idpMetadata: '', idpCertificate: '', email: '', firstName: '', lastName: '' }
  const shown = name === 'oidc' ? oidc : name === 'github' ? github : name === 'google' ? google : null
  return { ...empty, ...saml, ...(name === 'saml' ? known?.attributeMapping : shown) }
}

export const missingOf = (name: ProviderName, values: ProviderValues): string[] =>
  PROVIDER_FIELDS[name]
    .filter(({ name: field, isOptional }) => !isOptional && values[field].trim() === '')
    .map(({ name: field }) => field)

/** The change of the platform that sets the provider. */
export function providerBody(name: ProviderName, values: ProviderValues): Providers {
  const of = (field: keyof ProviderValues): string => values[field].trim()
  const given = <N extends keyof ProviderValues>(...fields: N[]): Partial<Record<N, string>> =>
    Object.fromEntries(fields.filter((field) => of(field) !== '').map((field) => [field, of(field)])) as Partial<
      Record<N, string>
    >
  const client = { clientId: of('clientId'), clientSecret: of('clientSecret') }
  if (name === 'google') return { google: client }
  if (name === 'github') return { github: { ...client, ...given('url') } }
  if (name === 'oidc') return { oidc: { ...client, issuer: of('issuer'), ...given('displayName') } }
  const attributeMapping = given('email', 'firstName', 'lastName')
  return {
    saml: { idpMetadata: of('idpMetadata'), idpCertificate: of('idpCertificate'), attributeMapping },
  }
}
