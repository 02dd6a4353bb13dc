import { createHash, createHmac, randomInt } from 'node:crypto'
import { createAction, Property } from '@piecework/framework'
import { options } from '../../common/options.ts'

const text = Property.ShortText({ displayName: 'Text', required: true })

/** An unknown name would otherwise reach the crypto library, which knows many more. */
function oneOf(what: string, allowed: readonly string[], value: string): string {
  if (!allowed.includes(value)) throw new Error(`Unknown ${what}: ${value}`)
  return value
}

export const hashText = createAction({
  name: 'hash-text',
  displayName: 'Text to Hash',
  description: 'The hash of a text, in hex',
  props: {
    method: Property.StaticDropdown<string, true>({
      displayName: 'Method',
      required: true,
      options: options({ md5: 'MD5', sha256: 'SHA256', sha512: 'SHA512', 'sha3-512': 'SHA3-512' }),
    }),
    text,
  },
  async run({ propsValue }) {
    const method = oneOf('method', ['md5', 'sha256', 'sha512', 'sha3-512'], propsValue.method)
    return createHash(method).update(propsValue.text).digest('hex')
  },
})

const ENCODINGS = { 'utf-8': 'utf8', hex: 'hex', base64: 'base64' } as const

export const hmacSignature = createAction({
  name: 'hmac-signature',
  displayName: 'Generate HMAC Signature',
  description: 'Signs a text with a secret key',
  props: {
    secretKey: Property.ShortText({ displayName: 'Secret Key', required: true }),
    secretKeyEncoding: Property.StaticDropdown<keyof typeof ENCODINGS, true>({
      displayName: 'Secret Key Encoding',
      required: true,
      options: {
        options: [
          { label: 'UTF-8', value: 'utf-8' },
          { label: 'Hex', value: 'hex' },
          { label: 'Base64', value: 'base64' },
        ],
      },
    }),
    method: Property.StaticDropdown<string, true>({
      displayName: 'Method',
      required: true,
      options: options({ md5: 'MD5', sha256: 'SHA256', sha512: 'SHA512' }),
    }),
    text,
    outputEncoding: Property.StaticDropdown({
      displayName: 'Output Encoding',
      required: false,
      defaultValue: 'hex',
      options: options({ hex: 'Hex', base64: 'Base64' }),
    }),
  },
  async run({ propsValue }) {
    const { secretKey, secretKeyEncoding, outputEncoding } = propsValue
    const encoding = ENCODINGS[secretKeyEncoding]
    if (encoding === undefined) throw new Error(`Unknown encoding of the key: ${secretKeyEncoding}`)
    const key = Buffer.from(secretKey, encoding)
    if (key.length === 0) throw new Error(`The secret key is empty or not ${secretKeyEncoding}.`)
    const method = oneOf('method', ['md5', 'sha256', 'sha512'], propsValue.method)
    return createHmac(method, key)
      .update(propsValue.text)
      .digest(outputEncoding === 'base64' ? 'base64' : 'hex')
  },
})

const MAX_PASSWORD_LENGTH = 256
const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const CHARACTER_SETS: Record<string, string> = {
  alphanumeric: ALPHANUMERIC,
  'alphanumeric-symbols': `${ALPHANUMERIC}!@#$%^&*()_+-=[]{}|;:,.<>?`,
}

export const generatePassword = createAction({
  name: 'generate-password',
  displayName: 'Generate Password',
  description: 'A random password',
  props: {
    length: Property.Number({
      displayName: 'Length',
      description: `Up to ${MAX_PASSWORD_LENGTH} characters`,
      required: true,
    }),
    characterSet: Property.StaticDropdown<string, true>({
      displayName: 'Character Set',
      required: true,
      defaultValue: 'alphanumeric',
      options: options({ alphanumeric: 'Alphanumeric', 'alphanumeric-symbols': 'Alphanumeric + Symbols' }),
    }),
  },
  async run({ propsValue }) {
    const { length, characterSet } = propsValue
    const characters = CHARACTER_SETS[characterSet]
    if (characters === undefined) throw new Error(`Unknown character set: ${characterSet}`)
    if (!Number.isInteger(length) || length < 1 || length > MAX_PASSWORD_LENGTH) {
      throw new Error(`The length must be a whole number from 1 to ${MAX_PASSWORD_LENGTH}, received: ${length}`)
    }
    return Array.from({ length }, () => characters[randomInt(characters.length)]).join('')
  },
})

export const base64Decode = createAction({
  name: 'base64-decode',
  displayName: 'Base64 Decode',
  description: 'Reads base64 into text',
  props: { text },
  async run({ propsValue }) {
    const encoded = propsValue.text.replaceAll(/\s/g, '')
    if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(encoded)) throw new Error('The text is not base64.')
    return Buffer.from(encoded, 'base64').toString('utf8')
  },
})

export const base64Encode = createAction({
  name: 'base64-encode',
  displayName: 'Base64 Encode',
  description: 'Writes a text as base64',
  props: { text },
  run: async ({ propsValue }) => Buffer.from(propsValue.text, 'utf8').toString('base64'),
})
