import { createHash } from 'node:crypto'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { flowMaker, pieceAction, webhookTrigger } from '../../testing/flows.ts'
import { installPiece } from '../../testing/install-piece.ts'
import { startOAuth2Server } from '../../testing/oauth2-server.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'
import { mailPiece, NAME, oauth2User, REDIRECT, VERSION } from './testing.ts'

let service: Awaited<ReturnType<typeof startOAuth2Server>>
let server: TestServer
let owner: Person
let user: ReturnType<typeof oauth2User>
let flows: ReturnType<typeof flowMaker>

beforeAll(async () => {
  service = await startOAuth2Server()
  server = await startTestServer({ AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_SSRF_ALLOW_LIST: '127.0.0.1' })
  owner = await signUpOwner(server)
  user = oauth2User(server, owner, service)
  flows = flowMaker(server, owner)
  await installPiece(server, owner, mailPiece(service.url))
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await service[Symbol.asyncDispose]()
})
beforeEach(() => {
  service.calls.length = 0
  service.mode = Object.assign(service.mode, { expiresIn: 3600, delayMs: 0, rotates: true, more: {} })
  delete service.mode.failure
})

/** Runs the piece with a connection. */
async function run(externalId: string, times = 1) {
  const step = pieceAction('step_1', NAME, VERSION, 'send', { auth: `{{connections['${externalId}']}}` })
  const flow = await flows.create(webhookTrigger(), [step])
  await flows.publish(flow.id)
  await Promise.all(Array.from({ length: times }, () => server.call('POST', `/v1/webhooks/${flow.id}`, { body: {} })))
  const runs = await flows.finishedRuns(flow.id, times)
  return Promise.all(runs.map(({ id }) => flows.run(id)))
}
const authOf = (finished: Awaited<ReturnType<typeof run>>[number] | undefined) =>
  finished?.steps?.step_1?.output as { auth: Record<string, unknown>; digest: string } | undefined
const digestOf = (token: unknown) => createHash('sha256').update(String(token)).digest('hex')

test('the authorization URL asks for what the piece wants, and its code becomes a token that an action uses', async () => {
  const begun = await user.authorizationUrl({ props: { tenant: 'work' } })
  const url = new URL(begun.authorizationUrl)
  expect(url.origin + url.pathname).toBe(`${service.url}/authorize`)
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    tenant: 'work',
    response_type: 'code',
    client_id: 'the-client',
    redirect_uri: REDIRECT,
    access_type: 'offline',
    scope: 'read work/send',
    prompt: 'consent',
    code_challenge_method: 'S256',
    state: expect.stringMatching(/^\w{16,}$/),
  })
  expect(begun.codeVerifier).toMatch(/^\w{43}$/)

  service.mode.more = { team: { id: 'T1' } }
  const made = await user.upsert('mailbox', { ...(await user.consent()), props: { tenant: 'work' } })
  expect(made).toMatchObject({ status: 201, body: { type: 'OAUTH2', status: 'ACTIVE' } })
  const { fields } = service.calls[0] ?? {}
  expect(fields).toMatchObject({ grant_type: 'authorization_code', redirect_uri: REDIRECT, client_id: 'the-client' })

  const [finished] = await run('mailbox')
  const auth = authOf(finished)?.auth
  expect(auth).toMatchObject({
    type: 'OAUTH2',
    access_token: '**REDACTED**',
    refresh_token: '(REDACTED)',
    token_type: 'Bearer',
    token_url: `${service.url}/token?tenant=work`,
    claimed_at: expect.any(Number),
    expires_in: 3600,
    data: { team: { id: 'T1' } },
    props: { tenant: 'work' },
  })
  expect(auth).not.toHaveProperty('client_secret')
  const opened = await user.open('mailbox')
  expect(service.accepts(String(opened.body.value.access_token))).toBe(true)
  expect(authOf(finished)?.digest).toBe(digestOf(opened.body.value.access_token))
  // It lives for an hour: nothing is renewed yet.
  expect(service.calls).toHaveLength(1)

  const list = await server.call('GET', '/v1/app-connections', {
    token: owner.token,
    query: { projectId: owner.projectId },
  })
  const row = await server.server.db.selectFrom('app_connection').selectAll().executeTakeFirstOrThrow()
  for (const seen of [made.body, list.body, row])
    expect(JSON.stringify(seen)).not.toMatch(/access-\d|refresh-\d|the secret of the client/)
})

test('clients say who they are in the header where that is wanted, and get tokens of their own', async () => {
  const value = {
    client_id: 'the-client',
    client_secret: 'the secret of the client',
    scope: 'all',
    grant_type: 'client_credentials',
    authorization_method: 'HEADER',
    props: { tenant: 'home', audience: 'https://api.example.com' },
  }
  service.mode.expiresIn = 800
  expect(await user.upsert('machine', value)).toMatchObject({ status: 201 })
  const [call] = service.calls
  expect(call?.authorization).toMatch(/^Basic /)
  expect(call?.fields).toEqual({
    grant_type: 'client_credentials',
    scope: 'all',
    tenant: 'home',
    audience: 'https://api.example.com',
  })
  // Renewed the same way, as there is no refresh token.
  const opened = await user.open('machine')
  expect(opened.body.value).toMatchObject({ access_token: expect.stringMatching(/^access-/), type: 'OAUTH2' })
  expect(service.calls.map(({ grant }) => grant)).toEqual(['client_credentials', 'client_credentials'])
})

test('a token that ends soon is renewed once, though ten runs ask for it at the same time', async () => {
  service.mode.expiresIn = 800
  await user.connect('busy')
  service.mode.delayMs = 200
  const finished = await run('busy', 10)
  expect(finished.map((one) => one.status)).toEqual(Array(10).fill('SUCCEEDED'))
  expect(service.calls.map(({ grant }) => grant)).toEqual(['authorization_code', 'refresh_token'])
  expect(new Set(finished.map((one) => authOf(one)?.digest)).size).toBe(1)
  const next = await user.open('busy')
  expect(service.calls).toHaveLength(2)
  expect(digestOf(next.body.value.access_token)).toBe(authOf(finished[0])?.digest)
})

test('a refresh token stays when the service gives no new one', async () => {
  Object.assign(service.mode, { expiresIn: '0.001', rotates: false })
  await user.connect('steady')
  await user.open('steady')
  await user.open('steady')
  expect(service.calls.map(({ fields }) => fields.refresh_token)).toEqual([
    undefined,
    expect.stringMatching(/^refresh-/),
    service.calls[1]?.fields.refresh_token,
  ])
})

test('a grant that was taken back ends the connection until somebody connects again', async () => {
  service.mode.expiresIn = '0.001'
  const { id } = await user.connect('revoked')
  service.mode.failure = { status: 400, body: '{"error":"invalid_grant","error_description":"revoked by the user"}' }
  const [failed] = await run('revoked')
  expect(failed?.status).toBe('FAILED')
  expect(failed?.failedStep?.message).toContain('The connection revoked has expired, or access was taken back')
  const list = await server.call('GET', '/v1/app-connections', {
    token: owner.token,
    query: { projectId: owner.projectId, status: 'ERROR' },
  })
  expect(list.body).toMatchObject({ data: [{ externalId: 'revoked', status: 'ERROR' }] })
  delete service.mode.failure
  const before = service.calls.length
  expect((await user.open('revoked')).body).toMatchObject({ status: 'ERROR' })
  expect(service.calls).toHaveLength(before)

  expect(await user.connect('revoked')).toMatchObject({ id, status: 'ACTIVE' })
  const [finished] = await run('revoked')
  expect(finished?.status).toBe('SUCCEEDED')
})

test('a service that fails for a while ends nothing: the old token is used while it lasts', async () => {
  service.mode.expiresIn = 800
  await user.connect('flaky')
  service.mode.failure = { status: 503, body: '<h1>Down for maintenance</h1>', type: 'text/html' }
  const kept = await user.open('flaky')
  expect(kept).toMatchObject({ status: 200, body: { status: 'ACTIVE' } })
  expect(service.accepts(String(kept.body.value.access_token))).toBe(true)
  await user.open('flaky')
  expect(service.calls).toHaveLength(2)

  delete service.mode.failure
  service.mode.expiresIn = '0.001'
  await user.connect('late')
  service.mode.failure = { status: 503, body: '<h1>Down for maintenance</h1>', type: 'text/html' }
  const [failed] = await run('late')
  expect(failed?.status).toBe('FAILED')
  expect(failed?.failedStep?.message).toMatch(/late could not be loaded: its token has expired.*answered 503/)
  delete service.mode.failure
  const [finished] = await run('late')
  expect(finished?.status).toBe('SUCCEEDED')
})

test('somebody who connects again while a token is renewed has the last word', async () => {
  service.mode.expiresIn = 800
  await user.connect('raced')
  const value = await user.consent()
  service.mode.delayMs = 300
  const opening = user.open('raced')
  await expect.poll(() => service.calls.length).toBe(2)
  service.mode.delayMs = 0
  expect((await user.upsert('raced', value)).status).toBe(201)
  const claimed = await server.server.db
    .selectFrom('app_connection')
    .select('value')
    .where('externalId', '=', 'raced')
    .executeTakeFirstOrThrow()
  await opening
  const after = await server.server.db
    .selectFrom('app_connection')
    .select(['value', 'renewal'])
    .where('externalId', '=', 'raced')
    .executeTakeFirstOrThrow()
  expect(after).toEqual({ value: claimed.value, renewal: null })
})

test('a refusal is shown in the words of the service, without the secrets', async () => {
  const consent = await user.consent()
  const stale = await user.upsert('bad', { ...consent, code: 'made up' })
  expect(stale).toMatchObject({
    status: 400,
    body: {
      code: 'INVALID_CLAIM',
      params: {
        redirectUrl: REDIRECT,
        tokenUrl: `${service.url}/token?tenant=home`,
        clientId: 'the-client',
        message: expect.stringContaining('invalid_grant: The code has expired'),
      },
    },
  })
  const verifier = await user.upsert('bad', { ...(await user.consent()), code_challenge: 'x'.repeat(43) })
  expect(JSON.stringify(verifier.body)).toContain('The verifier does not fit')
  const wrong = await user.upsert('bad', { ...(await user.consent()), client_secret: 'not the one' })
  expect(JSON.stringify(wrong.body)).toContain('invalid_client')
  expect(JSON.stringify(wrong.body)).not.toContain('not the one')
  service.mode.failure = { status: 200, body: '{"ok":false,"error":"bad_verification_code"}' }
  expect(JSON.stringify((await user.upsert('bad', await user.consent())).body)).toContain('bad_verification_code')
  service.mode.failure = { status: 302, body: '' }
  expect(JSON.stringify((await user.upsert('bad', await user.consent())).body)).toContain('answered 302')
  delete service.mode.failure
  service.mode.more = { forbidden: true }
  expect(await user.upsert('bad', await user.consent())).toMatchObject({
    status: 400,
    body: { code: 'INVALID_APP_CONNECTION', params: { error: 'no such mailbox' } },
  })
  expect((await user.open('bad')).status).toBe(404)
})

test('what is missing or does not fit is refused before anybody is asked', async () => {
  const { code: _, ...rest } = await user.consent()
  service.calls.length = 0
  expect(await user.upsert('bad', rest)).toMatchObject({
    status: 400,
    body: { params: { message: expect.stringContaining('body/value/code') } },
  })
  expect(await user.upsert('bad', { ...rest, code: 'x', props: { tenant: 'evil.com' } })).toMatchObject({
    status: 400,
    body: { params: { message: expect.stringContaining('props/tenant: must be one of "home", "work"') } },
  })
  expect(await user.upsert('bad', { ...rest, code: 'x' }, 'CLOUD_OAUTH2')).toMatchObject({
    status: 400,
    body: { code: 'INVALID_CLOUD_CLAIM', params: { pieceName: NAME } },
  })
  const other = await server.call('POST', '/v1/app-connections', {
    token: owner.token,
    body: {
      externalId: 'bad',
      displayName: 'bad',
      pieceName: '@activepieces/piece-http',
      projectId: owner.projectId,
      type: 'OAUTH2',
      value: { type: 'OAUTH2', ...rest, code: 'x' },
    },
  })
  expect(other).toMatchObject({
    status: 400,
    body: { code: 'INVALID_APP_CONNECTION', params: { error: expect.stringContaining('no connections by OAuth2') } },
  })
  expect(service.calls).toHaveLength(0)
})

/** Runs the page in a window that another one opened. @returns the messages that it posts. */
async function redirected(query: Record<string, string>) {
  const { status, headers, body } = await server.call<string>('GET', '/redirect', { query })
  const posted: unknown[][] = []
  const [, nonce, script] = /<script nonce="([^"]+)">([^<]*)<\/script>/.exec(body) ?? []
  const opener = { postMessage: (...message: unknown[]) => posted.push(message) }
  if (script !== undefined) runInNewContext(script, { window: { opener } })
  return { status, body, posted, nonce, policy: headers.get('content-security-policy') ?? '' }
}

test('the page that services redirect to hands the code to the window of this server, and runs nothing else', async () => {
  const nasty = '</script><script>alert(1)</script>\u2028"\'<!--'
  const page = await redirected({ code: nasty, state: 'x' })
  // Posted to the page of this server alone: the address is that of AP_FRONTEND_URL.
  expect(JSON.parse(JSON.stringify(page.posted))).toEqual([[{ code: nasty, state: 'x' }, 'http://localhost:0']])
  expect(page.status).toBe(200)
  expect(page.body.match(/<script/g)).toHaveLength(1)
  expect(page.policy).toContain(`script-src 'nonce-${page.nonce}'`)
  expect(page.policy).toContain("default-src 'none'")
  expect(page.policy).toContain("frame-ancestors 'none'")

  const refusal = { error: 'access_denied', error_description: '<img src=x onerror=alert(1)>', state: 'y' }
  const refused = await redirected(refusal)
  expect(refused.status).toBe(400)
  expect(JSON.parse(JSON.stringify(refused.posted))).toEqual([
    [{ error: `access_denied: ${refusal.error_description}`, state: 'y' }, 'http://localhost:0'],
  ])
  // The address that people register at services is the page itself.
  const short = await fetch(`${server.origin}/redirect?${new URLSearchParams(refusal)}`)
  expect(short.status).toBe(400)
  expect(await short.text()).toContain('access_denied: &lt;img')
  expect((await fetch(`${server.origin}/redirect?code=a&code=b`)).status).toBe(400)
  expect(refused.body).toContain('access_denied: &lt;img src=x onerror=alert(1)&gt;')
  expect((await redirected({})).body).toContain('The code is missing in the URL')
})
