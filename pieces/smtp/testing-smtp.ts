import { SMTPServer } from 'smtp-server'

export interface ReceivedEmail {
  recipients: string[]
  source: Buffer
}

/**
 * A real SMTP server on a free port, for tests, without encryption. Its user is `ada` with `secret`; it knows nobody
 * whose address begins with `nobody`.
 */
export async function startSmtpServer() {
  const received: ReceivedEmail[] = []
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    onAuth({ username, password }, _session, callback) {
      if (username === 'ada' && password === 'secret') callback(null, { user: username })
      else callback(new Error('Wrong user name or password'))
    },
    onRcptTo({ address }, _session, callback) {
      callback(address.startsWith('nobody') ? new Error('No such mailbox') : null)
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const recipients = session.envelope.rcptTo.map((recipient) => recipient.address)
        received.push({ recipients, source: Buffer.concat(chunks) })
        callback()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    received,
    close: () => new Promise<void>((resolve) => server.close(resolve)),
  }
}
