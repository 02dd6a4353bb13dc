import type { SECRET_MANAGER_CONFIGS } from '@piecework/api/secret-managers'
import type { z } from 'zod'
import type { Outbound } from '../../../http/outbound.ts'
import { below, MAX_BYTES, type Provider, TIMEOUT_MS, textOf } from './provider.ts'

type Config = z.infer<(typeof SECRET_MANAGER_CONFIGS)['cyberark-conjur']>

/**
 * CyberArk Conjur: a host with its API key. A path is `policy_id/variable_id`
 * (https://docs.cyberark.com/conjur-open-source/latest/en/content/developer/lp_rest_api.htm).
 */
export const conjur: Provider<Config> = {
  async check(outbound, config) {
    await authenticate(outbound, config)
  },

  async read(outbound, config, path) {
    const token = await authenticate(outbound, config)
    const account = encodeURIComponent(config.organizationAccountName)
    const answer = await outbound(below(config.url, `secrets/${account}/variable/${encodeURIComponent(path)}`), {
      headers: { authorization: `Token token="${token}"` },
      ...{ timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES },
    })
    return textOf(answer, 'reading the secret')
  },
}

/** @returns a token of some minutes, in base64 */
async function authenticate(outbound: Outbound, config: Config): Promise<string> {
  const [account, login] = [config.organizationAccountName, config.loginId].map(encodeURIComponent)
  const answer = await outbound(below(config.url, `authn/${account}/${login}/authenticate`), {
    method: 'POST',
    headers: { 'content-type': 'text/plain', 'accept-encoding': 'base64' },
    body: config.apiKey,
    ...{ timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES },
  })
  const token = (await textOf(answer, 'the sign-in')).trim()
  // Older servers give the token itself.
  return token.startsWith('{') ? Buffer.from(token).toString('base64') : token
}
