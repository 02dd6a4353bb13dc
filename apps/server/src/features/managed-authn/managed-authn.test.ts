import { createHmac, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let owner: Person
let keyId: string
let privateKey: KeyObject
let publicPem: string

interface Session {
  id: string
  token: string
  projectId: string
  platformRole: string
  firstName: string
}

beforeAll(async () => {
  server = await startTestServer()
  owner = await signUpOwner(server)
  const { status, body } = await server.call<{ id: string; privateKey: string; publicKey: string }>(
    'POST',
    '/v1/signing-keys',
    { token: owner.token, body: { displayName: 'shop' } },
  )
  expect([status, body.privateKey.split('\n')[0]]).toEqual([201, '-----BEGIN RSA PRIVATE KEY-----'])
  keyId = body.id
  publicPem = body.publicKey
  privateKey = createPrivateKey(body.privateKey)
})
afterAll(() => server[Symbol.asyncDispose]())

let count = 0
const newClaims = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  version: 'v3',
  externalUserId: `user-${++count}`,
  externalProjectId: `shop-${count}`,
  firstName: 'John',
  lastName: 'Doe',
  role: 'EDITOR',
  piecesFilterType: 'NONE',
  exp: Math.floor(Date.now() / 1000) + 300,
  ...more,
})
const sign = (claims: Record<string, unknown>, { kid = keyId, key = privateKey, alg = 'RS256' } = {}) =>
  new SignJWT(claims).setProtectedHeader({ alg, typ: 'JWT', kid }).sign(key)
const enter = (externalAccessToken: string) =>
  server.call<Session>('POST', '/v1/managed-authn/external-token', { body: { externalAccessToken } })
const signIn = async (claims: Record<string, unknown>) => enter(await sign(claims))
const roleOf = async ({ token, projectId }: Session) =>
  (await server.call<{ name: string }>('GET', '/v1/project-members/role', { token, query: { projectId } })).body.name
const getProject = (id: string) => server.call('GET', `/v1/projects/${id}`, { token: owner.token })
const refused = { status: 401, body: { code: 'INVALID_BEARER_TOKEN' } }

test('a token does not open the account of somebody who signs in by another way', async () => {
  const claims = newClaims()
  const body = { externalId: claims.externalUserId }
  const given = await server.call('POST', `/v1/users/${owner.userId}`, { token: owner.token, body })
  expect(given.status).toBe(200)
  expect(await signIn(claims)).toMatchObject(refused)
  await server.call('POST', `/v1/users/${owner.userId}`, { token: owner.token, body: { externalId: 'another' } })
  expect(await signIn(claims)).toMatchObject({ status: 200, body: { platformRole: 'MEMBER' } })
})

describe('somebody whom another program lets in', () => {
  test('is in, in a project that is made for them, and next time in the same', async () => {
    const claims = newClaims({ projectDisplayName: 'The shop' })
    const first = await signIn(claims)
    expect(first).toMatchObject({
      status: 200,
      body: {
        platformRole: 'MEMBER',
        firstName: 'John',
        externalId: claims.externalUserId,
        platformId: owner.platformId,
      },
    })
    const { projectId, token } = first.body
    expect((await getProject(projectId)).body).toMatchObject({
      ...{ displayName: 'The shop', type: 'TEAM', externalId: claims.externalProjectId, ownerId: owner.userId },
    })
    const flow = { displayName: 'f', projectId }
    expect((await server.call('POST', '/v1/flows', { token, body: flow })).status).toBe(201)
    const again = await signIn(claims)
    expect(again.body).toMatchObject({ id: first.body.id, projectId })
    // They see no other project.
    const projects = await server.call<{ data: { id: string }[] }>('GET', '/v1/projects', { token })
    expect(projects.body.data.map(({ id }) => id)).toEqual([projectId])
  })

  test('has the role of the token, in any case of letters, from the next sign-in on', async () => {
    const claims = newClaims({ role: 'ADMIN' })
    const { body: session } = await signIn(claims)
    expect(await roleOf(session)).toBe('Admin')
    // The only administrator of the project, too: the program decides.
    for (const role of ['viewer', 'Operator', 'EDITOR']) {
      expect((await signIn({ ...claims, role })).status).toBe(200)
      expect((await roleOf(session)).toLowerCase()).toBe(role.toLowerCase())
    }
    const { role: _, ...without } = claims
    await signIn(without)
    expect(await roleOf(session)).toBe('Editor')
    await server.call('POST', '/v1/project-roles', {
      token: owner.token,
      body: { name: 'Clerk', permissions: ['READ_RUN'] },
    })
    await signIn({ ...claims, role: 'CLERK' })
    expect(await roleOf(session)).toBe('Clerk')
    expect(await signIn({ ...claims, role: 'Emperor' })).toMatchObject(refused)
  })

  test('sees the pieces that have the tags of the token', async () => {
    const names = ['@activepieces/piece-http', '@activepieces/piece-webhook']
    await server.call('POST', '/v1/tags', { token: owner.token, body: { name: 'free' } })
    await server.call('POST', '/v1/tags/pieces', { token: owner.token, body: { piecesName: names, tags: ['free'] } })
    const claims = newClaims({ piecesFilterType: 'ALLOWED', piecesTags: ['free', 'other'] })
    const planOf = async (id: string) => (await getProject(id)).body.plan
    const { body } = await signIn(claims)
    expect(await planOf(body.projectId)).toMatchObject({ piecesFilterType: 'ALLOWED', pieces: names })
    await signIn({ ...claims, piecesTags: ['other'] })
    expect(await planOf(body.projectId)).toMatchObject({ piecesFilterType: 'ALLOWED', pieces: [] })
    await signIn({ ...claims, piecesFilterType: 'NONE' })
    expect(await planOf(body.projectId)).toMatchObject({ piecesFilterType: 'NONE' })
    const { version: _, piecesFilterType: __, piecesTags: ___, ...older } = claims
    await signIn({ ...older, pieces: { filterType: 'ALLOWED', tags: ['free'] } })
    expect(await planOf(body.projectId)).toMatchObject({ piecesFilterType: 'ALLOWED', pieces: names })
  })

  test('shares the limit of a pool with the other projects in it', async () => {
    const pool = { concurrencyPoolKey: 'gold', concurrencyPoolLimit: 5 }
    const sessions = [await signIn(newClaims(pool)), await signIn(newClaims({ ...pool, concurrencyPoolLimit: 7 }))]
    const pools = await Promise.all(sessions.map(async ({ body }) => (await getProject(body.projectId)).body.poolId))
    expect(pools[0]).toBe(pools[1])
    const { db } = server.server
    const rows = await db.selectFrom('concurrency_pool').select('maxConcurrentJobs').where('key', '=', 'gold').execute()
    expect(rows).toEqual([{ maxConcurrentJobs: 7 }])
    expect(await signIn(newClaims({ concurrencyPoolKey: 'gold' }))).toMatchObject(refused)
  })

  test('comes in once when the page asks twice at the same moment', async () => {
    const claims = newClaims()
    const sessions = await Promise.all([signIn(claims), signIn(claims), signIn(claims)])
    expect(new Set(sessions.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(sessions.map(({ body }) => `${body.id} ${body.projectId}`)).size).toBe(1)
  })

  test('stays out once deactivated, and has no password', async () => {
    const claims = newClaims()
    const { body: session } = await signIn(claims)
    await server.call('POST', `/v1/users/${session.id}`, { token: owner.token, body: { status: 'INACTIVE' } })
    expect(await signIn(claims)).toMatchObject({ status: 403, body: { code: 'USER_IS_INACTIVE' } })
    const user = await server.call<{ data: { email: string }[] }>('GET', '/v1/users', {
      token: owner.token,
      query: { externalId: String(claims.externalUserId) },
    })
    const body = { email: user.body.data[0]?.email, password: '' }
    expect((await server.call('POST', '/v1/authentication/sign-in', { body })).status).toBe(401)
  })
})

describe('a token lets nobody in', () => {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')

  test('without a signature, or with one by another algorithm', async () => {
    const claims = newClaims()
    const unsigned = `${encode({ alg: 'none', typ: 'JWT', kid: keyId })}.${encode(claims)}.`
    // The public key as the secret of HMAC, which is what confused libraries take it for.
    const begin = `${encode({ alg: 'HS256', typ: 'JWT', kid: keyId })}.${encode(claims)}`
    const mac = createHmac('sha256', publicPem).update(begin).digest('base64url')
    for (const token of [unsigned, `${begin}.${mac}`, 'x', '', 'a.b.c', owner.token])
      expect(await enter(token)).toMatchObject(refused)
    for (const alg of ['RS512', 'PS256']) expect(await enter(await sign(claims, { alg }))).toMatchObject(refused)
  })

  test('by another key, an unknown key, or a key that was deleted', async () => {
    const claims = newClaims()
    const { privateKey: stranger } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    expect(await enter(await sign(claims, { key: stranger }))).toMatchObject(refused)
    for (const kid of ['a\0b', 'x'.repeat(21), '../../etc/passwd', "' or 1=1 --", ''])
      expect(await enter(await sign(claims, { kid }))).toMatchObject(refused)
    const { body: other } = await server.call<{ id: string; privateKey: string }>('POST', '/v1/signing-keys', {
      token: owner.token,
      body: { displayName: 'gone' },
    })
    const token = await sign(claims, { kid: other.id, key: createPrivateKey(other.privateKey) })
    expect((await enter(token)).status).toBe(200)
    const path = `/v1/signing-keys/${other.id}`
    expect((await server.call('DELETE', path, { token: owner.token })).status).toBe(204)
    expect(await enter(token)).toMatchObject(refused)
    // The key of one platform says nothing on another.
    const list = await server.call<{ data: object[] }>('GET', '/v1/signing-keys', { token: owner.token })
    expect(list.body.data).toMatchObject([{ id: keyId, displayName: 'shop', algorithm: 'RSA' }])
    expect(JSON.stringify(list.body)).not.toContain('PRIVATE')
  })

  test('that is out of date, has no end, or was changed', async () => {
    const now = Math.floor(Date.now() / 1000)
    expect(await signIn(newClaims({ exp: now - 60 }))).toMatchObject(refused)
    expect(await signIn(newClaims({ exp: undefined }))).toMatchObject(refused)
    expect(await signIn(newClaims({ nbf: now + 600 }))).toMatchObject(refused)
    const [header, , signature] = (await sign(newClaims())).split('.')
    expect(await enter(`${header}.${encode(newClaims({ role: 'ADMIN' }))}.${signature}`)).toMatchObject(refused)
  })

  test.each([
    ['externalUserId', { externalUserId: undefined }],
    ['externalProjectId', { externalProjectId: '' }],
    ['firstName', { firstName: 7 }],
    ['role', { role: { name: 'ADMIN' } }],
    ['role', { role: 'Nobody has it' }],
    ['piecesFilterType', { piecesFilterType: 'SOME' }],
    ['piecesTags', { piecesTags: 'free' }],
    ['version', { version: 'v9' }],
    ['externalUserId', { externalUserId: 'a\0b' }],
    ['lastName', { lastName: '\ud800' }],
    ['concurrencyPoolLimit', { concurrencyPoolKey: 'k', concurrencyPoolLimit: -1 }],
  ])('whose claim %s is wrong, and the answer names it', async (claim, more) => {
    expect(await signIn(newClaims(more))).toMatchObject({
      status: 401,
      body: { params: { message: expect.stringContaining(claim) } },
    })
  })

  test('somebody who was removed comes in again as a new user', async () => {
    const claims = newClaims()
    const { body: before } = await signIn(claims)
    expect((await server.call('DELETE', `/v1/users/${before.id}`, { token: owner.token })).status).toBe(204)
    const { status, body: after } = await signIn(claims)
    expect(status).toBe(200)
    expect(after.id).not.toBe(before.id)
    expect((await server.call('GET', '/v1/users/me', { token: before.token })).status).toBe(401)
    expect((await server.call('GET', '/v1/users/me', { token: after.token })).status).toBe(200)
  })

  test('keys are for people who administer the platform', async () => {
    const { body: session } = await signIn(newClaims({ role: 'ADMIN' }))
    const body = { displayName: 'mine' }
    expect((await server.call('POST', '/v1/signing-keys', { token: session.token, body })).status).toBe(403)
    const { body: other } = await server.call<Session>('POST', '/v1/platforms', {
      token: owner.token,
      body: { name: 'Other' },
    })
    for (const method of ['GET', 'DELETE'])
      expect((await server.call(method, `/v1/signing-keys/${keyId}`, { token: other.token })).status).toBe(404)
  })
})
