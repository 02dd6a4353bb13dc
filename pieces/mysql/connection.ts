import { type CustomAuthConnectionValue, PieceAuth, Property } from '@piecework/framework'
import type { Connection } from 'mysql2/promise'

const CONNECT_TIMEOUT_MS = 30_000

export const mysqlAuth = PieceAuth.CustomAuth({
  required: true,
  props: {
    host: Property.ShortText({ displayName: 'Host', description: 'Name or address of the server', required: true }),
    port: Property.Number({ displayName: 'Port', required: true, defaultValue: 3306 }),
    user: Property.ShortText({ displayName: 'Username', required: true }),
    password: PieceAuth.SecretText({ displayName: 'Password', required: true }),
    database: Property.ShortText({
      displayName: 'Database',
      description: 'Needed by all actions but "Execute Query"',
      required: false,
    }),
  },
  async validate({ auth }) {
    try {
      await withConnection({ type: 'CUSTOM_AUTH', props: auth }, {}, (connection) => connection.ping())
      return { valid: true }
    } catch (error) {
      return { valid: false, error: error instanceof Error ? error.message : String(error) }
    }
  },
})

type Values = { host: string; port: number; user: string; password: string; database?: string | undefined }

/** Opens a connection for one piece of work and closes it afterwards. */
export async function withConnection<T>(
  auth: CustomAuthConnectionValue<Values>,
  values: { timezone?: string | undefined },
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { createConnection } = await import('mysql2/promise')
  const { host, port, user, password, database } = auth.props
  const connection = await createConnection({
    ...{ host, port: Number(port), user, password },
    ...(database ? { database } : {}),
    ...(values.timezone ? { timezone: values.timezone } : {}),
    connectTimeout: CONNECT_TIMEOUT_MS,
  })
  try {
    return await work(connection)
  } finally {
    connection.destroy()
  }
}
