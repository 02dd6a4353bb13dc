import hoodiecrow, { type TestMailServer } from 'hoodiecrow-imap'

/** A message as it comes over the wire. */
export const rawEmail = (subject: string): string =>
  `From: Ada <ada@example.com>\r\nTo: bob@example.com\r\nSubject: ${subject}\r\n\r\nText of ${subject}`

/** A real IMAP server on a free port, for tests. Its user is `testuser` with `testpass`; it has INBOX, Archive and Kept. */
export async function startImapServer(inbox: string[], kept: string[] = []) {
  const server: TestMailServer = hoodiecrow({
    plugins: ['ID', 'SASL-IR', 'AUTH-PLAIN', 'NAMESPACE', 'ENABLE', 'LITERALPLUS', 'UIDPLUS', 'MOVE'],
    storage: {
      INBOX: { messages: inbox.map((raw) => ({ raw })) },
      '': { separator: '/', folders: { Archive: {}, Kept: { messages: kept.map((raw) => ({ raw })) } } },
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    close: () => new Promise<void>((resolve) => server.close(resolve)),
  }
}
