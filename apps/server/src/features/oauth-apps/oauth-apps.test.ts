import { afterAll, beforeAll, expect, test } from 'vitest'
import { installPiece } from '../../testing/install-piece.ts'
import { addMember } from '../../testing/members.ts'
import { startOAuth2Server } from '../../testing/oauth2-server.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'
import { mailPiece, NAME, oauth2User } from '../oauth2/testing.ts'

const FORGE = '@acme/piece-forge'
const forge = {
  name: FORGE,
  version: '1.0.0',
  source: `
    import { createPiece, PieceAuth, Property } from '@piecework/framework'
    const auth = PieceAuth.OAuth2({
      required: true, authUrl: '{server}/authorize', tokenUrl: '{server}/token', scope: ['api'], prompt: 'omit',
      pkce: true, extra: { approval: 'auto' },
      props: { server: Property.ShortText({ displayName: 'Server', required: true }) },
    })
    export const forge = createPiece({ displayName: 'Forge', logoUrl: 'x', authors: [], auth, actions: [], triggers: [] })`,
}

let service: Awaited<ReturnType<typeof startOAuth2Server>>
let server: TestServer
let owner: Person
let editor: string
let user: ReturnType<typeof oauth2User>

beforeAll(async () => {
  service = await startOAuth2Server()
  server = await startTestServer({ AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_SSRF_ALLOW_LIST: '127.0.0.1' })
  owner = await signUpOwner(server)
  editor = await addMember(server, owner, 'Editor')
  user = oauth2User(server, owner, service)
  await installPiece(server, owner, mailPiece(service.url))
  await installPiece(server, owner, forge)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await service[Symbol.asyncDispose]()
})

const register = (pieceName: string, app: object = {}, token = owner.token) =>
  server.call<{ id: string }>('POST', '/v1/oauth-apps', {
    token,
    body: { pieceName, clientId: 'the-client', clientSecret: 'the secret of the client', ...app },
  })
const apps = (token = owner.token) =>
  server.call<{ data: { id: string; clientId: string }[] }>('GET', '/v1/oauth-apps', { token })

test('an app is set per piece by administrators, listed for everybody, and its secret never comes out', async () => {
  const first = await register(NAME, { clientId: 'earlier', clientSecret: 'something old' })
  const second = await register(NAME)
  expect(second).toMatchObject({ status: 200, body: { pieceName: NAME, clientId: 'the-client' } })
  expect(second.body.id).toBe(first.body.id)
  expect((await register(NAME, {}, editor)).status).toBe(403)
  const seen = await apps(editor)
  expect(seen.body.data).toMatchObject([{ pieceName: NAME, clientId: 'the-client', platformId: owner.platformId }])
  const row = await server.server.db.selectFrom('oauth_app').selectAll().executeTakeFirstOrThrow()
  for (const shown of [first.body, second.body, seen.body, row])
    expect(JSON.stringify(shown)).not.toMatch(/the secret of the client|something old/)
  expect(await register(NAME, { clientSecret: '' })).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining('body/clientSecret') },
  })
})

test('users connect with it without knowing its secret, and its tokens are renewed while it is there', async () => {
  await register(NAME)
  service.mode.expiresIn = '0.001'
  const { client_secret: _, ...value } = await user.consent()
  const made = await user.upsert('shared', value, 'PLATFORM_OAUTH2', editor)
  expect(made).toMatchObject({ status: 201, body: { type: 'PLATFORM_OAUTH2' } })
  expect(service.calls.at(-1)?.fields).toMatchObject({ client_secret: 'the secret of the client' })
  const opened = await user.open('shared')
  expect(opened.body.value).toMatchObject({ type: 'PLATFORM_OAUTH2', refresh_token: '(REDACTED)' })
  expect(opened.body.value).not.toHaveProperty('client_secret')
  expect(service.calls.at(-1)?.grant).toBe('refresh_token')

  const other = await user.upsert('other', { ...(await user.consent()), client_id: 'nobody' }, 'PLATFORM_OAUTH2')
  expect(other).toMatchObject({ status: 404, body: { code: 'ENTITY_NOT_FOUND', params: { entityType: 'oauth_app' } } })

  const [app] = (await apps()).body.data
  const remove = (token: string) => server.call('DELETE', `/v1/oauth-apps/${app?.id}`, { token })
  expect((await remove(editor)).status).toBe(403)
  expect((await remove(owner.token)).status).toBe(200)
  expect((await remove(owner.token)).status).toBe(404)
  const orphan = await user.open('shared')
  expect(orphan).toMatchObject({ status: 400, body: { code: 'INVALID_APP_CONNECTION' } })
  expect(String(orphan.body.params.message)).toContain('no OAuth2 app for @acme/piece-mail')
  // Once the app is back, so is the connection.
  await register(NAME)
  expect((await user.open('shared')).status).toBe(200)
})

const connectForge = async (address: string, type: string, token: string) => {
  const { body } = await server.call<{ authorizationUrl: string; codeVerifier: string }>(
    'POST',
    '/v1/app-connections/oauth2/authorization-url',
    {
      token,
      body: {
        pieceName: FORGE,
        clientId: 'the-client',
        redirectUrl: 'https://flows.example.com/redirect',
        scopes: ['api', 'read_user'],
        props: { server: service.url },
      },
    },
  )
  const url = new URL(body.authorizationUrl)
  const back = await service.authorize(url.href)
  const value = {
    type,
    client_id: 'the-client',
    ...(type === 'OAUTH2' ? { client_secret: 'the secret of the client' } : {}),
    code: back.searchParams.get('code'),
    code_challenge: body.codeVerifier,
    redirect_url: 'https://flows.example.com/redirect',
    props: { server: address },
  }
  const made = await server.call('POST', '/v1/app-connections', {
    token,
    body: {
      externalId: `forge-${type}`,
      displayName: 'Forge',
      pieceName: FORGE,
      projectId: owner.projectId,
      type,
      value,
    },
  })
  return { url, made }
}

test('a piece says what its authorization URL carries', async () => {
  const { url, made } = await connectForge(service.url, 'OAUTH2', editor)
  expect(made.status).toBe(201)
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    scope: 'api read_user',
    approval: 'auto',
    code_challenge_method: 'plain',
  })
  expect(url.searchParams.has('prompt')).toBe(false)
})

test('who may choose the address of the service does not get the secret of the platform sent there', async () => {
  await register(FORGE)
  const before = service.calls.length
  const refused = await connectForge(service.url, 'PLATFORM_OAUTH2', editor)
  expect(refused.made).toMatchObject({ status: 403, body: { code: 'AUTHORIZATION' } })
  expect(service.calls).toHaveLength(before)
  const allowed = await connectForge(service.url, 'PLATFORM_OAUTH2', owner.token)
  expect(allowed.made.status).toBe(201)
})

test('the server does not call private addresses for a token, and says how to allow one', async () => {
  const { made } = await connectForge('http://127.0.0.2:9', 'OAUTH2', owner.token)
  expect(made).toMatchObject({ status: 400, body: { code: 'INVALID_CLAIM' } })
  expect(JSON.stringify(made.body)).toContain('AP_SSRF_ALLOW_LIST')
})
