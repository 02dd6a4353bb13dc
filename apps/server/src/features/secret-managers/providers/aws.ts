import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import type { SECRET_MANAGER_CONFIGS } from '@piecework/api/secret-managers'
import { parseJson } from '@piecework/model/parse-json'
import { SignatureV4 } from '@smithy/signature-v4'
import { z } from 'zod'
import type { Outbound } from '../../../http/outbound.ts'
import { MAX_BYTES, type Provider, TIMEOUT_MS, textOf } from './provider.ts'

type Config = z.infer<(typeof SECRET_MANAGER_CONFIGS)['aws']>

const SecretValue = z.object({ SecretString: z.string().optional() })

/** The address of the service in a region. */
const endpointOf = (region: string): string => `https://secretsmanager.${region}.amazonaws.com/`

/**
 * AWS Secrets Manager. A path is `name:key`, for a key of a secret that is a JSON object, or the name alone for the
 * whole secret (https://docs.aws.amazon.com/secretsmanager/latest/apireference).
 * @param endpoint where the service of a region is
 */
export function createAws(endpoint: (region: string) => string = endpointOf): Provider<Config> {
  const call = async (outbound: Outbound, config: Config, action: string, input: object): Promise<string> => {
    const url = new URL(endpoint(config.region))
    const body = JSON.stringify(input)
    const signer = new SignatureV4({
      credentials: { accessKeyId: config.accessKeyId, secretAccessKey: config.secretAccessKey },
      ...{ region: config.region, service: 'secretsmanager', sha256: Sha256 },
    })
    const { headers } = await signer.sign({
      ...{ method: 'POST', protocol: url.protocol, hostname: url.hostname, path: url.pathname, body },
      headers: {
        host: url.host,
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `secretsmanager.${action}`,
      },
    })
    const answer = await outbound(url, { method: 'POST', headers, body, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES })
    return textOf(answer, action)
  }

  return {
    async check(outbound, config) {
      await call(outbound, config, 'ListSecrets', { MaxResults: 1 })
    },

    async read(outbound, config, path) {
      const colon = path.lastIndexOf(':')
      const [name, key] = colon < 0 ? [path, ''] : [path.slice(0, colon), path.slice(colon + 1)]
      const answer = await call(outbound, config, 'GetSecretValue', { SecretId: name })
      const secret = SecretValue.safeParse(parseJson(answer)).data?.SecretString
      if (secret === undefined) throw new Error('The secret has no text')
      if (key === '') return secret
      const fields = z.record(z.string(), z.unknown()).safeParse(parseJson(secret)).data
      const value = fields?.[key]
      if (typeof value !== 'string') throw new Error(`The secret has no text with the key ${key}`)
      return value
    },
  }
}

/** SHA-256 in the form that the signer wants. */
class Sha256 {
  readonly #hash: Hash | Hmac

  constructor(secret?: ConstructorParameters<NonNullable<ConstructorParameters<typeof SignatureV4>[0]['sha256']>>[0]) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', toBytes(secret))
  }

  update(data: Uint8Array): void {
    this.#hash.update(data)
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest())
  }
}

function toBytes(source: string | ArrayBuffer | ArrayBufferView): Uint8Array | string {
  if (typeof source === 'string') return source
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source)
}
