// Over 400 lines: what every route does, against one server and one database.
import { once } from 'node:events'
import { connect } from 'node:net'
// Over 400 lines: the rules of a route are one contract, and are tried on one server.
import { type Endpoint, endpoint, projectInBody, projectInQuery, projectOfRow } from '@piecework/api/endpoint'
import { endpoints } from '@piecework/api/index'
import { AppError } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { FastifyInstance } from 'fastify'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createAccess, hashApiKey } from '../access/access.ts'
import { DEFAULT_ROLES } from '../access/roles.ts'
import { createTokens } from '../access/tokens.ts'
import type { Db } from '../database/open.ts'
import { type TestDatabase, testDatabase } from '../database/testing.ts'
import { createLog } from '../log.ts'
import { loadSettings } from '../settings.ts'
import { docsRoutes } from './docs-routes.ts'
import { implement } from './implement.ts'
import { openAccess } from './route.ts'
import { createHttpServer } from './server.ts'

const SECRET = 'a secret that is only used in this test'
const tokens = createTokens(SECRET)
const { settings } = loadSettings({ AP_LOG_LEVEL: 'silent', AP_API_RATE_LIMIT_AUTHN_MAX: '2' })
const log: string[] = []

let fixture: TestDatabase
let db: Db
let app: FastifyInstance
let acme: Tenant
let rival: Tenant

interface Tenant {
  platformId: string
  projectId: string
  ownerId: string
  memberId: string
  viewerId: string
}

const open = { method: 'GET', principals: 'public', permission: 'NONE', project: null, summary: '' } as const
const held = { ...open, method: 'POST', path: '/v1/held', operationId: 'things.hold' } as const

const things = {
  write: endpoint({
    method: 'POST',
    path: '/v1/things',
    operationId: 'things.write',
    summary: 'Write a thing',
    principals: ['USER', 'SERVICE', 'ENGINE'],
    permission: 'WRITE_FLOW',
    project: projectInBody,
    body: z.object({ projectId: z.string(), size: z.number().max(5), tags: z.array(z.string()).optional() }),
    status: 201,
    response: z.unknown(),
  }),
  read: endpoint({
    method: 'GET',
    path: '/v1/things/:id',
    operationId: 'things.read',
    summary: 'Read a thing',
    principals: ['USER', 'SERVICE'],
    permission: 'READ_FLOW',
    project: projectOfRow('thing'),
    params: z.object({ id: z.string() }),
    response: z.unknown(),
  }),
  administer: endpoint({
    method: 'GET',
    path: '/v1/admin-things',
    operationId: 'things.administer',
    summary: 'Read what administrators read',
    principals: ['USER', 'SERVICE'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    response: z.unknown(),
  }),
  operate: endpoint({
    method: 'POST',
    path: '/v1/things/:id',
    operationId: 'things.operate',
    summary: 'Look at a thing, or change it',
    principals: ['USER'],
    permission: 'READ_FLOW',
    permissionsBy: { field: 'type', permissions: { LOOK: 'READ_FLOW', CHANGE: 'WRITE_FLOW' } },
    project: projectOfRow('thing'),
    params: z.object({ id: z.string() }),
    body: z.object({ type: z.string() }),
    response: z.object({ type: z.string() }),
  }),
  broken: endpoint({
    ...open,
    path: '/v1/broken',
    operationId: 'things.broken',
    limit: 'authentication',
    response: z.unknown(),
  }),
  away: endpoint({ ...open, path: '/v1/away', operationId: 'things.away', response: z.unknown() }),
}

beforeAll(async () => {
  fixture = await testDatabase('PGLITE')
  db = fixture.db
  acme = await createTenant()
  rival = await createTenant()
  app = await newServer()
  app.projectFinders.set('thing', async (id) => ({ acme: acme.projectId, rival: rival.projectId })[id])
  implement(app, things.write, ({ actor, body }) => ({
    ...body,
    type: actor.principal.type,
    projectId: actor.projectId,
  }))
  implement(app, things.read, ({ params }) => params)
  implement(app, things.administer, ({ actor }) => ({ platformId: actor.platformId }))
  implement(app, things.operate, ({ body }) => ({ type: body.type }))
  implement(app, things.broken, () => {
    throw new Error('secret detail')
  })
  implement(app, things.away, async () => {
    const stopped = new pg.DatabaseError('terminating connection due to administrator command', 0, 'error')
    stopped.code = '57P01'
    throw stopped
  })
  await app.ready()
})
afterAll(async () => {
  await app.close()
  await fixture[Symbol.asyncDispose]()
})

async function newServer(checksAnswers = false): Promise<FastifyInstance> {
  const logger = createLog({ logLevel: 'error', logPretty: false }, { write: (line) => log.push(line) })
  const access = createAccess({ db, tokens })
  return (await createHttpServer({ settings, log: logger, access, heldBodiesBytes: 1_000_000, checksAnswers })).app
}

async function createTenant(): Promise<Tenant> {
  const tenant = { platformId: newId(), projectId: newId(), ownerId: newId(), memberId: newId(), viewerId: newId() }
  for (const [id, platformRole] of [
    [tenant.ownerId, 'ADMIN'],
    [tenant.memberId, 'MEMBER'],
    [tenant.viewerId, 'MEMBER'],
  ] as const) {
    await db
      .insertInto('user_identity')
      .values({
        id,
        email: id,
        password: '',
        firstName: 'A',
        lastName: 'B',
        provider: 'EMAIL',
        verified: true,
        tokenVersion: 'v1',
      })
      .execute()
    await db
      .insertInto('user')
      .values({ id, identityId: id, platformId: tenant.platformId, platformRole, status: 'ACTIVE' })
      .execute()
  }
  const { platformId, projectId, ownerId } = tenant
  await db
    .insertInto('platform')
    .values({ id: platformId, ownerId, name: 'P', primaryColor: '', logoIconUrl: '', fullLogoUrl: '', favIconUrl: '' })
    .execute()
  await db
    .insertInto('project')
    .values({ id: projectId, ownerId, displayName: 'P', type: 'TEAM', platformId, icon: '{}' })
    .execute()
  const roleId = newId()
  await db
    .insertInto('project_role')
    .values({ id: roleId, name: 'Viewer', permissions: [...DEFAULT_ROLES.Viewer], type: 'DEFAULT' })
    .execute()
  await db
    .insertInto('project_member')
    .values({ id: newId(), projectId, platformId, userId: tenant.viewerId, projectRoleId: roleId })
    .execute()
  return tenant
}

const session = (id: string, platformId = acme.platformId) => tokens.user({ id, platformId, tokenVersion: 'v1' })

async function call(method: 'GET' | 'POST', url: string, token: string | undefined, payload?: string | object) {
  const answer = await app.inject({
    method,
    url: `/api${url}`,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(payload === undefined ? {} : { payload }),
  })
  return { status: answer.statusCode, body: answer.json() as Record<string, unknown>, headers: answer.headers }
}

const write = (token: string | undefined, projectId = acme.projectId) =>
  call('POST', '/v1/things', token, { projectId, size: 1 })

describe('who may come in', () => {
  test('a missing, malformed or tampered token is 401', async () => {
    expect(await write(undefined)).toMatchObject({ status: 401, body: { statusCode: 401, code: 'AUTHENTICATION' } })
    expect(await write('nonsense')).toMatchObject({ status: 401, body: { code: 'INVALID_BEARER_TOKEN' } })
    const [head, claims, signature] = (await session(acme.ownerId)).split('.')
    const forged = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(claims ?? '', 'base64url').toString()), id: rival.ownerId }),
    ).toString('base64url')
    expect(await write(`${head}.${forged}.${signature}`)).toMatchObject({
      status: 401,
      body: { code: 'INVALID_BEARER_TOKEN' },
    })
  })

  test('a token signed with another secret, for another purpose, or out of date is 401', async () => {
    const claims = { id: acme.ownerId, type: 'USER', platform: JSON.stringify({ id: acme.platformId }) }
    for (const token of [
      await createTokens('another secret').user({ id: acme.ownerId, platformId: acme.platformId, tokenVersion: 'v1' }),
      await tokens.signFor('STEP_FILE', claims),
      await tokens.signFor('STEP_FILE', claims, -10),
    ]) {
      expect(await write(token)).toMatchObject({ status: 401, body: { code: 'INVALID_BEARER_TOKEN' } })
    }
  })

  test('a session ends when the version of the identity changes', async () => {
    const old = await tokens.user({ id: acme.ownerId, platformId: acme.platformId, tokenVersion: 'v0' })
    expect(await write(old)).toMatchObject({ status: 401, body: { code: 'SESSION_EXPIRED' } })
  })

  test('an API key comes in, an unknown one does not', async () => {
    await db
      .insertInto('api_key')
      .values({
        id: newId(),
        displayName: 'k',
        platformId: acme.platformId,
        hashedValue: hashApiKey('sk-right'),
        truncatedValue: 'ight',
      })
      .execute()
    expect(await write('sk-right')).toMatchObject({ status: 201, body: { type: 'SERVICE' } })
    expect(await write('sk-wrong')).toMatchObject({ status: 401, body: { code: 'AUTHENTICATION' } })
    expect(await write('sk-right', rival.projectId)).toMatchObject({ status: 404 })
  })

  test('a principal of the wrong type is 403', async () => {
    expect(
      await call(
        'GET',
        '/v1/things/acme',
        await tokens.engine({ id: 'job', projectId: acme.projectId, platformId: acme.platformId }),
      ),
    ).toMatchObject({
      status: 403,
      body: { code: 'AUTHORIZATION' },
    })
  })

  test('an engine enters its own project only', async () => {
    const engine = await tokens.engine({ id: 'job', projectId: acme.projectId, platformId: acme.platformId })
    expect((await write(engine)).status).toBe(201)
    expect((await write(engine, rival.projectId)).status).toBe(404)
  })
})

describe('what they may touch', () => {
  test('what belongs to another platform is answered exactly like what does not exist', async () => {
    const token = await session(acme.ownerId)
    const foreign = await call('GET', '/v1/things/rival', token)
    const unknown = await call('GET', '/v1/things/nothing', token)
    expect(foreign.status).toBe(404)
    expect(foreign.body).toEqual({ ...unknown.body, params: { ...(unknown.body.params as object), entityId: 'rival' } })
    expect((await write(token, rival.projectId)).body).toMatchObject({
      code: 'ENTITY_NOT_FOUND',
      params: { entityType: 'project' },
    })
  })

  test('a role grants what it names and no more', async () => {
    const viewer = await session(acme.viewerId)
    expect((await call('GET', '/v1/things/acme', viewer)).status).toBe(200)
    expect(await write(viewer)).toMatchObject({
      status: 403,
      body: { code: 'PERMISSION_DENIED', params: { permission: 'WRITE_FLOW' } },
    })
  })

  test('a permission may depend on what the body says; what nobody declared is refused', async () => {
    const operate = async (id: string, type: string) =>
      (await call('POST', '/v1/things/acme', await session(id), { type })).status
    expect([await operate(acme.viewerId, 'LOOK'), await operate(acme.viewerId, 'CHANGE')]).toEqual([200, 403])
    expect([await operate(acme.ownerId, 'CHANGE'), await operate(acme.ownerId, 'toString')]).toEqual([200, 500])
  })

  test('a project of the platform is answered like an unknown one to people without a role in it', async () => {
    const member = await session(acme.memberId)
    const unknown = await write(member, 'nothing')
    const own = await write(member)
    expect(own.status).toBe(404)
    expect(own.body).toEqual({
      ...unknown.body,
      params: { ...(unknown.body.params as object), entityId: acme.projectId },
    })
    const row = await call('GET', '/v1/things/acme', member)
    expect(row).toMatchObject({ status: 404, body: { params: { entityType: 'thing', entityId: 'acme' } } })
  })

  test('only administrators pass platform routes', async () => {
    expect((await call('GET', '/v1/admin-things', await session(acme.ownerId))).status).toBe(200)
    expect((await call('GET', '/v1/admin-things', await session(acme.memberId))).status).toBe(403)
  })
})

describe('bad requests', () => {
  test('a body that does not fit names its fields', async () => {
    const answer = await call('POST', '/v1/things', await session(acme.ownerId), {
      projectId: acme.projectId,
      size: 9,
      tags: [1],
    })
    expect(answer).toMatchObject({
      status: 400,
      body: { statusCode: 400, code: 'FST_ERR_VALIDATION', error: 'Bad Request' },
    })
    expect(answer.body.message).toMatch(/body\/size: .*; body\/tags\/0: /)
  })

  test.each(['{"size": ', '[1', '{"__proto__": {"a": 1}}'])('malformed JSON is 400: %s', async (payload) => {
    expect(await call('POST', '/v1/things', await session(acme.ownerId), payload)).toMatchObject({
      status: 400,
      body: { statusCode: 400 },
    })
  })

  test('an unknown route is 404', async () => {
    const answer = await call('GET', '/v1/nowhere', undefined)
    expect(answer.body).toEqual({ statusCode: 404, error: 'Not Found', message: 'Route not found' })
    // Without a look at the body.
    expect((await call('POST', '/v1/nowhere', undefined, '{"broken": ')).body).toEqual(answer.body)
  })
})

test('a failure inside is 500, tells nothing, and is logged; then the limit of the route answers 429', async () => {
  const first = await call('GET', '/v1/broken', undefined)
  expect(first.status).toBe(500)
  expect(JSON.stringify(first.body)).not.toContain('secret detail')
  expect(log.join()).toContain('secret detail')
  expect(first.headers).toMatchObject({ 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': '1' })
  await call('GET', '/v1/broken', undefined)
  const third = await call('GET', '/v1/broken', undefined)
  expect(third).toMatchObject({ status: 429, body: { statusCode: 429, code: 'RATE_LIMITED' } })
  expect(third.headers['x-ratelimit-reset']).toBeDefined()
})

test('a database that is away is 503, with the time to come back', async () => {
  const answer = await call('GET', '/v1/away', undefined)
  expect(answer).toMatchObject({ status: 503, body: { statusCode: 503, code: 'SERVICE_UNAVAILABLE' } })
  expect(answer.headers['retry-after']).toBe('2')
})

test('every answer names its request and is safe to read from any origin', async () => {
  const { headers } = await call('GET', '/v1/nowhere', undefined)
  expect(headers['x-request-id']).toMatch(/^req_[0-9A-Za-z]{21}$/)
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'access-control-allow-origin': '*' })
  const preflight = await app.inject({
    method: 'OPTIONS',
    url: '/api/v1/things',
    headers: {
      origin: 'https://a.b',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    },
  })
  expect(preflight.statusCode).toBe(204)
  expect(preflight.headers['access-control-allow-headers']).toBe('authorization')
})

describe('a route that does not say who may call it stops the start', () => {
  const base = { method: 'GET', path: '/v1/x', operationId: 'things.x', summary: '' } as const
  const incomplete: [string, Endpoint][] = [
    ['no principals', { ...base, principals: [], permission: 'NONE', project: null }],
    ['a permission without a project', { ...base, principals: ['USER'], permission: 'READ_FLOW', project: null }],
    ['a project for nobody', { ...base, principals: 'public', permission: 'NONE', project: projectInQuery }],
  ]
  test.each(incomplete)('%s', async (_name, definition) => {
    const server = await newServer()
    expect(() => implement(server, definition, () => undefined)).toThrow(/must not be registered/)
    await server.close()
  })

  test('a route registered on Fastify itself', async () => {
    const server = await newServer()
    expect(() => server.get('/api/v1/raw', () => ({}))).toThrow(/does not say who may call it/)
    const config = openAccess('nobody asked')
    expect(() => server.get('/api/v1/raw', { config }, () => ({}))).toThrow(/declare it in packages\/api/)
    await server.close()
  })
})

test('a server that does not serve exactly the contract does not start', async () => {
  const poor = await newServer()
  await docsRoutes(poor, { release: '0' })
  await expect(poor.ready()).rejects.toThrow(/No route serves these endpoints of the contract: .*flows\.list/)
  const rich = await newServer()
  await docsRoutes(rich, { release: '0' })
  for (const each of endpoints) if (!rich.implemented.has(each)) implement(rich, each, () => undefined)
  implement(rich, things.away, () => ({}))
  await expect(rich.ready()).rejects.toThrow(/not in the contract: things\.away$/)
})

test('tests fail where an endpoint answers with an error that it does not name', async () => {
  const server = await newServer(true)
  const busy = () => {
    throw new AppError('FLOW_IN_USE')
  }
  implement(server, endpoint({ ...held, errors: ['FLOW_IN_USE'], response: z.unknown() }), busy)
  implement(server, endpoint({ ...held, path: '/v1/silent', response: z.unknown() }), busy)
  const statusOf = async (url: string) => (await server.inject({ method: 'POST', url })).statusCode
  expect([await statusOf('/api/v1/held'), await statusOf('/api/v1/silent')]).toEqual([409, 500])
  await server.close()
})

test('large bodies are held up to a bound; beyond it requests are asked to come back, and small ones pass', async () => {
  const server = await newServer()
  const gates: (() => void)[] = []
  const body = z.object({ text: z.string(), wait: z.boolean() })
  implement(server, endpoint({ ...held, body, response: z.unknown() }), async ({ body }) => {
    if (body.wait) await new Promise<void>((resolve) => gates.push(resolve))
    return { length: body.text.length }
  })
  const origin = await server.listen({ port: 0, host: '127.0.0.1' })
  const send = async (length: number, { wait = false, chunked = false } = {}) => {
    const text = JSON.stringify({ text: 'x'.repeat(length), wait })
    const response = await fetch(`${origin}/api/v1/held`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: chunked ? new Blob([text]).stream() : text,
      ...(chunked ? { duplex: 'half' } : {}),
    })
    const { code } = Object(await response.json())
    return response.status === 200 ? 200 : [response.status, code]
  }
  const full = [429, 'SANDBOX_CAPACITY_EXCEEDED']
  for (const chunked of [false, true]) {
    const held = send(600_000, { wait: true, chunked })
    await expect.poll(() => gates).toHaveLength(1)
    expect(await send(600_000)).toEqual(full)
    expect(await send(600_000, { chunked: true })).toEqual(full)
    expect([await send(1000), await send(1000, { chunked: true }), await send(100_000)]).toEqual([200, 200, 200])
    gates.pop()?.()
    expect(await held).toBe(200)
    // One that is alone may be larger than the bound.
    await expect.poll(() => send(3_000_000)).toBe(200)
    await expect.poll(() => send(3_000_000, { chunked: true })).toBe(200)
  }
  await server.close()
})

test('bodies that were announced and do not come take nothing away from others', async () => {
  const server = await newServer()
  const body = z.object({ text: z.string() })
  implement(server, endpoint({ ...held, body, response: z.unknown() }), ({ body }) => ({ length: body.text.length }))
  const origin = await server.listen({ port: 0, host: '127.0.0.1' })
  const sockets = Array.from({ length: 30 }, () => connect(Number(new URL(origin).port), '127.0.0.1'))
  for (const socket of sockets) {
    socket.on('error', () => {})
    socket.write(
      'POST /api/v1/held HTTP/1.1\r\nhost: x\r\ncontent-length: 700000\r\ncontent-type: application/json\r\n\r\n{',
    )
    if (socket.connecting) await once(socket, 'connect')
  }
  const answer = await fetch(`${origin}/api/v1/held`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: 'x'.repeat(500_000) }),
  })
  expect(answer.status).toBe(200)
  for (const socket of sockets) socket.destroy()
  await server.close()
})
