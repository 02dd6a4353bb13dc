import type { SecretManager, SecretManagerBody } from '../../api/secret-managers.ts'

/** How one is reached; a Connect server is a second way to 1Password. */
export type Provider = SecretManager['providerId'] | 'onepassword-connect'

interface ConfigField {
  name: keyof Config
  isSecret?: boolean
  isOptional?: boolean
  example?: string
}

const EMPTY = {
  ...{ url: '', namespace: '', roleId: '', secretId: '' },
  ...{ accessKeyId: '', secretAccessKey: '', region: '' },
  ...{ organizationAccountName: '', loginId: '', apiKey: '' },
  ...{ serviceAccountToken: '', connectToken: '' },
}
/** The form holds the fields of all kinds, so that a change of the kind loses nothing. */
export type Config = typeof EMPTY
export const emptyConfig = (): Config => ({ ...EMPTY })

/** The fields of each kind of secret manager, in the order of the form. */
export const CONFIG_FIELDS: Readonly<Record<Provider, readonly ConfigField[]>> = {
  hashicorp: [
    { name: 'url', example: 'https://vault.example.com' },
    { name: 'namespace', isOptional: true },
    { name: 'roleId' },
    { name: 'secretId', isSecret: true },
  ],
  aws: [
    { name: 'region', example: 'eu-central-1' },
    { name: 'accessKeyId' },
    { name: 'secretAccessKey', isSecret: true },
  ],
  'cyberark-conjur': [
    { name: 'url', example: 'https://conjur.example.com' },
    { name: 'organizationAccountName' },
    { name: 'loginId', example: 'host/piecework' },
    { name: 'apiKey', isSecret: true },
  ],
  onepassword: [{ name: 'serviceAccountToken', isSecret: true }],
  'onepassword-connect': [
    { name: 'url', example: 'https://connect.example.com' },
    { name: 'connectToken', isSecret: true },
  ],
}
export const PROVIDERS: readonly Provider[] = [
  'hashicorp',
  'aws',
  'cyberark-conjur',
  'onepassword',
  'onepassword-connect',
]

/** The fields that are empty and must not be. */
export const missingIn = (provider: Provider, config: Config): (keyof Config)[] =>
  CONFIG_FIELDS[provider]
    .filter(({ name, isOptional }) => !isOptional && config[name].trim() === '')
    .map(({ name }) => name)

interface Place {
  name: string
  /** Null: every project. */
  projectIds: string[] | null
}

/** The typed values, as the server takes them. */
export function bodyOf(provider: Provider, { name, projectIds }: Place, config: Config): SecretManagerBody {
  const place =
    projectIds === null ? { name, scope: 'PLATFORM' as const } : { name, scope: 'PROJECT' as const, projectIds }
  const { url, namespace, roleId, secretId, accessKeyId, secretAccessKey, region } = config
  const { organizationAccountName, loginId, apiKey, serviceAccountToken, connectToken } = config
  switch (provider) {
    case 'hashicorp': {
      const inNamespace = namespace.trim() === '' ? {} : { namespace: namespace.trim() }
      return { providerId: provider, ...place, config: { url: url.trim(), roleId, secretId, ...inNamespace } }
    }
    case 'aws':
      return { providerId: provider, ...place, config: { accessKeyId, secretAccessKey, region: region.trim() } }
    case 'cyberark-conjur':
      return { providerId: provider, ...place, config: { url: url.trim(), organizationAccountName, loginId, apiKey } }
    case 'onepassword':
      return { providerId: provider, ...place, config: { serviceAccountToken: serviceAccountToken.trim() } }
    case 'onepassword-connect':
      return { providerId: 'onepassword', ...place, config: { url: url.trim(), connectToken } }
  }
}
