import { type CustomAuthConnectionValue, MarkdownVariant, PieceAuth, Property } from '@piecework/framework'
import type { Client } from 'pg'

const CONNECT_TIMEOUT_MS = 30_000

export const postgresAuth = PieceAuth.CustomAuth({
  required: true,
  props: {
    host: Property.ShortText({ displayName: 'Host', description: 'Name or address of the server', required: true }),
    port: Property.ShortText({ displayName: 'Port', required: true, defaultValue: '5432' }),
    user: Property.ShortText({ displayName: 'User', required: true }),
    password: PieceAuth.SecretText({ displayName: 'Password', required: true }),
    database: Property.ShortText({ displayName: 'Database', required: true }),
    enable_ssl: Property.Checkbox({ displayName: 'Enable SSL', required: true, defaultValue: true }),
    reject_unauthorized: Property.Checkbox({
      displayName: 'Verify server certificate',
      description: 'Refuse a server whose certificate no known authority has signed',
      required: true,
      defaultValue: true,
    }),
    certificate: Property.LongText({
      displayName: 'Certificate',
      description: 'The certificate (PEM) of the authority that signed the one of the server',
      required: false,
      defaultValue: '',
    }),
    info: Property.MarkDown({
      value: 'A user that may only do what the flow needs keeps mistakes small.',
      variant: MarkdownVariant.TIP,
    }),
  },
  async validate({ auth }) {
    try {
      await withClient({ type: 'CUSTOM_AUTH', props: auth }, {}, (client) => client.query('SELECT 1'))
      return { valid: true }
    } catch (error) {
      return { valid: false, error: error instanceof Error ? error.message : String(error) }
    }
  },
})

interface Values {
  host: string
  port: string
  user: string
  password: string
  database: string
  enable_ssl: boolean
  reject_unauthorized: boolean
  certificate?: string | undefined
}

interface Limits {
  query_timeout?: number | undefined
  connection_timeout_ms?: number | undefined
  application_name?: string | undefined
}

/** Opens a connection for one piece of work and closes it afterwards. */
export async function withClient<T>(
  auth: CustomAuthConnectionValue<Values>,
  limits: Limits,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const { Client } = await import('pg')
  const { host, port, user, password, database, enable_ssl, reject_unauthorized, certificate } = auth.props
  const client = new Client({
    ...{ host, port: Number(port), user, password, database },
    ssl: enable_ssl
      ? { rejectUnauthorized: reject_unauthorized !== false, ...(certificate ? { ca: certificate } : {}) }
      : false,
    connectionTimeoutMillis: limits.connection_timeout_ms ?? CONNECT_TIMEOUT_MS,
    // The server ends the statement itself: a client that only stops waiting would leave it running.
    ...(limits.query_timeout ? { statement_timeout: limits.query_timeout } : {}),
    ...(limits.application_name ? { application_name: limits.application_name } : {}),
  })
  // A connection that breaks while nothing is asked of it must not end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}
