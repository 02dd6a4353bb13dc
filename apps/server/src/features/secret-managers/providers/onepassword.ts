import type { SECRET_MANAGER_CONFIGS } from '@piecework/api/secret-managers'
import type { z } from 'zod'
import { onepasswordAccount } from './onepassword-account.ts'
import { onepasswordConnect } from './onepassword-connect.ts'
import type { Provider } from './provider.ts'

type Config = z.infer<(typeof SECRET_MANAGER_CONFIGS)['onepassword']>

/** 1Password, by the token of a service account, or through a Connect server that the company runs. */
export const onepassword: Provider<Config> = {
  check: (outbound, config) =>
    'connectToken' in config ? onepasswordConnect.check(outbound, config) : onepasswordAccount.check(outbound, config),
  read: (outbound, config, path) =>
    'connectToken' in config
      ? onepasswordConnect.read(outbound, config, path)
      : onepasswordAccount.read(outbound, config, path),
}
