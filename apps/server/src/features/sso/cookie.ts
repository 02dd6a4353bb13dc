import { ProviderName } from '@piecework/api/sso'
import { AppError } from '@piecework/model/errors'
import { parseJson } from '@piecework/model/parse-json'
import { z } from 'zod'
import { Encrypted, type Encryption } from '../../encryption.ts'

const NAME = 'piecework_sso'
const PATH = '/api/v1/authn'
const LIFE_MS = 10 * 60_000
const MAX_LENGTH = 4096

/** The browser that began a sign-in keeps it, so that nobody else can end it. */
const Started = z.object({
  platformId: z.string(),
  provider: ProviderName,
  /** By SAML it is the id of the request. */
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  /** An administrator looks what a sign-in would do; it ends in no session. */
  isTest: z.boolean().default(false),
  until: z.number(),
})
export type Started = z.infer<typeof Started>
/** The part of it that depends on the provider. */
export type Begun = Omit<Started, 'until' | 'platformId' | 'isTest'>

/** The cookie of sign-ins that go on. It is encrypted, and scripts cannot read it. */
export interface SignInCookie {
  /** The value of `set-cookie`. */
  make(started: Omit<Started, 'until'>): string
  /** @throws AppError INVALID_CLAIM when this browser began no such sign-in, or too long ago */
  read(header: string | undefined): Started
  /** Takes it away: it serves once. */
  clear: string
}

export function createSignInCookie(encryption: Encryption, isSecure: boolean): SignInCookie {
  const attributes = `Path=${PATH}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`
  return {
    make(started) {
      const sealed = encryption.encrypt({ ...started, until: Date.now() + LIFE_MS })
      const value = Buffer.from(JSON.stringify(sealed)).toString('base64url')
      return `${NAME}=${value}; Max-Age=${LIFE_MS / 1000}; ${attributes}`
    },

    read(header = '') {
      const pairs = header
        .slice(0, 4 * MAX_LENGTH)
        .split(';')
        .map((pair) => pair.trim())
      const value = pairs.find((pair) => pair.startsWith(`${NAME}=`))?.slice(NAME.length + 1) ?? ''
      const sealed = Encrypted.safeParse(parseJson(Buffer.from(value, 'base64url').toString('utf8')))
      const started = sealed.success ? open(encryption, sealed.data) : undefined
      if (started && started.until > Date.now()) return started
      throw new AppError('INVALID_CLAIM', {
        message: 'this browser began no such sign-in in the last ten minutes: begin again',
      })
    },

    clear: `${NAME}=; Max-Age=0; ${attributes}`,
  }
}

function open(encryption: Encryption, sealed: Encrypted): Started | undefined {
  try {
    return Started.safeParse(encryption.decrypt(sealed)).data
  } catch {
    // Somebody changed it.
    return undefined
  }
}
