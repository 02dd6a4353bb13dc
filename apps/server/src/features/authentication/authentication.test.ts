import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addColleague } from '../../testing/people.ts'
import { startTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let owner: Session

interface Session {
  token: string
  id: string
  platformId: string
  projectId: string
  email: string
  firstName: string
}

const person = { email: 'new@example.com', password: 'Long-enough-1', firstName: 'New', lastName: 'Person' }

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

test('of people who sign up first at the same moment one founds the platform', async () => {
  const signUp = (name: string) =>
    server.call<Session>('POST', '/v1/authentication/sign-up', {
      body: { ...person, email: `${name}@Example.com`, firstName: name },
    })
  const answers = await Promise.all(['Ada', 'Ben', 'Cyd'].map(signUp))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403])
  expect(answers.find(({ status }) => status === 403)?.body).toMatchObject({ code: 'INVITATION_ONLY_SIGN_UP' })
  const founder = answers.find(({ status }) => status === 200)
  if (!founder) throw new Error('nobody came in')
  owner = founder.body
  expect(owner.platformId).toMatch(/^[0-9A-Za-z]{21}$/)
  const projects = await server.call<{ data: unknown[] }>('GET', '/v1/projects', { token: owner.token })
  const displayName = `${owner.firstName}'s Project`
  expect(projects.body.data).toMatchObject([{ id: owner.projectId, type: 'PERSONAL', displayName }])
})

test('sign-up does not tell who has an account', async () => {
  const signUp = (email: string) => server.call('POST', '/v1/authentication/sign-up', { body: { ...person, email } })
  const known = await signUp(` ${owner.email.toUpperCase()} `)
  expect(known).toMatchObject({ status: 403, body: { code: 'INVITATION_ONLY_SIGN_UP' } })
  const { status, body } = await signUp('nobody-at-all@example.com')
  expect({ status, body }).toEqual({ status: known.status, body: known.body })
})

test('an address is known in any spelling', async () => {
  const session = await server.call('POST', '/v1/authentication/sign-in', {
    body: { email: owner.email.toUpperCase(), password: person.password },
  })
  expect(session).toMatchObject({
    status: 200,
    body: {
      id: owner.id,
      platformId: owner.platformId,
      projectId: owner.projectId,
      platformRole: 'ADMIN',
      email: owner.email,
      verified: true,
    },
  })
  expect(session.body).not.toHaveProperty('password')
})

test('a sign-in does not fail because its time cannot be noted', async () => {
  const { db } = server.server
  const signIn = () =>
    server.call<Session>('POST', '/v1/authentication/sign-in', {
      body: { email: owner.email, password: person.password },
    })
  const noted = async () =>
    (await db.selectFrom('user').select('lastActiveDate').where('id', '=', owner.id).executeTakeFirst())?.lastActiveDate
  const before = await noted()
  await sql`alter table "user" add constraint untouched check ("lastActiveDate" < '2000-01-01') not valid`.execute(db)
  expect((await signIn()).status).toBe(200)
  expect(await noted()).toEqual(before)
  await sql`alter table "user" drop constraint untouched`.execute(db)
  const { body } = await signIn()
  const after = await noted()
  expect(after).not.toEqual(before)
  // Requests write nothing of the kind.
  await server.call('GET', '/v1/projects', { token: body.token })
  expect(await noted()).toEqual(after)
})

test('a wrong password and an unknown address are answered alike', async () => {
  const wrong = await server.call('POST', '/v1/authentication/sign-in', {
    body: { email: owner.email, password: 'wrong password' },
  })
  const unknown = await server.call('POST', '/v1/authentication/sign-in', {
    body: { email: 'nobody@example.com', password: 'wrong password' },
  })
  expect(wrong).toMatchObject({ status: 401, body: { code: 'INVALID_CREDENTIALS' } })
  expect(unknown.body).toEqual(wrong.body)
})

test.each([
  ['password', { password: 'Short-1' }],
  ['password', { password: 'no-upper-case-1' }],
  ['password', { password: 'NO-LOWER-CASE-1' }],
  ['password', { password: 'No-digit-here' }],
  ['password', { password: 'NoSpecial1' }],
  ['password', { password: 'Aa1-'.repeat(17) }],
  ['email', { email: 'not an address' }],
  ['firstName', { firstName: 'a.b' }],
  ['lastName', { lastName: undefined }],
])('sign-up names the field that is wrong: %s', async (field, change) => {
  const answer = await server.call('POST', '/v1/authentication/sign-up', { body: { ...person, ...change } })
  expect(answer).toMatchObject({
    status: 400,
    body: { statusCode: 400, message: expect.stringContaining(`body/${field}`) },
  })
})

test('a user who is deactivated is out at once and cannot come back', async () => {
  const { db, tokens } = server.server
  const identity = await db.selectFrom('user_identity').selectAll().executeTakeFirstOrThrow()
  const member = {
    id: 'm'.repeat(21),
    identityId: 'i'.repeat(21),
    platformId: owner.platformId,
    platformRole: 'MEMBER' as const,
    status: 'ACTIVE' as const,
  }
  await db
    .insertInto('user_identity')
    .values({ ...identity, id: member.identityId, email: 'member@example.com' })
    .execute()
  await db.insertInto('user').values(member).execute()
  const token = await tokens.user({ id: member.id, platformId: owner.platformId, tokenVersion: identity.tokenVersion })
  expect((await server.call('GET', '/v1/users/me', { token })).status).toBe(200)
  await server.call('POST', `/v1/users/${member.id}`, { token: owner.token, body: { status: 'INACTIVE' } })
  expect(await server.call('GET', '/v1/users/me', { token })).toMatchObject({
    status: 401,
    body: { code: 'SESSION_EXPIRED' },
  })
  const signIn = await server.call('POST', '/v1/authentication/sign-in', {
    body: { email: 'member@example.com', password: person.password },
  })
  expect(signIn).toMatchObject({ status: 403, body: { code: 'USER_IS_INACTIVE' } })
  const own = await server.call('POST', `/v1/users/${owner.id}`, { token: owner.token, body: { status: 'INACTIVE' } })
  expect(own).toMatchObject({ status: 409, body: { code: 'VALIDATION' } })
})

test('nobody switches to a platform that is not theirs', async () => {
  const answer = await server.call('POST', '/v1/authentication/switch-platform', {
    token: owner.token,
    body: { platformId: 'x'.repeat(21) },
  })
  expect(answer).toMatchObject({ status: 404, body: { code: 'ENTITY_NOT_FOUND' } })
  const same = await server.call('POST', '/v1/authentication/switch-platform', {
    token: owner.token,
    body: { platformId: owner.platformId },
  })
  expect(same).toMatchObject({ status: 200, body: { platformId: owner.platformId, projectId: owner.projectId } })
})

test('a platform without password sign-in lets in its owner alone, and one without the domain of an address nobody', async () => {
  const change = (body: Record<string, unknown>) =>
    server.call('POST', `/v1/platforms/${owner.platformId}`, { token: owner.token, body })
  const signIn = () =>
    server.call('POST', '/v1/authentication/sign-in', { body: { email: owner.email, password: person.password } })
  const switchHere = () =>
    server.call('POST', '/v1/authentication/switch-platform', {
      token: owner.token,
      body: { platformId: owner.platformId },
    })
  try {
    await change({ emailAuthEnabled: false })
    for (const answer of [await signIn(), await switchHere()]) expect(answer.status).toBe(200)
    // As if somebody else owned it.
    const { db } = server.server
    const own = async (ownerId: string) =>
      db.updateTable('platform').set({ ownerId }).where('id', '=', owner.platformId).execute()
    const { userId } = await addColleague(server, { ...owner, userId: owner.id }, 'Other-Owner')
    await own(userId)
    for (const answer of [await signIn(), await switchHere()]) {
      expect(answer).toMatchObject({ status: 403, body: { code: 'EMAIL_AUTH_DISABLED' } })
    }
    await own(owner.id)
    await change({ emailAuthEnabled: true, enforceAllowedAuthDomains: true, allowedAuthDomains: ['acme.test'] })
    for (const answer of [await signIn(), await switchHere()]) {
      expect(answer).toMatchObject({
        status: 403,
        body: { code: 'DOMAIN_NOT_ALLOWED', params: { domain: 'example.com' } },
      })
    }
    await change({ allowedAuthDomains: ['acme.test', 'Example.COM'] })
    expect(await signIn()).toMatchObject({ status: 200 })
  } finally {
    await change({ emailAuthEnabled: true, enforceAllowedAuthDomains: false, allowedAuthDomains: [] })
  }
})

test('a person founds another platform, sees nothing of the first from it, and goes to and fro', async () => {
  const founded = await server.call<Session>('POST', '/v1/platforms', { token: owner.token, body: { name: 'Second' } })
  expect(founded).toMatchObject({ status: 200, body: { platformRole: 'ADMIN', email: owner.email } })
  const { token, platformId, projectId } = founded.body
  expect(platformId).not.toBe(owner.platformId)
  const projects = await server.call<{ data: unknown[] }>('GET', '/v1/projects', { token })
  expect(projects.body.data).toMatchObject([{ id: projectId, displayName: "Second's Project", type: 'PERSONAL' }])
  for (const url of [`/v1/projects/${owner.projectId}`, `/v1/platforms/${owner.platformId}`]) {
    expect(await server.call('GET', url, { token })).toMatchObject({ status: 404, body: { code: 'ENTITY_NOT_FOUND' } })
  }
  const platforms = await server.call<{ platformName: string }[]>('GET', '/v1/platforms', { token })
  expect(platforms.body.map(({ platformName }) => platformName)).toContain('Second')
  const back = await server.call('POST', '/v1/authentication/switch-platform', {
    token,
    body: { platformId: owner.platformId },
  })
  expect(back).toMatchObject({ status: 200, body: { projectId: owner.projectId } })
  const nameless = await server.call('POST', '/v1/platforms', { token, body: { name: 'a/b' } })
  expect(nameless).toMatchObject({ status: 400, body: { message: expect.stringContaining('body/name') } })
})

test('a changed password ends all sessions, and the answer is a new one', async () => {
  const { body: known } = await server.call<Session>('POST', '/v1/authentication/sign-in', {
    body: { email: owner.email, password: person.password },
  })
  const change = (token: string, currentPassword: string, newPassword: string) =>
    server.call<Session>('POST', '/v1/authentication/change-password', {
      token,
      body: { currentPassword, newPassword },
    })
  expect(await change(known.token, 'Wrong-horse-1', 'Other-horse-9')).toMatchObject({
    status: 401,
    body: { code: 'INVALID_CREDENTIALS' },
  })
  expect(await change(known.token, person.password, 'weak')).toMatchObject({ status: 400 })
  const changed = await change(known.token, person.password, 'Other-horse-9')
  expect(changed).toMatchObject({ status: 200, body: { platformId: known.platformId } })
  const me = async (token: string) => (await server.call('GET', '/v1/users/me', { token })).status
  expect([await me(known.token), await me(owner.token), await me(changed.body.token)]).toEqual([401, 401, 200])
  const both = await Promise.all([
    change(changed.body.token, 'Other-horse-9', person.password),
    change(changed.body.token, 'Other-horse-9', 'Third-horse-9'),
  ])
  expect(both.map(({ status }) => status).sort()).toEqual([200, 401])
  const [won] = both.filter(({ status }) => status === 200)
  if (both[1] === won) await change(won?.body.token ?? '', 'Third-horse-9', person.password)
  const again = await server.call('POST', '/v1/authentication/sign-in', {
    body: { email: owner.email, password: person.password },
  })
  expect(again.status).toBe(200)
})

test('without a mail server an administrator hands a code over, but not to enter other platforms with it', async () => {
  const { body: admin } = await server.call<Session>('POST', '/v1/authentication/sign-in', {
    body: { email: owner.email, password: person.password },
  })
  const invited = await server.call<{ link: string }>('POST', '/v1/user-invitations', {
    token: admin.token,
    body: { type: 'PLATFORM', email: 'zoe@example.com', platformRole: 'ADMIN' },
  })
  const invitationToken = new URL(invited.body.link).searchParams.get('token')
  const { body: zoe } = await server.call<Session>('POST', '/v1/authentication/sign-up', {
    body: { ...person, email: 'zoe@example.com', invitationToken },
  })
  const show = (userId: string, token: string) =>
    server.call<{ code: string; link: string }>('POST', `/v1/users/${userId}/one-time-code`, {
      token,
      body: { type: 'PASSWORD_RESET' },
    })
  const { status, body: shown } = await show(zoe.id, admin.token)
  expect(status).toBe(200)
  const link = new URL(shown.link)
  expect(link.searchParams.get('otpcode')).toBe(shown.code)
  const reset = await server.call('POST', '/v1/authn/local/reset-password', {
    body: {
      identityId: link.searchParams.get('identityId'),
      otp: shown.code.toLowerCase(),
      newPassword: 'Reset-horse-1',
    },
  })
  expect(reset.status).toBe(200)
  const session = await server.call<Session>('POST', '/v1/authentication/sign-in', {
    body: { email: 'zoe@example.com', password: 'Reset-horse-1' },
  })
  expect(session.status).toBe(200)
  // The owner is reset by nobody else, and neither is somebody who belongs to another platform, too.
  expect(await show(admin.id, session.body.token)).toMatchObject({ status: 409, body: { code: 'VALIDATION' } })
  await server.call('POST', '/v1/platforms', { token: session.body.token, body: { name: 'Private' } })
  expect(await show(zoe.id, admin.token)).toMatchObject({ status: 409, body: { code: 'VALIDATION' } })
})

test('strangers wait as long for an answer as people whom the server knows', async () => {
  const timeOf = async (email: string): Promise<number> => {
    const times: number[] = []
    for (let index = 0; index < 7; index++) {
      const from = performance.now()
      await server.call('POST', '/v1/authentication/sign-in', { body: { email, password: 'Wrong-horse-1' } })
      times.push(performance.now() - from)
    }
    // The fastest is the one that nothing else delayed.
    return Math.min(...times)
  }
  const [known, unknown] = [await timeOf(owner.email), await timeOf('nobody@example.com')]
  // The check of a password is most of the time: without it, the answer would come many times as fast.
  expect(unknown).toBeGreaterThan(known / 3)
})
