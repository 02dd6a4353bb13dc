import type { SsoDomain } from '@piecework/api/sso'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fromBase32 } from '../../testing/base32.ts'
import { startDns } from '../../testing/dns.ts'
import { type Account, startLyingProvider, startOidcProvider } from '../../testing/identity-provider.ts'
import { addColleague } from '../../testing/people.ts'
import { PASSWORD, type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'
import { codeOf, stepAt } from '../second-factor/totp.ts'

const FRONTEND_URL = 'http://localhost:3000'
const accounts: Record<string, Account> = {
  ann: { email: 'Ann@Works.example', email_verified: true, given_name: 'Ann', family_name: 'Works' },
  unproved: { email: 'victim@works.example', email_verified: false },
  owner: { email: 'owner@example.com', email_verified: true },
  carl: { email: 'carl@example.com', email_verified: true },
  squatted: { email: 'squatted@example.com', email_verified: true },
}

let server: TestServer
let owner: Person
let dns: Awaited<ReturnType<typeof startDns>>
let provider: Awaited<ReturnType<typeof startOidcProvider>>
let liar: Awaited<ReturnType<typeof startLyingProvider>>

beforeAll(async () => {
  dns = await startDns()
  provider = await startOidcProvider(`${FRONTEND_URL}/redirect`, accounts)
  liar = await startLyingProvider()
  server = await startTestServer({
    ...{
      AP_FRONTEND_URL: FRONTEND_URL,
      AP_SSRF_ALLOW_LIST: '127.0.0.1',
      AP_SSO_ALLOW_HTTP: 'true',
      AP_DNS_SERVERS: dns.address,
    },
  })
  owner = await signUpOwner(server)
  await setProviders({ oidc: { ...provider.client, issuer: provider.url, displayName: 'Works' } })
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await provider?.close()
  await liar?.close()
  dns?.close()
})

const call = <Body = Record<string, unknown>>(method: string, path: string, body?: object, token?: string) =>
  server.call<Body>(method, path, { ...(body ? { body } : {}), token })
const setProviders = async (federatedAuthProviders: object, person = owner) => {
  const { status } = await call('POST', `/v1/platforms/${person.platformId}`, { federatedAuthProviders }, person.token)
  expect(status).toBe(200)
}

/** A browser begins. @returns where it goes to, and its cookie */
async function begin(providerName = 'oidc', platformId = owner.platformId) {
  const url = `${server.origin}/api/v1/authn/federated/login?providerName=${providerName}&platformId=${platformId}`
  const answer = await fetch(url)
  const [set = ''] = answer.headers.getSetCookie()
  const { loginUrl } = (await answer.json()) as { loginUrl: string }
  return { loginUrl, cookie: set.split(';')[0] ?? '', set }
}

interface Claimed {
  status: number
  body: {
    token: string
    id: string
    code?: string
    params?: { step: string; challenge: string }
    platformRole: string
    email: string
    firstName: string
  }
}

async function claim(
  answer: object,
  cookie: string,
  { providerName = 'oidc', path = 'claim', token = '' } = {},
): Promise<Claimed> {
  const response = await fetch(`${server.origin}/api/v1/authn/federated/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie, ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ providerName, ...answer }),
  })
  return { status: response.status, body: (await response.json()) as Claimed['body'] }
}

async function signIn(account: string): Promise<Claimed> {
  const { loginUrl, cookie } = await begin()
  return claim(await provider.signIn(loginUrl, account), cookie)
}

const taken = { status: 409, body: { code: 'EXISTING_USER' } }
const LINKS = '/v1/authn/federated/links'
const refused = { status: 400, body: { code: 'INVALID_CLAIM' } }

test('a person comes in by the provider of the company, and is known by the id there from then on', async () => {
  const first = await signIn('ann')
  expect(first).toMatchObject({
    status: 200,
    body: { platformRole: 'MEMBER', email: 'ann@works.example', firstName: 'Ann' },
  })
  expect((await call('GET', '/v1/users/me', undefined, first.body.token)).status).toBe(200)
  accounts.ann = { ...accounts.ann, email: 'ann.married@works.example' }
  expect((await signIn('ann')).body).toMatchObject({ id: first.body.id, email: 'ann@works.example' })
  await call('POST', `/v1/users/${first.body.id}`, { status: 'INACTIVE' }, owner.token)
  expect(await signIn('ann')).toMatchObject({ status: 403, body: { code: 'USER_IS_INACTIVE' } })
  await call('POST', `/v1/users/${first.body.id}`, { status: 'ACTIVE' }, owner.token)
})

test('secrets of providers are kept encrypted, and shown to nobody', async () => {
  const platform = await call('GET', `/v1/platforms/${owner.platformId}`, undefined, owner.token)
  expect(platform.body.federatedAuthProviders).toEqual({
    ...{ google: null, github: null, saml: null },
    oidc: { clientId: provider.client.clientId, issuer: provider.url, displayName: 'Works' },
  })
  const stored = await server.server.db.selectFrom('platform').select('federatedAuthProviders').execute()
  const events = await call('GET', '/v1/audit-events?action=platform.updated', undefined, owner.token)
  expect(JSON.stringify([stored, platform.body, events.body])).not.toContain(provider.client.clientSecret)
  expect(JSON.stringify(events.body)).toContain('"federatedAuthProviders":["oidc"]')
})

test('a sign-in ends only in the browser that began it, with its own answer, once', async () => {
  const { loginUrl, cookie, set } = await begin()
  expect(set).toMatch(/HttpOnly; SameSite=Lax/)
  const url = new URL(loginUrl)
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    code_challenge_method: 'S256',
    nonce: expect.any(String),
  })
  const answer = await provider.signIn(loginUrl, 'ann')
  const other = await begin()
  expect(await claim(answer, '')).toMatchObject(refused)
  expect(await claim(answer, other.cookie)).toMatchObject(refused)
  expect(await claim(answer, `${cookie.slice(0, -4)}AAAA`)).toMatchObject(refused)
  expect(await claim({ ...answer, state: 'x' }, cookie)).toMatchObject(refused)
  expect(await claim({ code: answer.code }, cookie)).toMatchObject(refused)
  // The code of one sign-in in another one: what somebody would slip to a victim.
  const { state } = await provider.signIn(other.loginUrl, 'ann')
  expect(await claim({ ...answer, state }, other.cookie)).toMatchObject(refused)
  const { loginUrl: again, cookie: fresh } = await begin()
  const good = await provider.signIn(again, 'ann')
  // Another provider that pretends to be this one (RFC 9207), and the other way round.
  expect(await claim({ ...good, iss: 'https://evil.example' }, fresh)).toMatchObject(refused)
  expect(await claim(good, fresh, { providerName: 'google' })).toMatchObject(refused)
  expect((await claim(good, fresh)).status).toBe(200)
  expect(await claim(good, fresh)).toMatchObject(refused)
  const elsewhere = await fetch(
    `${server.origin}/api/v1/authn/federated/login?providerName=oidc&redirect_uri=https://evil.example`,
  )
  const { loginUrl: safe } = (await elsewhere.json()) as { loginUrl: string }
  expect(new URL(safe).searchParams.get('redirect_uri')).toBe(`${FRONTEND_URL}/redirect`)
})

test('an account cannot be used to take over a person', async () => {
  expect(await signIn('unproved')).toMatchObject(refused)
  // Somebody who is on this platform alone is found by the address.
  const carl = await addColleague(server, owner, 'Carl')
  expect((await signIn('carl')).body.id).toBe(carl.userId)

  // Who chose the password of an address without proof is not the person behind it.
  const squatter = await addColleague(server, owner, 'Squatted')
  const { db } = server.server
  await db
    .updateTable('user_identity')
    .set({ verified: false, password: 'x', tokenVersion: 'old' })
    .where('id', '=', squatter.userId)
    .execute()
  expect((await signIn('squatted')).body.id).toBe(squatter.userId)
  const [identity] = await db.selectFrom('user_identity').selectAll().where('id', '=', squatter.userId).execute()
  expect(identity).toMatchObject({ verified: true, password: '' })
  expect(identity?.tokenVersion).not.toBe('old')

  // The owner has a second platform, whose provider must open neither, and this one must not open the second.
  const { body: founded } = await call<Person & { id: string }>(
    'POST',
    '/v1/platforms',
    { name: 'Second' },
    owner.token,
  )
  expect(await signIn('owner')).toMatchObject(taken)
  const second = { ...founded, userId: founded.id }
  await setProviders({ oidc: { ...provider.client, issuer: provider.url } }, second)
  const { loginUrl, cookie } = await begin('oidc', second.platformId)
  accounts.evil = { email: 'carl@example.com', email_verified: true }
  expect(await claim(await provider.signIn(loginUrl, 'evil'), cookie)).toMatchObject(taken)

  // Linked by the person, the account opens this platform, and no other.
  const start = await begin()
  const answer = await provider.signIn(start.loginUrl, 'owner')
  expect((await claim(answer, start.cookie, { path: 'link', token: owner.token })).status).toBe(200)
  const session = await signIn('owner')
  expect(session.body.id).toBe(owner.userId)
  const move = { platformId: second.platformId }
  expect((await call('POST', '/v1/authentication/switch-platform', move, session.body.token)).status).toBe(409)
  expect((await call('POST', '/v1/platforms', { name: 'Third' }, session.body.token)).status).toBe(409)
  expect((await call('POST', '/v1/authentication/switch-platform', move, owner.token)).status).toBe(200)
  // An account belongs to one person.
  const theft = await begin()
  const stolen = await provider.signIn(theft.loginUrl, 'owner')
  expect(await claim(stolen, theft.cookie, { path: 'link', token: carl.token })).toMatchObject(refused)

  // The person alone takes back a link, but for the last way in.
  const { body: links } = await call<{ data: { id: string }[] }>('GET', LINKS, undefined, owner.token)
  expect(links.data).toMatchObject([{ provider: 'oidc', issuer: provider.url }])
  const [{ id } = { id: '' }] = links.data
  expect((await call('DELETE', `${LINKS}/${id}`, undefined, carl.token)).status).toBe(404)
  expect((await call('DELETE', `${LINKS}/${id}`, undefined, owner.token)).status).toBe(204)
  const acts = async () => {
    const path = '/v1/audit-events?action=user.account.linked&action=user.account.unlinked'
    const { body } = await call<{ data: { action: string; userId: string }[] }>('GET', path, undefined, owner.token)
    return body.data.filter(({ userId }) => userId === owner.userId)
  }
  const data = { user: { id: owner.userId }, account: { provider: 'oidc', issuer: provider.url } }
  await expect.poll(acts).toMatchObject([
    { action: 'user.account.unlinked', data },
    { action: 'user.account.linked', data },
  ])
  expect(await signIn('owner')).toMatchObject(taken)
  const squatted = (await signIn('squatted')).body.token
  const only = (await call<{ data: { id: string }[] }>('GET', LINKS, undefined, squatted)).body.data[0]?.id
  expect(await call('DELETE', `${LINKS}/${only}`, undefined, squatted)).toMatchObject({
    status: 409,
    body: { code: 'VALIDATION' },
  })
  expect((await signIn('squatted')).status).toBe(200)
})

test('identity tokens that the provider did not sign for this sign-in are refused', async () => {
  await setProviders({ oidc: { ...liar.client, issuer: liar.url } })
  const attempt = async (make: (nonce: string) => Promise<string> | string) => {
    const { loginUrl, cookie } = await begin()
    const sent = new URL(loginUrl).searchParams
    liar.sayToken(await make(sent.get('nonce') ?? ''))
    return claim({ code: 'c', state: sent.get('state') }, cookie)
  }
  const unsigned = (claims: object) =>
    `${[{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`
  const symmetric = (claims: object, secret: string) =>
    new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256', kid: 'k' }).sign(new TextEncoder().encode(secret))
  const lies: ((nonce: string) => Promise<string> | string)[] = [
    (nonce) => unsigned(liar.claims(nonce)),
    (nonce) => symmetric(liar.claims(nonce), liar.publicKey),
    (nonce) => symmetric(liar.claims(nonce), liar.client.clientSecret),
    () => liar.sign(liar.claims('another')),
    (nonce) => liar.sign({ ...liar.claims(nonce), aud: 'somebody' }),
    (nonce) => liar.sign({ ...liar.claims(nonce), iss: 'https://accounts.google.com' }),
    (nonce) => liar.sign({ ...liar.claims(nonce), exp: 1_000_000 }),
    async (nonce) => `${(await liar.sign(liar.claims(nonce))).slice(0, -10)}AAAAAAAAAA`,
    () => '',
  ]
  for (const [index, lie] of lies.entries()) expect(await attempt(lie), `lie ${index}`).toMatchObject(refused)
  expect((await attempt((nonce) => liar.sign(liar.claims(nonce)))).status).toBe(200)
})

test('GitHub lets in people who were invited, by the primary address that it has verified', async () => {
  await setProviders({ github: { ...liar.client, url: liar.url } })
  const attempt = async () => {
    const { loginUrl, cookie } = await begin('github')
    const state = new URL(loginUrl).searchParams.get('state')
    return claim({ code: 'c', state }, cookie, { providerName: 'github' })
  }
  const address = { email: 'hub@example.com', primary: true, verified: true }
  liar.sayGithub({ id: 7, name: 'Hub Ber' }, [{ ...address, email: 'other@example.com', primary: false }, address])
  expect(await attempt()).toMatchObject({ status: 403, body: { code: 'INVITATION_ONLY_SIGN_UP' } })
  await call(
    'POST',
    '/v1/user-invitations',
    { type: 'PLATFORM', email: address.email, platformRole: 'OPERATOR' },
    owner.token,
  )
  liar.sayGithub({ id: 8, name: 'Liar' }, [{ ...address, verified: false }])
  expect(await attempt()).toMatchObject(refused)
  liar.sayGithub({ id: 7, name: 'Hub Ber' }, [address])
  expect(await attempt()).toMatchObject({ status: 200, body: { platformRole: 'OPERATOR', firstName: 'Hub' } })
  await setProviders({ github: null })
  expect((await call('GET', '/v1/authn/federated/login?providerName=github')).status).toBe(409)
})

test('people of a domain that is proved sign in by the provider alone; the owner always can', async () => {
  const domain = (body: object) => call<SsoDomain>('POST', '/v1/authn/saml/sso-domain', body, owner.token)
  const verify = () => call<SsoDomain>('POST', '/v1/authn/saml/sso-domain/verify', {}, owner.token)
  for (const wrong of ['localhost', 'a b.com', 'https://example.com', `${'a.'.repeat(200)}com`, '-a.com'])
    expect((await domain({ ssoDomain: wrong })).status).toBe(400)
  const set = await domain({ ssoDomain: 'Example.com' })
  const record = set.body.ssoDomainVerification?.record
  expect(record).toMatchObject({ type: 'TXT', name: '_activepieces-verify.example.com' })
  expect((await verify()).status).toBe(409)
  Object.assign(dns.record, { name: record?.name, value: 'activepieces-verify=wrong' })
  expect((await verify()).status).toBe(409)
  const dora = await addColleague(server, owner, 'Dora')
  const { password } = await server.server.db
    .selectFrom('user_identity')
    .select('password')
    .where('email', '=', 'owner@example.com')
    .executeTakeFirstOrThrow()
  await server.server.db.updateTable('user_identity').set({ password }).where('id', '=', dora.userId).execute()
  const byPassword = (email: string) => call('POST', '/v1/authentication/sign-in', { email, password: PASSWORD })
  expect((await byPassword('dora@example.com')).status).toBe(200)
  const discover = () => call('POST', '/v1/authn/sso/discover', { email: 'anybody@example.com' })
  expect((await discover()).body).toEqual({ platformId: null, providers: [] })

  // Somebody gives the domain up while the DNS is asked: it stays given up.
  Object.assign(dns.record, { value: record?.value, answersAfter: () => domain({ ssoDomain: null }) })
  expect(await verify()).toMatchObject({ status: 409, body: { code: 'VALIDATION' } })
  expect((await discover()).body).toEqual({ platformId: null, providers: [] })

  const again = await domain({ ssoDomain: 'example.com' })
  const proof = again.body.ssoDomainVerification?.record.value
  Object.assign(dns.record, { value: proof, answersAfter: () => Promise.resolve() })
  expect((await verify()).body.ssoDomainVerification?.status).toBe('VERIFIED')
  expect((await discover()).body).toEqual({ platformId: owner.platformId, providers: ['oidc'] })
  expect(await byPassword('dora@example.com')).toMatchObject({ status: 403, body: { code: 'EMAIL_AUTH_DISABLED' } })
  expect((await byPassword('owner@example.com')).status).toBe(200)
  await domain({ ssoDomain: null })
  expect((await byPassword('dora@example.com')).status).toBe(200)
})

test('a provider does not stand for the second factor that a platform requires', async () => {
  const require = (secondFactorRequired: boolean) =>
    call('POST', `/v1/platforms/${owner.platformId}`, { secondFactorRequired }, owner.token)
  await setProviders({ oidc: { ...provider.client, issuer: provider.url } })
  expect((await require(true)).status).toBe(200)
  const asked = await signIn('ann')
  expect(asked).toMatchObject({ status: 403, body: { code: 'SECOND_FACTOR_REQUIRED', params: { step: 'SET_UP' } } })
  expect(asked.body.token).toBeUndefined()
  const challenge = asked.body.params?.challenge ?? ''
  expect((await call('GET', '/v1/users/me', undefined, challenge)).status).toBe(401)
  const begun = await call<{ secret: string }>('POST', '/v1/authentication/second-factor/set-up', { challenge })
  const code = codeOf(fromBase32(begun.body.secret), stepAt(Date.now()))
  const path = '/v1/authentication/second-factor/confirm'
  const confirmed = await call<{ token: string }>('POST', path, { challenge, code })
  expect((await call('GET', '/v1/users/me', undefined, confirmed.body.token)).status).toBe(200)
  // From then on a code is asked for.
  expect((await signIn('ann')).body.params?.step).toBe('CODE')
  expect((await require(false)).status).toBe(200)
  expect((await signIn('ann')).status).toBe(200)
})
