import { SECRET_MANAGER_CONFIGS, type SecretManagerProvider } from '@piecework/api/secret-managers'
import type { Outbound } from '../../../http/outbound.ts'
import { createAws } from './aws.ts'
import { conjur } from './conjur.ts'
import { onepassword } from './onepassword.ts'
import type { Provider } from './provider.ts'
import { vault } from './vault.ts'

/** A kind of secret manager whose configuration is checked when it is used. */
export interface AnyProvider {
  check(outbound: Outbound, config: unknown): Promise<void>
  read(outbound: Outbound, config: unknown, path: string): Promise<string>
}

export type Providers = Readonly<Record<SecretManagerProvider, AnyProvider>>

interface Schema<C> {
  parse(config: unknown): C
}

const withSchema = <C>(schema: Schema<C>, provider: Provider<C>): AnyProvider => ({
  check: (outbound, config) => provider.check(outbound, schema.parse(config)),
  read: (outbound, config, path) => provider.read(outbound, schema.parse(config), path),
})

/**
 * Every kind of secret manager.
 * @param awsEndpoint where the service of a region is, other than at Amazon
 */
export const createProviders = (awsEndpoint?: (region: string) => string): Providers => ({
  hashicorp: withSchema(SECRET_MANAGER_CONFIGS.hashicorp, vault),
  aws: withSchema(SECRET_MANAGER_CONFIGS.aws, createAws(awsEndpoint)),
  'cyberark-conjur': withSchema(SECRET_MANAGER_CONFIGS['cyberark-conjur'], conjur),
  onepassword: withSchema(SECRET_MANAGER_CONFIGS.onepassword, onepassword),
})
