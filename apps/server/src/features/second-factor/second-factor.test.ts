import { afterAll, beforeAll, expect, test } from 'vitest'
import { fromBase32 } from '../../testing/base32.ts'
import { eventually } from '../../testing/flows.ts'
import { addColleague } from '../../testing/people.ts'
import { PASSWORD, type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'
import { hashPassword } from '../authentication/passwords.ts'
import { base32, codeOf, stepAt, stepOfCode } from './totp.ts'

let server: TestServer
let owner: Person

beforeAll(async () => {
  server = await startTestServer()
  owner = await signUpOwner(server)
})
afterAll(() => server[Symbol.asyncDispose]())

interface SetUp {
  secret: string
  uri: string
  qr: string
}
interface Refusal {
  code: string
  params: { challenge: string; step: string }
}

const call = <Body>(method: string, path: string, token?: string, body?: object) =>
  server.call<Body>(method, path, { token, body })
const signIn = (email: string) =>
  call<Refusal & { token: string }>('POST', '/v1/authentication/sign-in', undefined, { email, password: PASSWORD })
const answer = (challenge: string, code: string) =>
  call<{ token: string; code: string }>('POST', '/v1/authentication/second-factor', undefined, { challenge, code })
const isIn = async (token: string) => (await call('GET', '/v1/users/me', token)).status === 200

/** The code that the app of the person shows, some steps from now. */
const codeFrom = (secret: string, steps = 0): string => codeOf(fromBase32(secret), stepAt(Date.now()) + steps)

/** Lets the code of this moment be used again, as if time had passed. */
const later = () => server.server.db.updateTable('second_factor').set({ lastStep: 0 }).execute()

/** Somebody with a password, signed in. */
async function join(name: string): Promise<{ email: string; token: string; userId: string }> {
  const { userId } = await addColleague(server, owner, name)
  await server.server.db
    .updateTable('user_identity')
    .set({ password: await hashPassword(PASSWORD) })
    .where('id', '=', userId)
    .execute()
  const email = `${name.toLowerCase()}@example.com`
  return { email, userId, token: (await signIn(email)).body.token }
}

async function setUp(token: string): Promise<{ secret: string; recoveryCodes: string[] }> {
  const { body } = await call<SetUp>('POST', '/v1/second-factor', token, { password: PASSWORD })
  const confirmed = await call<{ recoveryCodes: string[] }>('POST', '/v1/second-factor/confirm', token, {
    code: codeFrom(body.secret),
  })
  expect(confirmed.status).toBe(200)
  return { secret: body.secret, recoveryCodes: confirmed.body.recoveryCodes }
}

async function challengeOf(email: string): Promise<string> {
  const refusal = await signIn(email)
  expect(refusal).toMatchObject({ status: 403, body: { code: 'SECOND_FACTOR_REQUIRED', params: { step: 'CODE' } } })
  return refusal.body.params.challenge
}

test('codes are those of RFC 6238, and those of a minute ago are none', () => {
  const secret = Buffer.from('12345678901234567890')
  const known = { 59: '287082', 1111111109: '081804', 1234567890: '005924', 20000000000: '353130' }
  for (const [seconds, code] of Object.entries(known)) expect(codeOf(secret, stepAt(Number(seconds) * 1000))).toBe(code)
  expect(base32(secret)).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
  const step = stepAt(59_000)
  expect(stepOfCode(secret, '287 082', 59_000)).toBe(step)
  expect(stepOfCode(secret, '287082', 89_000)).toBe(step)
  expect(stepOfCode(secret, '287082', 119_000)).toBeUndefined()
  expect(stepOfCode(secret, '', 59_000)).toBeUndefined()
})

test('somebody sets it up, and comes in by password and code from then on', async () => {
  const { email, token } = await join('Ben')
  const other = (await signIn(email)).body.token
  const wrong = await call('POST', '/v1/second-factor', token, { password: 'not it' })
  expect(wrong).toMatchObject({ status: 401, body: { code: 'INVALID_CREDENTIALS' } })
  const begun = await call<SetUp>('POST', '/v1/second-factor', token, { password: PASSWORD })
  expect(begun.body.uri).toBe(
    `otpauth://totp/Piecework%3A${encodeURIComponent(email)}?secret=${begun.body.secret}&issuer=Piecework`,
  )
  expect(begun.body.qr).toMatch(/^<svg/)
  // A set-up that is not confirmed asks nobody for a code.
  expect((await signIn(email)).status).toBe(200)
  const confirm = (code: string) =>
    call<{ recoveryCodes: string[] }>('POST', '/v1/second-factor/confirm', token, { code })
  expect((await confirm('000000')).status).toBe(410)
  const code = codeFrom(begun.body.secret)
  const { body } = await confirm(code)
  expect(new Set(body.recoveryCodes).size).toBe(10)
  expect([await isIn(token), await isIn(other)]).toEqual([true, false])

  const challenge = await challengeOf(email)
  expect(await isIn(challenge)).toBe(false)
  // The code that confirmed the set-up was used.
  expect((await answer(challenge, code)).body.code).toBe('INVALID_OTP')
  await later()
  const entered = await answer(challenge, code)
  expect(await isIn(entered.body.token)).toBe(true)
  expect((await answer(challenge, code)).body.code).toBe('INVALID_OTP')
  const { body: list } = await call<{ data: object[] }>('GET', '/v1/sessions', entered.body.token)
  expect(list.data[0]).toMatchObject({ current: true, secondFactor: true })
  const row = await server.server.db.selectFrom('second_factor').selectAll().executeTakeFirstOrThrow()
  const stored = JSON.stringify(row)
  for (const secret of [begun.body.secret, ...body.recoveryCodes]) expect(stored).not.toContain(secret)
})

test('of one code used twice at once, one comes in', async () => {
  const { email, token } = await join('Cyd')
  const { secret, recoveryCodes } = await setUp(token)
  await later()
  const challenges = await Promise.all([1, 2, 3].map(() => challengeOf(email)))
  const statuses = async (code: string) =>
    (await Promise.all(challenges.map((one) => answer(one, code)))).map(({ status }) => status).sort()
  expect(await statuses(codeFrom(secret))).toEqual([200, 410, 410])
  expect(await statuses(recoveryCodes[0] ?? '')).toEqual([200, 410, 410])
  const state = await call(
    'GET',
    '/v1/second-factor',
    (await answer(challenges[0] ?? '', recoveryCodes[1]?.toLowerCase() ?? '')).body.token,
  )
  expect(state.body).toMatchObject({ recoveryCodesLeft: 8, asksPassword: true, required: false })
})

test('after five wrong codes nobody gets in for a while, not even by a right one', async () => {
  const { email, token, userId } = await join('Dan')
  const { secret } = await setUp(token)
  await later()
  const challenge = await challengeOf(email)
  for (let count = 0; count < 5; count++) expect((await answer(challenge, `00000${count}`)).status).toBe(410)
  expect(await answer(challenge, codeFrom(secret))).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } })
  // Another challenge does not help, and neither does the page of the settings.
  expect((await answer(await challengeOf(email), codeFrom(secret))).status).toBe(429)
  const off = { password: PASSWORD, code: codeFrom(secret) }
  expect((await call('POST', '/v1/second-factor/turn-off', token, off)).status).toBe(429)
  await server.server.db
    .updateTable('second_factor')
    .set({ lockedUntil: new Date(0) })
    .where('identityId', '=', userId)
    .execute()
  expect((await answer(challenge, codeFrom(secret))).status).toBe(200)
})

test('turning it off needs the password and a code; other recovery codes take the place of the first', async () => {
  const { email, token } = await join('Eve')
  const { secret, recoveryCodes } = await setUp(token)
  await later()
  const off = (body: object) => call('POST', '/v1/second-factor/turn-off', token, body)
  expect((await off({ code: codeFrom(secret) })).status).toBe(401)
  expect((await off({ password: PASSWORD, code: '123456' })).status).toBe(410)
  const again = await call('POST', '/v1/second-factor', token, { password: PASSWORD })
  expect(again).toMatchObject({ status: 409, body: { code: 'VALIDATION' } })
  const renewed = await call<{ recoveryCodes: string[] }>('POST', '/v1/second-factor/recovery-codes', token, {
    ...{ password: PASSWORD, code: codeFrom(secret) },
  })
  expect((await answer(await challengeOf(email), recoveryCodes[0] ?? '')).status).toBe(410)
  expect((await off({ password: PASSWORD, code: renewed.body.recoveryCodes[0] ?? '' })).status).toBe(204)
  expect((await signIn(email)).status).toBe(200)
})

test('each platform of a person hears of it, as what their user there did', async () => {
  const { email, token } = await join('Pia')
  const founded = await call<{ id: string; platformId: string; token: string }>('POST', '/v1/platforms', token, {
    name: 'Other',
  })
  const { secret } = await setUp(token)
  for (const path of ['recovery-codes', 'turn-off']) {
    await later()
    const proof = { password: PASSWORD, code: codeFrom(secret) }
    expect((await call('POST', `/v1/second-factor/${path}`, token, proof)).status).toBeLessThan(300)
  }
  const signedIn = await call<{ token: string }>('POST', '/v1/authentication/sign-in', undefined, {
    ...{ email, password: PASSWORD },
  })
  const over = await call<{ token: string }>('POST', '/v1/authentication/switch-platform', signedIn.body.token, {
    platformId: founded.body.platformId,
  })
  const { id } = founded.body
  const wanted = ['user.second.factor.enabled', 'user.second.factor.disabled', 'user.recovery.codes.renewed']
  const heard = await eventually(async () => {
    const { body } = await call<{ data: { action: string }[] }>('GET', '/v1/audit-events?limit=100', over.body.token)
    const found = body.data.filter(({ action }) => wanted.includes(action))
    return found.length === 3 ? found : undefined
  }, 'the audit log of the other platform')
  for (const event of heard)
    expect(event).toMatchObject({ userId: id, actor: { type: 'USER', id }, data: { user: { id } } })
})

test('a challenge opens nothing else, and ends with the password and the person', async () => {
  const { email, token, userId } = await join('Fay')
  const { secret } = await setUp(token)
  await later()
  const challenge = await challengeOf(email)
  const wrongStep = await call('POST', '/v1/authentication/second-factor/set-up', undefined, { challenge })
  expect(wrongStep.status).toBe(401)
  expect((await answer(token, codeFrom(secret))).status).toBe(401)
  const [head, , signature] = challenge.split('.')
  const forged = Buffer.from(
    JSON.stringify({ userId: owner.userId, means: 'SSO', step: 'SET_UP', aud: 'second-factor' }),
  )
  expect((await answer(`${head}.${forged.toString('base64url')}.${signature}`, codeFrom(secret))).status).toBe(401)
  await call('POST', '/v1/authentication/change-password', token, {
    ...{ currentPassword: PASSWORD, newPassword: 'Correct-horse-9' },
  })
  expect(await answer(challenge, codeFrom(secret))).toMatchObject({
    ...{ status: 401, body: { code: 'INVALID_BEARER_TOKEN' } },
  })
  const fresh = await call<Refusal>('POST', '/v1/authentication/sign-in', undefined, {
    ...{ email, password: 'Correct-horse-9' },
  })
  await call('POST', `/v1/users/${userId}`, owner.token, { status: 'INACTIVE' })
  expect((await answer(fresh.body.params.challenge, codeFrom(secret))).body.code).toBe('USER_IS_INACTIVE')
  await call('DELETE', `/v1/users/${userId}`, owner.token)
  expect((await answer(fresh.body.params.challenge, codeFrom(secret))).status).toBe(401)
})

test('an administrator takes it away from somebody who has lost it, but not from the owner', async () => {
  const { email, token, userId } = await join('Gil')
  await setUp(token)
  const reset = (id: string, by: string) => call('DELETE', `/v1/users/${id}/second-factor`, by)
  expect((await reset(userId, token)).status).toBe(403)
  expect((await reset(userId, owner.token)).status).toBe(204)
  expect(await isIn(token)).toBe(false)
  expect((await signIn(email)).status).toBe(200)
  expect((await reset(userId, owner.token)).status).toBe(409)
  expect((await reset(owner.userId, owner.token)).status).toBe(409)
})

test('a platform that requires one leads sign-ins to the set-up', async () => {
  const { email, token } = await join('Hal')
  const change = (secondFactorRequired: boolean) =>
    call('POST', `/v1/platforms/${owner.platformId}`, owner.token, { secondFactorRequired })
  expect((await change(true)).status).toBe(200)
  // Sessions that are open go on.
  expect(await isIn(token)).toBe(true)
  const refusal = await signIn(email)
  expect(refusal).toMatchObject({ status: 403, body: { params: { step: 'SET_UP' } } })
  const { challenge } = refusal.body.params
  expect((await answer(challenge, '000000')).status).toBe(401)
  const begun = await call<SetUp>('POST', '/v1/authentication/second-factor/set-up', undefined, { challenge })
  const confirmed = await call<{ token: string; recoveryCodes: string[] }>(
    ...(['POST', '/v1/authentication/second-factor/confirm', undefined] as const),
    { challenge, code: codeFrom(begun.body.secret) },
  )
  expect(await isIn(confirmed.body.token)).toBe(true)
  expect(confirmed.body.recoveryCodes).toHaveLength(10)
  // The set-up is over: the same challenge begins no other one.
  const again = await call('POST', '/v1/authentication/second-factor/set-up', undefined, { challenge })
  expect(again.status).toBe(409)
  // A session with the second factor leads on without another code; one without does not.
  const switched = (by: string) =>
    call('POST', '/v1/authentication/switch-platform', by, { platformId: owner.platformId })
  expect((await switched(confirmed.body.token)).status).toBe(200)
  expect((await switched(owner.token)).status).toBe(403)
  await change(false)
})
