import { type CustomAuthConnectionValue, PieceAuth, Property } from '@piecework/framework'
import type { ImapFlow } from 'imapflow'

const TIMEOUT_MS = 20_000

export const imapAuth = PieceAuth.CustomAuth({
  required: true,
  props: {
    host: Property.ShortText({ displayName: 'Host', required: true }),
    username: Property.ShortText({ displayName: 'Username', required: true }),
    password: PieceAuth.SecretText({ displayName: 'Password', required: true }),
    port: Property.Number({ displayName: 'Port', required: true, defaultValue: 143 }),
    tls: Property.Checkbox({
      displayName: 'Use TLS',
      description: 'Encrypt from the start, as servers do on port 993',
      required: true,
      defaultValue: false,
    }),
    validateCertificates: Property.Checkbox({
      displayName: 'Validate TLS Certificates',
      description: 'Refuse a server whose certificate no known authority has signed',
      // Connections from before this setting have no value for it.
      required: false,
      defaultValue: true,
    }),
  },
  async validate({ auth }) {
    try {
      await withMailServer({ type: 'CUSTOM_AUTH', props: auth }, async () => {})
      return { valid: true }
    } catch (error) {
      return { valid: false, error: error instanceof Error ? error.message : String(error) }
    }
  },
})

interface Values {
  host: string
  username: string
  password: string
  port: number
  tls: boolean
  validateCertificates?: boolean | undefined
}
export type ImapAuthValue = CustomAuthConnectionValue<Values>

/** Logs in for one piece of work and out afterwards. */
export async function withMailServer<T>(auth: ImapAuthValue, work: (client: ImapFlow) => Promise<T>): Promise<T> {
  const { ImapFlow } = await import('imapflow')
  const { host, port, username, password, tls, validateCertificates } = auth.props
  const client = new ImapFlow({
    host,
    port: Number(port),
    secure: tls === true,
    tls: { rejectUnauthorized: validateCertificates !== false },
    auth: { user: username, pass: password },
    logger: false,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: 3 * TIMEOUT_MS,
  })
  // A connection that breaks fails the command that waits for it; without a listener it would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    return await work(client)
  } catch (error) {
    throw readable(error)
  } finally {
    await client.logout().catch(() => client.close())
  }
}

/** The same in a mailbox. */
export function inMailbox<T>(auth: ImapAuthValue, mailbox: string, work: (client: ImapFlow) => Promise<T>): Promise<T> {
  return withMailServer(auth, async (client) => {
    const lock = await client.getMailboxLock(mailbox).catch((error: unknown) => {
      const reason = readable(error)
      const words = reason instanceof Error ? reason.message : String(reason)
      throw new Error(`The mailbox "${mailbox}" cannot be opened: ${words}`)
    })
    try {
      return await work(client)
    } finally {
      lock.release()
    }
  })
}

/** The library keeps the server's message next to its own "Command failed". */
function readable(error: unknown): unknown {
  if (!(error instanceof Error) || !('responseText' in error) || !error.responseText) return error
  return new Error(String(error.responseText), { cause: error })
}
