import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSmtpServer } from '@piecework/pieces/smtp/testing-smtp'
import { type ParsedMail, simpleParser } from 'mailparser'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../testing/flows.ts'
import { PASSWORD, type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

let smtp: Awaited<ReturnType<typeof startSmtpServer>>
let server: TestServer
let owner: Person

const MAIL = {
  AP_SMTP_HOST: '127.0.0.1',
  AP_SMTP_USERNAME: 'ada',
  AP_SMTP_PASSWORD: 'secret',
  AP_SMTP_SENDER_EMAIL: 'piecework@example.com',
  AP_SMTP_SENDER_NAME: 'Piecework',
  AP_FRONTEND_URL: 'https://flows.example.com',
}
const NEW_PASSWORD = 'Another-horse-8'

beforeAll(async () => {
  smtp = await startSmtpServer()
  server = await startTestServer({
    ...MAIL,
    AP_SMTP_PORT: String(smtp.port),
  })
  owner = await signUpOwner(server)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await smtp.close()
})

/** The newest mail to an address, once there is one, and one with the given text in its subject. */
const mailTo = (email: string, subject: string): Promise<ParsedMail> =>
  eventually(async () => {
    const received = smtp.received.filter(({ recipients }) => recipients.includes(email))
    const mails = await Promise.all(received.map(({ source }) => simpleParser(source)))
    return mails.findLast((mail) => mail.subject?.includes(subject))
  }, `a mail to ${email} about ${subject}`)

const linkIn = ({ text }: ParsedMail): URL => new URL(text?.match(/https:\S+/)?.[0] ?? '')
const post = <Body = Record<string, unknown>>(path: string, body: object, token?: string) =>
  server.call<Body>('POST', path, { body, token })
const invite = (email: string, name = 'MEMBER', token = owner.token) =>
  post<{ link?: string; status: string }>(
    '/v1/user-invitations',
    { type: 'PLATFORM', email, platformRole: name },
    token,
  )
const signUp = (email: string, more: object = {}) =>
  post<{ token: string }>('/v1/authentication/sign-up', {
    ...{ email, password: PASSWORD, firstName: 'Ivy', lastName: 'Invited' },
    ...more,
  })
const signIn = (email: string, password = PASSWORD) => post('/v1/authentication/sign-in', { email, password })

test('an invitation comes by mail, plain and as HTML, and its link lets the person in', async () => {
  const answer = await invite('ivy@example.com')
  expect(answer.body.status).toBe('PENDING')
  expect(answer.body.link).toBeUndefined()
  const mail = await mailTo('ivy@example.com', "You are invited to Ada's Platform")
  expect(mail.from?.value).toEqual([{ address: 'piecework@example.com', name: 'Piecework' }])
  expect(mail.text).toContain('owner@example.com invites you')
  const link = linkIn(mail)
  expect(link.origin + link.pathname).toBe('https://flows.example.com/invitation')
  expect(mail.html).toContain(`href="${link.href.replaceAll('&', '&amp;')}"`)
  const session = await signUp('ivy@example.com', { invitationToken: link.searchParams.get('token') })
  expect(session.status).toBe(200)
})

test('what people are called is text in a mail, and no HTML', async () => {
  const path = `/v1/platforms/${owner.platformId}`
  await post(path, { name: '<b>Bold</b> & "Co' }, owner.token).then(() => invite('bold@example.com'))
  const mail = await mailTo('bold@example.com', 'invited')
  expect(mail.html).not.toContain('<b>')
  expect(mail.text).not.toContain('&amp;')
  await post(path, { name: 'Works' }, owner.token)
})

test('who comes without the link proves the address by a code', async () => {
  const key = await post<{ value: string }>('/v1/api-keys', { displayName: 'crm' }, owner.token)
  await invite('kay@example.com', 'MEMBER', key.body.value)
  const unverified = { status: 403, body: { code: 'EMAIL_IS_NOT_VERIFIED' } }
  expect(await signUp('kay@example.com')).toMatchObject(unverified)
  expect(await signIn('kay@example.com')).toMatchObject(unverified)
  const link = linkIn(await mailTo('kay@example.com', 'Verify'))
  const identityId = link.searchParams.get('identityId')
  const verify = (otp: string | null) => post('/v1/authn/local/verify-email', { identityId, otp })
  expect(await verify('WRONG')).toMatchObject({ status: 410, body: { code: 'INVALID_OTP' } })
  expect((await verify(link.searchParams.get('otpcode'))).status).toBe(200)
  expect((await signIn('kay@example.com')).status).toBe(200)
  // Once.
  expect((await verify(link.searchParams.get('otpcode'))).status).toBe(410)
})

test('a forgotten password is set again by a code, and all sessions end', async () => {
  const { body: session } = await signIn('owner@example.com')
  const token = String(session.token)
  const request = (email: string) => post('/v1/otp', { email, type: 'PASSWORD_RESET' })
  expect((await request('nobody-here@example.com')).status).toBe(204)
  expect((await request('Owner@Example.com')).status).toBe(204)
  const link = linkIn(await mailTo('owner@example.com', 'new password'))
  const [otp, identityId] = [link.searchParams.get('otpcode'), link.searchParams.get('identityId')]
  const reset = (newPassword: string) => post('/v1/authn/local/reset-password', { identityId, otp, newPassword })
  expect(await reset('weak')).toMatchObject({ status: 400 })
  expect((await reset(NEW_PASSWORD)).status).toBe(200)
  expect((await server.call('GET', '/v1/users/me', { token })).status).toBe(401)
  expect((await signIn('owner@example.com')).status).toBe(401)
  const again = await signIn('owner@example.com', NEW_PASSWORD)
  expect(again.status).toBe(200)
  owner = { ...owner, token: String(again.body.token) }
})

test('a code is tried five times at most, and not replaced at once', async () => {
  const { db } = server.server
  const email = 'ivy@example.com'
  await post('/v1/otp', { email, type: 'PASSWORD_RESET' })
  const first = linkIn(await mailTo(email, 'new password'))
  const [otp, identityId] = [first.searchParams.get('otpcode'), first.searchParams.get('identityId')]
  const reset = async (code: string | null) =>
    (await post('/v1/authn/local/reset-password', { identityId, otp: code, newPassword: NEW_PASSWORD })).status
  for (let index = 0; index < 5; index++) expect(await reset('AAAAAAAA')).toBe(410)
  expect(await reset(otp)).toBe(410)
  const stored = () => db.selectFrom('otp').select(['value', 'tries']).where('identityId', '=', identityId).execute()
  const before = await stored()
  expect(JSON.stringify(before)).not.toContain(otp)
  await post('/v1/otp', { email, type: 'PASSWORD_RESET' })
  expect(await stored()).toEqual(before)
  await db
    .updateTable('otp')
    .set({ created: new Date(Date.now() - 660_000) })
    .where('identityId', '=', identityId)
    .execute()
  await post('/v1/otp', { email, type: 'PASSWORD_RESET' })
  expect(await stored()).not.toEqual(before)
})

test('a code is no use after an hour', async () => {
  const { db } = server.server
  await invite('old@example.com')
  const token = linkIn(await mailTo('old@example.com', 'invited')).searchParams.get('token')
  await signUp('old@example.com', { invitationToken: token })
  await post('/v1/otp', { email: 'old@example.com', type: 'PASSWORD_RESET' })
  const link = linkIn(await mailTo('old@example.com', 'new password'))
  const [otp, identityId] = [link.searchParams.get('otpcode'), link.searchParams.get('identityId')]
  await db
    .updateTable('otp')
    .set({ created: new Date(Date.now() - 3_660_000) })
    .where('identityId', '=', identityId)
    .execute()
  const answer = await post('/v1/authn/local/reset-password', { identityId, otp, newPassword: NEW_PASSWORD })
  expect(answer.status).toBe(410)
})

test('where mail is sent, codes are shown to nobody', async () => {
  const path = `/v1/users/${owner.userId}/one-time-code`
  expect(await post(path, { type: 'PASSWORD_RESET' }, owner.token)).toMatchObject({ status: 409 })
})

test('an address that the mail server refuses holds up no other mail', async () => {
  await invite('nobody@example.com')
  await invite('somebody@example.com')
  await mailTo('somebody@example.com', 'invited')
})

test('a mail server that is away holds up no request, and the next process sends the mail', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-'))
  const away = await startSmtpServer()
  await away.close()
  const open = (port: number) => startTestServer({ ...MAIL, AP_SMTP_PORT: String(port) }, { folder })
  try {
    const before = await open(away.port)
    const { token } = await signUpOwner(before)
    const body = { type: 'PLATFORM', email: 'late@example.com', platformRole: 'MEMBER' }
    expect((await before.call('POST', '/v1/user-invitations', { token, body })).status).toBe(201)
    await before[Symbol.asyncDispose]()
    const after = await open(smtp.port)
    try {
      await mailTo('late@example.com', 'invited')
    } finally {
      await after[Symbol.asyncDispose]()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('people whom a directory adds are welcomed once, unless they may not come in', async () => {
  const key = await post<{ value: string }>('/v1/api-keys', { displayName: 'scim' }, owner.token)
  const add = (name: string, active: boolean) =>
    post(
      '/v1/scim/v2/Users',
      { userName: `${name}@works.example`, name: { givenName: name, familyName: 'Okta' }, active },
      key.body.value,
    )
  expect((await add('idle', false)).status).toBe(201)
  expect((await add('wilma', true)).status).toBe(201)
  const mail = await mailTo('wilma@works.example', 'Welcome to')
  expect(mail.text).toContain('Hello wilma')
  expect(linkIn(mail).href).toBe(`https://flows.example.com/sign-in?platform=${owner.platformId}`)
  const welcomed = smtp.received
    .map(({ recipients }) => recipients.join())
    .filter((to) => to.includes('@works.example'))
  expect(welcomed).toEqual(['wilma@works.example'])
})
