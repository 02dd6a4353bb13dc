import { type CustomAuthConnectionValue, PieceAuth, Property } from '@piecework/framework'

const TIMEOUT_MS = 30_000
/** The port whose connections are encrypted from the first byte. */
const IMPLICIT_TLS_PORT = 465

export const smtpAuth = PieceAuth.CustomAuth({
  required: true,
  props: {
    host: Property.ShortText({ displayName: 'Host', required: true }),
    email: Property.ShortText({ displayName: 'Email', description: 'The user name of the account', required: false }),
    password: PieceAuth.SecretText({ displayName: 'Password', required: false }),
    port: Property.StaticDropdown<number, true>({
      displayName: 'Port',
      required: true,
      options: { options: [25, 465, 587, 2525].map((port) => ({ label: String(port), value: port })) },
    }),
    TLS: Property.Checkbox({
      displayName: 'Require TLS?',
      description: 'Refuse to send over a connection that is not encrypted',
      required: true,
      defaultValue: false,
    }),
  },
  async validate({ auth }) {
    try {
      const transport = await openTransport({ type: 'CUSTOM_AUTH', props: auth })
      await transport.verify()
      transport.close()
      return { valid: true }
    } catch (error) {
      return { valid: false, error: error instanceof Error ? error.message : String(error) }
    }
  },
})

interface Values {
  host: string
  port: number
  TLS: boolean
  email?: string | undefined
  password?: string | undefined
}

/** A mailer for the account; close it when done. */
export async function openTransport(auth: CustomAuthConnectionValue<Values>) {
  const { createTransport } = await import('nodemailer')
  const { host, email, password, TLS } = auth.props
  const port = Number(auth.props.port)
  return createTransport({
    ...{ host, port },
    secure: port === IMPLICIT_TLS_PORT,
    requireTLS: TLS === true,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    ...(email ? { auth: { user: email, pass: password ?? '' } } : {}),
    // Attachments are given as bytes: a path or URL in a text must not make the mailer read it.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}
