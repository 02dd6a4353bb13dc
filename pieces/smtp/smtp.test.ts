import { connect, createServer } from 'node:net'
import { ApFile } from '@piecework/framework'
import { simpleParser } from 'mailparser'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runAction } from '../common/run-action.ts'
import { openTransport, smtpAuth } from './connection.ts'
import { smtp } from './index.ts'
import { withRetries } from './retries.ts'
import { startSmtpServer } from './testing-smtp.ts'

let server: Awaited<ReturnType<typeof startSmtpServer>>
beforeAll(async () => {
  server = await startSmtpServer()
})
afterAll(() => server.close())
beforeEach(() => {
  server.received.length = 0
})

const account = () => ({ host: '127.0.0.1', port: server.port, TLS: false, email: 'ada', password: 'secret' })
const send = (values: object, more: object = {}) =>
  runAction(
    smtp,
    'send-email',
    {
      from: 'ada@example.com',
      to: ['bob@example.com'],
      subject: 'Hi',
      body_type: 'plain_text',
      body: 'Text',
      ...values,
    },
    { auth: { type: 'CUSTOM_AUTH', props: { ...account(), ...more } } },
  )

describe('an email', () => {
  it('reaches its recipients with everything in it', async () => {
    const output = await send({
      senderName: 'Ada, Countess',
      cc: ['carl@example.com'],
      bcc: ['dora@example.com', ''],
      replyTo: 'answers@example.com',
      body_type: 'html',
      body: '<b>Grüße</b>',
      customHeaders: { 'X-Kind': 'note' },
      attachments: [{ file: new ApFile('a.txt', Buffer.from('content')), name: 'renamed.txt' }],
    })
    const recipients = ['bob@example.com', 'carl@example.com', 'dora@example.com']
    expect(output).toMatchObject({ accepted: recipients, rejected: [], messageId: expect.any(String) })
    expect(server.received[0]?.recipients).toEqual(recipients)
    const mail = await simpleParser(server.received[0]?.source ?? '')
    expect(mail).toMatchObject({
      from: { value: [{ name: 'Ada, Countess', address: 'ada@example.com' }] },
      replyTo: { value: [{ address: 'answers@example.com' }] },
      subject: 'Hi',
      html: expect.stringContaining('<b>Grüße</b>'),
      attachments: [{ filename: 'renamed.txt' }],
    })
    expect(mail.headers.get('x-kind')).toBe('note')
    expect(String(server.received[0]?.source)).not.toContain('dora')
  })

  it('can answer another one', async () => {
    await send({ replyTo: '<id@example.com>' })
    expect(await simpleParser(server.received[0]?.source ?? '')).toMatchObject({
      inReplyTo: '<id@example.com>',
      references: '<id@example.com>',
    })
  })

  it('without recipients, to an unknown one, with a wrong password or over a plain connection is refused', async () => {
    await expect(send({ to: [' '] })).rejects.toThrow('at least one recipient')
    await expect(send({ to: ['nobody@example.com'] })).rejects.toThrow('No such mailbox')
    await expect(send({}, { password: 'x' })).rejects.toThrow('Wrong user name or password')
    await expect(send({}, { TLS: true })).rejects.toThrow(/STARTTLS|TLS/)
    expect(server.received).toEqual([])
  })
})

it('sends again over a connection that was reset, three times at most', async () => {
  let resets = 0
  let connections = 0
  const flaky = createServer((socket) => {
    socket.on('error', () => {})
    if (++connections <= resets) return void socket.resetAndDestroy()
    const upstream = connect(server.port, '127.0.0.1').on('error', () => {})
    socket.pipe(upstream).pipe(socket)
  })
  await new Promise<void>((resolve) => flaky.listen(0, '127.0.0.1', resolve))
  const address = flaky.address()
  const props = { ...account(), port: typeof address === 'object' && address ? address.port : 0 }
  const transport = await openTransport({ type: 'CUSTOM_AUTH', props })
  const sendOver = (count: number) => {
    resets = count
    connections = 0
    return withRetries(
      () => transport.sendMail({ from: 'ada@example.com', to: 'bob@example.com', subject: 'Hi', text: 'Hi' }),
      1,
    )
  }
  try {
    expect(await sendOver(2)).toMatchObject({ accepted: ['bob@example.com'] })
    expect(connections).toBe(3)
    await expect(sendOver(3)).rejects.toThrow('ECONNRESET')
    expect(connections).toBe(3)
    expect(server.received).toHaveLength(1)
  } finally {
    transport.close()
    flaky.close()
  }
})

it('tries the account when the connection is saved', async () => {
  const context = { apiUrl: '', publicUrl: '' }
  expect(await smtpAuth.validate?.({ auth: account(), server: context })).toEqual({ valid: true })
  expect(await smtpAuth.validate?.({ auth: { ...account(), password: 'x' }, server: context })).toEqual({
    valid: false,
    error: expect.stringContaining('Wrong user name'),
  })
})
