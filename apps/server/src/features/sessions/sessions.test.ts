import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTokens } from '../../access/tokens.ts'
import { PASSWORD, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'
import { deviceOf } from './device.ts'

const SECRET = 'a secret of this test that is long enough'
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const EMAIL = 'owner@example.com'

interface SessionRow {
  id: string
  means: string
  ip: string | null
  device: string
  current: boolean
}

let server: TestServer
let first: string
let userId: string

beforeAll(async () => {
  server = await startTestServer({ AP_JWT_SECRET: SECRET, AP_SESSION_IDLE_MINUTES: '60', AP_SESSION_MAX_HOURS: '5' })
  const owner = await signUpOwner(server)
  first = owner.token
  userId = owner.userId
})
afterAll(() => server[Symbol.asyncDispose]())

async function signIn(userAgent = FIREFOX, password = PASSWORD): Promise<string> {
  const response = await fetch(`${server.origin}/api/v1/authentication/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': userAgent },
    body: JSON.stringify({ email: EMAIL, password }),
  })
  return String(Object(await response.json()).token)
}
const call = <Body>(method: string, path: string, token: string, body?: object) =>
  server.call<Body>(method, path, { token, body })
const statusOf = async (token: string) => (await call('GET', '/v1/users/me', token)).status
const listOf = async (token: string) => (await call<{ data: SessionRow[] }>('GET', '/v1/sessions', token)).body.data
const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
const idOf = (token: string): string => String(claimsOf(token).sid)
const rows = () => server.server.db.updateTable('user_session')
/** As if nothing of it were remembered. */
const forget = () => server.server.events.emit('ACCESS_CHANGED', { of: 'USER', id: userId })

test('each sign-in is a session of its own, with its browser in plain words', async () => {
  const [one, two] = [await signIn(), await signIn('curl/8.14.1')]
  expect(idOf(one)).not.toBe(idOf(two))
  const list = await listOf(two)
  expect(list.find(({ id }) => id === idOf(one))).toMatchObject({
    ...{ means: 'PASSWORD', device: 'Firefox (Linux)', ip: '127.0.0.1', current: false },
  })
  expect(list.find(({ current }) => current)).toMatchObject({ id: idOf(two), device: 'curl' })
})

test('a session that is ended is out at once, and the others stay', async () => {
  const [one, two] = [await signIn(), await signIn()]
  expect(await statusOf(one)).toBe(200)
  expect((await call('DELETE', `/v1/sessions/${idOf(one)}`, two)).status).toBe(204)
  expect(await call('GET', '/v1/users/me', one)).toMatchObject({ status: 401, body: { code: 'SESSION_EXPIRED' } })
  expect(await statusOf(two)).toBe(200)
  expect((await call('DELETE', '/v1/sessions/current', two)).status).toBe(204)
  expect(await statusOf(two)).toBe(401)
})

test('signing out the others leaves this session, and ends tokens of earlier releases', async () => {
  const { db, tokens } = server.server
  const user = await db.selectFrom('user').selectAll().where('id', '=', userId).executeTakeFirstOrThrow()
  const { tokenVersion } = await db
    .selectFrom('user_identity')
    .select('tokenVersion')
    .where('id', '=', user.identityId)
    .executeTakeFirstOrThrow()
  const old = await tokens.user({ id: userId, platformId: user.platformId ?? '', tokenVersion })
  const [here, there] = [await signIn(), await signIn()]
  expect(await statusOf(old)).toBe(200)
  expect((await call('POST', '/v1/sessions/current/refresh', old)).status).toBe(409)
  expect((await call('DELETE', '/v1/sessions', here)).status).toBe(204)
  expect([await statusOf(here), await statusOf(there), await statusOf(old), await statusOf(first)]).toEqual([
    ...[200, 401, 401, 401],
  ])
  expect(await listOf(here)).toMatchObject([{ id: idOf(here), current: true }])
})

test('a fresh token takes the place of the old one after a while, and of those of before at once', async () => {
  const token = await signIn()
  const id = idOf(token)
  const refresh = async (by: string) => (await call<{ token: string }>('POST', '/v1/sessions/current/refresh', by)).body
  /** The last token was handed out a while ago. */
  const later = async () => {
    await rows()
      .set({ turnedAt: new Date(0) })
      .where('id', '=', id)
      .execute()
    await forget()
  }
  // Right after the sign-in there is nothing to replace.
  expect(claimsOf((await refresh(token)).token)).toMatchObject({ sid: id, turn: 1 })
  await later()
  const both = await Promise.all([refresh(token), refresh(token)])
  expect(both.map((answer) => claimsOf(answer.token).turn)).toEqual([2, 2])
  const second = both[0].token
  expect([await statusOf(token), await statusOf(second)]).toEqual([200, 200])
  await later()
  expect([await statusOf(token), await statusOf(second)]).toEqual([401, 200])
  const third = (await refresh(second)).token
  expect([await statusOf(token), await statusOf(second), await statusOf(third)]).toEqual([401, 200, 200])
})

test('a session ends when nobody uses it, and at its end however much it is used', async () => {
  const [idle, aged] = [await signIn(), await signIn()]
  const { exp, iat } = claimsOf(aged)
  expect(Number(exp) - Number(iat)).toBeLessThanOrEqual(5 * 3600)
  await rows()
    .set({ lastUsedAt: new Date(Date.now() - 61 * 60_000) })
    .where('id', '=', idOf(idle))
    .execute()
  await rows().set({ expiresAt: new Date() }).where('id', '=', idOf(aged)).execute()
  await forget()
  expect([await statusOf(idle), await statusOf(aged)]).toEqual([401, 401])
  const list = await listOf(await signIn())
  expect(list.map(({ id }) => id)).not.toContain(idOf(idle))
  expect(list.map(({ id }) => id)).not.toContain(idOf(aged))
})

test('all sessions end with a changed password, but for the new one', async () => {
  const [one, two] = [await signIn(), await signIn()]
  const changed = await call<{ token: string }>('POST', '/v1/authentication/change-password', one, {
    currentPassword: PASSWORD,
    newPassword: 'Correct-horse-8',
  })
  expect([await statusOf(one), await statusOf(two), await statusOf(changed.body.token)]).toEqual([401, 401, 200])
  expect(await listOf(changed.body.token)).toHaveLength(1)
})

test('tokens are only those that the server signed, for what it signed them for', async () => {
  const token = await signIn(FIREFOX, 'Correct-horse-8')
  const [head = '', payload = '', signature = ''] = token.split('.')
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = claimsOf(token)
  const forged = [
    `${part({ alg: 'none', typ: 'JWT' })}.${payload}.`,
    `${part({ alg: 'RS256', kid: '../../dev/null' })}.${payload}.${signature}`,
    `${head}.${part({ ...claims, sid: 'x'.repeat(21) })}.${signature}`,
    await createTokens(SECRET).signFor('second-factor', { id: userId, type: 'USER' }),
    await createTokens('another secret that is also long enough').user({
      ...{ id: userId, platformId: 'p', tokenVersion: null },
    }),
  ]
  for (const one of forged) expect(await statusOf(one), one).toBe(401)
  // A token of one person does not open the session of another one.
  const { db } = server.server
  const other = { id: 'other'.padEnd(21, 'x'), identityId: '', platformId: null, platformRole: 'MEMBER' as const }
  const { identityId } = await db.selectFrom('user').select('identityId').executeTakeFirstOrThrow()
  await db
    .insertInto('user')
    .values({ ...other, identityId, status: 'ACTIVE' })
    .execute()
  await rows().set({ userId: other.id }).where('id', '=', idOf(token)).execute()
  await forget()
  expect(await statusOf(token)).toBe(401)
})

test('a person has a bounded number of sessions; the oldest make room', async () => {
  const { db } = server.server
  await db.deleteFrom('user_session').execute()
  const session = { userId, means: 'PASSWORD' as const, device: 'curl', secondFactor: false }
  const expiresAt = new Date(Date.now() + 3_600_000)
  await db
    .insertInto('user_session')
    .values(
      Array.from({ length: 120 }, (_, index) => ({
        ...session,
        ...{ id: `s${index}`, expiresAt, lastUsedAt: new Date(Date.now() - (200 - index) * 1000) },
      })),
    )
    .execute()
  const token = await signIn(FIREFOX, 'Correct-horse-8')
  const kept = (await listOf(token)).map(({ id }) => id)
  expect(kept).toHaveLength(100)
  expect(kept).toContain('s119')
  expect(kept).not.toContain('s20')
})

test.each([
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0',
    'Edge (Windows)',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15',
    'Safari (macOS)',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/130.0 Mobile/15E148 Safari/604.1',
    'Chrome (iPhone)',
  ],
  ['python-requests/2.32.3', 'python-requests'],
  ['<script>alert(1)</script>', ''],
  [undefined, ''],
])('the browser of %s is %s', (header, device) => {
  expect(deviceOf(header)).toBe(device)
})
