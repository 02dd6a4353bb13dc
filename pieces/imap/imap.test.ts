import { createMockActionContext, createMockTriggerContext } from '@piecework/framework'
import { ImapFlow } from 'imapflow'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runAction } from '../common/run-action.ts'
import { imapAuth } from './connection.ts'
import { imap } from './index.ts'
import { newEmail } from './new-email.ts'
import { rawEmail, startImapServer } from './testing-imap.ts'

let server: Awaited<ReturnType<typeof startImapServer>>
beforeAll(async () => {
  server = await startImapServer([rawEmail('Old')])
})
afterAll(() => server.close())

const account = () => ({ host: '127.0.0.1', port: server.port, username: 'testuser', password: 'testpass', tls: false })
const auth = () => ({ type: 'CUSTOM_AUTH' as const, props: account() })

async function withClient<T>(work: (client: ImapFlow) => Promise<T>): Promise<T> {
  const { host, port, username, password } = account()
  const client = new ImapFlow({ host, port, secure: false, auth: { user: username, pass: password }, logger: false })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.logout()
  }
}
const deliver = (source: string) => withClient((client) => client.append('INBOX', source))

describe('new emails', () => {
  const withAttachment = [
    'From: Ada <ada@example.com>',
    'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'Hello',
    '--b',
    'Content-Type: text/csv; name=a.csv',
    'Content-Disposition: attachment; filename=a.csv',
    '',
    '1,2',
    '--b--',
    '',
  ].join('\r\n')

  it('start the flow once each, with their attachments as files', async () => {
    const context = createMockTriggerContext({ propsValue: { mailbox: 'INBOX' }, auth: auth() })
    await newEmail.onEnable(context)
    expect(await newEmail.run(context)).toEqual([])
    await deliver(withAttachment)
    const messages = await newEmail.run(context)
    const [[url, file] = []] = context.recorded.files
    expect(messages).toMatchObject([
      {
        subject: 'Grüße',
        from: { value: [{ name: 'Ada', address: 'ada@example.com' }], text: '"Ada" <ada@example.com>' },
        text: 'Hello',
        textAsHtml: '<p>Hello</p>',
        uid: expect.any(Number),
        attachments: [url],
      },
    ])
    expect(file?.fileName).toBe('a.csv')
    expect(String(file?.data)).toContain('1,2')
    expect(await newEmail.run(context)).toEqual([])
    expect(await newEmail.test(context)).toMatchObject([{ subject: 'Old' }, { subject: 'Grüße' }])
  })

  it('of a mailbox that is missing fail', async () => {
    const context = createMockTriggerContext({ propsValue: { mailbox: 'Missing' }, auth: auth() })
    await expect(newEmail.onEnable(context)).rejects.toThrow()
  })
})

describe('a message', () => {
  let uid = 0
  beforeEach(async () => {
    await deliver(rawEmail('Task'))
    uid = await withClient(async (client) => {
      const lock = await client.getMailboxLock('INBOX')
      const found = (await client.search({ subject: 'Task' }, { uid: true })) || []
      lock.release()
      return found.at(-1) ?? 0
    })
  })
  const run = (name: string, values: object) => runAction(imap, name, { uid, ...values }, { auth: auth() })
  const find = (mailbox: string) =>
    withClient(async (client) => {
      const lock = await client.getMailboxLock(mailbox)
      const messages = await client.fetchAll('1:*', { uid: true, flags: true, envelope: true })
      lock.release()
      return messages
    })

  it('is marked as read', async () => {
    expect(await run('mark_email_read', { mailbox: 'INBOX' })).toEqual({ success: true })
    const message = (await find('INBOX')).find((found) => found.uid === uid)
    expect(message?.flags?.has('\\Seen')).toBe(true)
  })

  it('is marked as unread again', async () => {
    await run('mark_email_read', { mailbox: 'INBOX', markAsRead: true })
    expect(await run('mark_email_read', { mailbox: 'INBOX', markAsRead: false })).toEqual({ success: true })
    const message = (await find('INBOX')).find((found) => found.uid === uid)
    expect(message?.flags?.has('\\Seen')).toBe(false)
  })

  it('is copied, moved and deleted', async () => {
    const copied = await run('copy_email', { sourceMailbox: 'INBOX', targetMailbox: 'Archive' })
    const [copy] = await find('Archive')
    expect(copied).toEqual({ success: true, newUid: copy?.uid })
    expect(await find('Archive')).toMatchObject([{ envelope: { subject: 'Task' } }])
    const moved = await run('move_email', { sourceMailbox: 'INBOX', targetMailbox: 'Archive' })
    expect(moved).toEqual({ success: true, newUid: (await find('Archive')).at(-1)?.uid })
    expect(await find('Archive')).toHaveLength(2)
    expect((await find('INBOX')).some((found) => found.uid === uid)).toBe(false)
    const [first] = await find('Archive')
    expect(await run('delete_email', { mailbox: 'Archive', uid: first?.uid })).toEqual({ success: true })
    expect(await find('Archive')).toHaveLength(1)
  })

  it('that does not exist is named', async () => {
    for (const name of ['mark_email_read', 'delete_email']) {
      await expect(run(name, { mailbox: 'INBOX', uid: 9999 })).rejects.toThrow('no message 9999 in INBOX')
    }
    for (const name of ['copy_email', 'move_email']) {
      const mailboxes = { sourceMailbox: 'INBOX', targetMailbox: 'Archive' }
      await expect(run(name, { ...mailboxes, uid: 9999 })).rejects.toThrow('no message 9999 in INBOX')
    }
  })
})

it('offers the mailboxes, and tries the account when the connection is saved', async () => {
  const context = createMockActionContext({ propsValue: {} })
  const { options } = await newEmail.props.mailbox.options({ auth: auth() }, context)
  expect(options.map((option) => option.value)).toEqual(expect.arrayContaining(['INBOX', 'Archive']))
  const validate = (password: string) =>
    imapAuth.validate?.({ auth: { ...account(), password }, server: { apiUrl: '', publicUrl: '' } })
  expect(await validate('testpass')).toEqual({ valid: true })
  expect(await validate('wrong')).toEqual({ valid: false, error: expect.any(String) })
})
