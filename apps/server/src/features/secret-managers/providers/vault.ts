import type { SECRET_MANAGER_CONFIGS } from '@piecework/api/secret-managers'
import { parseJson } from '@piecework/model/parse-json'
import { z } from 'zod'
import type { Outbound } from '../../../http/outbound.ts'
import { below, MAX_BYTES, type Provider, TIMEOUT_MS, textOf } from './provider.ts'

type Config = z.infer<(typeof SECRET_MANAGER_CONFIGS)['hashicorp']>

const Login = z.object({ auth: z.object({ client_token: z.string() }) })
const Secret = z.object({ data: z.object({ data: z.record(z.string(), z.unknown()).nullable() }) })

/**
 * HashiCorp Vault: AppRole, and the key-value engine of version 2. A path is `mount/data/path/to/secret/key`
 * (https://developer.hashicorp.com/vault/api-docs).
 */
export const vault: Provider<Config> = {
  async check(outbound, config) {
    await login(outbound, config)
  },

  async read(outbound, config, path) {
    const parts = path.split('/').filter(Boolean)
    const key = parts.pop()
    if (key === undefined || parts.length < 3 || parts.some((part) => part === '.' || part === '..'))
      throw new Error('The path must have the form mount/data/path/to/secret/key')
    const token = await login(outbound, config)
    const answer = await outbound(below(config.url, `v1/${parts.map(encodeURIComponent).join('/')}`), {
      headers: { ...namespaceOf(config), 'x-vault-token': token },
      ...{ timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES },
    })
    const secret = Secret.safeParse(parseJson(await textOf(answer, 'reading the secret')))
    const value = secret.success ? secret.data.data.data?.[key] : undefined
    if (typeof value !== 'string') throw new Error(`The secret has no text with the key ${key}`)
    return value
  },
}

async function login(outbound: Outbound, config: Config): Promise<string> {
  const answer = await outbound(below(config.url, 'v1/auth/approle/login'), {
    method: 'POST',
    headers: { ...namespaceOf(config), 'content-type': 'application/json' },
    body: JSON.stringify({ role_id: config.roleId, secret_id: config.secretId }),
    ...{ timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES },
  })
  const login = Login.safeParse(parseJson(await textOf(answer, 'the sign-in')))
  if (!login.success) throw new Error('The sign-in was not answered as Vault does')
  return login.data.auth.client_token
}

const namespaceOf = ({ namespace }: Config): Record<string, string> =>
  namespace === undefined || namespace === '' ? {} : { 'x-vault-namespace': namespace }
