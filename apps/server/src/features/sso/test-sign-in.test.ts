import type { TestSignIn } from '@piecework/api/sso'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Account, startOidcProvider } from '../../testing/identity-provider.ts'
import { addColleague } from '../../testing/people.ts'
import { startSamlProvider } from '../../testing/saml-provider.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

const FRONTEND_URL = 'http://localhost:3000'
const accounts: Record<string, Account> = {
  new: { email: 'New@Works.example', email_verified: true, given_name: 'New', family_name: 'Works' },
  owner: { email: 'owner@example.com', email_verified: true },
  unproved: { email: 'new@works.example', email_verified: false },
  nameless: {},
}

let server: TestServer
let owner: Person
let provider: Awaited<ReturnType<typeof startOidcProvider>>
let idp: Awaited<ReturnType<typeof startSamlProvider>>
beforeAll(async () => {
  provider = await startOidcProvider(`${FRONTEND_URL}/redirect`, accounts)
  idp = await startSamlProvider()
  server = await startTestServer({
    AP_FRONTEND_URL: FRONTEND_URL,
    AP_SSRF_ALLOW_LIST: '127.0.0.1',
    AP_SSO_ALLOW_HTTP: 'true',
  })
  owner = await signUpOwner(server)
  await setPlatform({ federatedAuthProviders: { oidc: { ...provider.client, issuer: provider.url } } })
  await setSaml({})
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await provider?.close()
})

async function setPlatform(body: object): Promise<void> {
  const { status } = await server.call('POST', `/v1/platforms/${owner.platformId}`, { token: owner.token, body })
  expect(status).toBe(200)
}
const setSaml = (more: object) =>
  setPlatform({
    federatedAuthProviders: { saml: { idpMetadata: idp.metadata, idpCertificate: idp.certificate, ...more } },
  })

async function post(path: string, body: object, { token = owner.token, cookie = '' } = {}) {
  const answer = await fetch(`${server.origin}/api/v1/authn/federated/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, cookie },
    body: JSON.stringify(body),
  })
  const [set = ''] = answer.headers.getSetCookie()
  return {
    status: answer.status,
    cookie: set.split(';')[0] ?? '',
    body: (await answer.json()) as TestSignIn & { loginUrl: string; code?: string },
  }
}

async function byOidc(account: string) {
  const { body, cookie } = await post('test', { providerName: 'oidc' })
  const answer = await provider.signIn(body.loginUrl, account)
  return { answer: { providerName: 'oidc', ...answer }, cookie }
}

/** The identity provider answers a test. @returns what the browser comes back with */
async function bySaml(email: string, options: Parameters<typeof idp.answer>[2] = {}) {
  const { body, cookie } = await post('test', { providerName: 'saml' })
  const id = /\sID="([^"]+)"/.exec(idp.requestIn(body.loginUrl))?.[1] ?? ''
  const xml = await idp.answer(id, email, options)
  const form = new URLSearchParams({ SAMLResponse: Buffer.from(xml).toString('base64') })
  const acs = await fetch(`${server.origin}/api/v1/authn/saml/acs`, { method: 'POST', body: form, redirect: 'manual' })
  expect(acs.status).toBe(303)
  const code = new URL(acs.headers.get('location') ?? '').searchParams.get('code') ?? ''
  return { answer: { providerName: 'saml', code }, cookie }
}

async function outcomeOf({ answer, cookie }: { answer: object; cookie: string }): Promise<TestSignIn> {
  const { status, body } = await post('test/claim', answer, { cookie })
  expect(status, JSON.stringify(body)).toBe(200)
  return body
}

/** Everything that a sign-in could change. */
async function everything(): Promise<string> {
  const { db } = server.server
  return JSON.stringify([
    await db.selectFrom('user_identity').selectAll().orderBy('id').execute(),
    await db.selectFrom('user').selectAll().orderBy('id').execute(),
    await db.selectFrom('project').selectAll().orderBy('id').execute(),
    await db.selectFrom('federated_identity').selectAll().orderBy('id').execute(),
    await db.selectFrom('user_session').select('id').orderBy('id').execute(),
    await db.selectFrom('user_invitation').selectAll().orderBy('id').execute(),
    await db.selectFrom('outbox').select('name').execute(),
  ])
}

test('a test says what arrived and what would happen, and changes nothing', async () => {
  const before = await everything()
  const stranger = await outcomeOf(await byOidc('new'))
  expect(stranger).toMatchObject({
    ...{ outcome: 'NEW_PERSON', refusal: null, person: { email: 'new@works.example', platformRole: 'MEMBER' } },
    account: { issuer: provider.url, subject: 'new', isEmailVerified: true, firstName: 'New', lastName: 'Works' },
  })
  expect(stranger.attributes).toEqual(
    expect.arrayContaining([
      { name: 'email', value: 'New@Works.example' },
      { name: 'email_verified', value: 'true' },
    ]),
  )
  expect(await outcomeOf(await byOidc('owner'))).toMatchObject({
    ...{ outcome: 'LINKED_NOW', person: { email: 'owner@example.com', platformRole: 'ADMIN' } },
  })
  const sam = await outcomeOf(await bySaml('sam@example.com'))
  expect(sam).toMatchObject({ outcome: 'NEW_PERSON', account: { email: 'sam@example.com', firstName: 'Sam' } })
  expect(sam.attributes).toContainEqual({ name: 'NameID', value: 'sam@example.com' })
  expect(await everything()).toBe(before)
})

test('who has come in before is known again', async () => {
  const url = `${server.origin}/api/v1/authn/federated/login?providerName=oidc&platformId=${owner.platformId}`
  const login = await fetch(url)
  const [set = ''] = login.headers.getSetCookie()
  const { loginUrl } = (await login.json()) as { loginUrl: string }
  const answer = { providerName: 'oidc', ...(await provider.signIn(loginUrl, 'new')) }
  const session = await post('claim', answer, { cookie: set.split(';')[0] ?? '' })
  expect(session.status).toBe(200)
  expect(await outcomeOf(await byOidc('new'))).toMatchObject({ outcome: 'LINKED_BEFORE' })
})

test('a refusal says what to change, and still shows what arrived', async () => {
  const unproved = await outcomeOf(await byOidc('unproved'))
  expect(unproved).toMatchObject({ outcome: 'REFUSED', refusal: { advice: 'EMAIL_UNVERIFIED' }, person: null })
  expect(unproved.account?.email).toBe('new@works.example')
  const nameless = await outcomeOf(await byOidc('nameless'))
  expect(nameless).toMatchObject({ outcome: 'REFUSED', account: null, refusal: { advice: 'EMAIL_MISSING' } })
  expect(nameless.attributes).toContainEqual({ name: 'sub', value: 'nameless' })

  const refusals = {
    CERTIFICATE: await bySaml('sam@example.com', { by: 'others' }),
    AUDIENCE: await bySaml('sam@example.com', { audience: 'SomebodyElse' }),
    ANSWER_LATE: await bySaml('sam@example.com', { lifetimeInSeconds: -3600 }),
    ISSUER: await bySaml('sam@example.com', { issuer: 'urn:other' }),
    EMAIL_MISSING: await bySaml('sam'),
  }
  for (const [advice, come] of Object.entries(refusals))
    expect(await outcomeOf(come), advice).toMatchObject({ outcome: 'REFUSED', refusal: { advice } })

  await setPlatform({ allowedAuthDomains: ['example.com'], enforceAllowedAuthDomains: true })
  expect(await outcomeOf(await byOidc('new'))).toMatchObject({ outcome: 'REFUSED', refusal: { advice: 'DOMAIN' } })
  await setPlatform({ allowedAuthDomains: [], enforceAllowedAuthDomains: false })
  await setPlatform({
    federatedAuthProviders: { oidc: { ...provider.client, clientSecret: 'wrong', issuer: provider.url } },
  })
  expect(await outcomeOf(await byOidc('new'))).toMatchObject({ outcome: 'REFUSED', refusal: { advice: 'CLIENT' } })
  await setPlatform({ federatedAuthProviders: { oidc: { ...provider.client, issuer: provider.url } } })
})

test('a test never becomes a session, and a sign-in never a test', async () => {
  const oidc = await byOidc('new')
  expect(await post('claim', oidc.answer, { cookie: oidc.cookie })).toMatchObject({ status: 400 })
  expect(await post('link', oidc.answer, { cookie: oidc.cookie })).toMatchObject({ status: 400 })
  const saml = await bySaml('sam@example.com')
  expect(await post('claim', saml.answer, { cookie: saml.cookie })).toMatchObject({ status: 400 })

  const url = `${server.origin}/api/v1/authn/federated/login?providerName=oidc&platformId=${owner.platformId}`
  const login = await fetch(url)
  const [set = ''] = login.headers.getSetCookie()
  const { loginUrl } = (await login.json()) as { loginUrl: string }
  const answer = { providerName: 'oidc', ...(await provider.signIn(loginUrl, 'new')) }
  expect(await post('test/claim', answer, { cookie: set.split(';')[0] ?? '' })).toMatchObject({ status: 400 })
})

test('a test ends once, in its browser, for its platform, and for administrators alone', async () => {
  const { answer, cookie } = await byOidc('new')
  const other = await byOidc('new')
  expect(await post('test/claim', answer, { cookie: '' })).toMatchObject({ status: 400 })
  expect(await post('test/claim', answer, { cookie: other.cookie })).toMatchObject({ status: 400 })
  const colleague = await addColleague(server, owner, 'Carl')
  expect(await post('test', { providerName: 'oidc' }, { token: colleague.token })).toMatchObject({ status: 403 })
  expect(await post('test/claim', answer, { token: colleague.token, cookie })).toMatchObject({ status: 403 })
  expect((await post('test/claim', answer, { cookie })).status).toBe(200)
  const saml = await bySaml('sam@example.com')
  expect((await post('test/claim', saml.answer, { cookie: saml.cookie })).status).toBe(200)
  expect((await post('test/claim', saml.answer, { cookie: saml.cookie })).status).toBe(400)
})

test('a provider that is not set, or cannot be reached, is said at the beginning', async () => {
  expect(await post('test', { providerName: 'google' })).toMatchObject({ status: 409, body: { code: 'VALIDATION' } })
  await setPlatform({ federatedAuthProviders: { oidc: { ...provider.client, issuer: `${provider.url}/nowhere` } } })
  expect(await post('test', { providerName: 'oidc' })).toMatchObject({ status: 400, body: { code: 'INVALID_CLAIM' } })
})

test('the metadata of this server are what identity providers import', async () => {
  const answer = await fetch(`${server.origin}/api/v1/authn/saml/metadata`)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining('xml')])
  const xml = await answer.text()
  expect(xml).toContain('entityID="Activepieces"')
  expect(xml).toContain(`Location="${FRONTEND_URL}/api/v1/authn/saml/acs"`)
})
