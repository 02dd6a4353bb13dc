import type { MailSettings } from './mail-settings.ts'
import type { Mail } from './templates.ts'

export interface MailTransport {
  /** @throws RefusedMail when the server does not take it, and never will; any other error may pass. */
  send(mail: Mail): Promise<void>
  close(): void
}

/** The mail server refused the address or the mail for good. */
export class RefusedMail extends Error {}

const CONNECT_MS = 10_000
const ANSWER_MS = 15_000
/** The port that begins with TLS; others change to it where the server can. */
const TLS_PORT = 465
const FIRST_LASTING_CODE = 550

export function openTransport({
  host,
  port,
  username,
  password,
  senderEmail,
  senderName,
}: MailSettings): MailTransport {
  // With the first mail: a start loads nothing of it.
  const open = async () =>
    (await import('nodemailer')).createTransport({
      ...{ host, port, secure: port === TLS_PORT, auth: { user: username, pass: password } },
      ...{ pool: true, maxConnections: 1 },
      ...{ connectionTimeout: CONNECT_MS, greetingTimeout: CONNECT_MS, socketTimeout: ANSWER_MS },
    })
  let transport: ReturnType<typeof open> | undefined
  const from = { address: senderEmail, name: senderName ?? '' }
  return {
    async send({ to, ...mail }) {
      transport ??= open()
      try {
        // As an object, the address is taken as it is.
        await (await transport).sendMail({ ...mail, from, to: { address: to, name: '' } })
      } catch (error) {
        const { code, responseCode } = Object(error)
        const lasts = ['EENVELOPE', 'EMESSAGE'].includes(code) && responseCode >= FIRST_LASTING_CODE
        throw lasts ? new RefusedMail(`the mail server answered ${responseCode}`, { cause: error }) : error
      }
    },
    close: () =>
      void transport?.then(
        (opened) => opened.close(),
        () => {},
      ),
  }
}
