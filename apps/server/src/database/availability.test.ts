import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CutProxy, startCutProxy } from '../testing/cut-proxy.ts'
import { eventually } from '../testing/flows.ts'
import { signUpOwner, startTestServer, type TestServer } from '../testing/server.ts'
import { createTestPostgres } from './testing.ts'

/** A server whose PostgreSQL hangs for a while: connections stay, and nothing comes of them. */
let database: Awaited<ReturnType<typeof createTestPostgres>>
let proxy: CutProxy
let server: TestServer
let token: string
let projectId: string
beforeAll(async () => {
  database = await createTestPostgres()
  const url = new URL(database.url)
  proxy = await startCutProxy(url.hostname, Number(url.port || 5432))
  url.hostname = '127.0.0.1'
  url.port = String(proxy.port)
  server = await startTestServer({ AP_POSTGRES_URL: url.toString(), AP_DB_TYPE: 'POSTGRES' })
  const owner = await signUpOwner(server)
  token = owner.token
  projectId = owner.projectId ?? ''
})
afterAll(async () => {
  proxy.goOn()
  await server[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
  await database.drop()
})

interface Answer {
  status: number
  code: unknown
  retryAfter: string | null
  ms: number
}

async function ask(method: string, path: string, body?: unknown): Promise<Answer> {
  const began = performance.now()
  const response = await fetch(`${server.origin}/api${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer: unknown = await response.json()
  const code = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'code') : undefined
  return {
    status: response.status,
    code,
    retryAfter: response.headers.get('retry-after'),
    ms: performance.now() - began,
  }
}

test('calls are refused within two seconds while the database hangs, then at once, and answered again by themselves', async () => {
  const create = () => ask('POST', '/v1/flows', { displayName: 'a', projectId })
  const list = () => ask('GET', `/v1/flow-runs?projectId=${projectId}`)
  expect([(await create()).status, (await list()).status]).toEqual([201, 200])
  proxy.hang()
  const refused = { status: 503, code: 'SERVICE_UNAVAILABLE', retryAfter: expect.stringMatching(/^\d+$/) }
  const first = await Promise.all([create(), list(), create(), list()])
  for (const answer of first) {
    expect(answer).toMatchObject(refused)
    expect(answer.ms).toBeLessThan(2500)
  }
  const next = await create()
  expect(next).toMatchObject(refused)
  expect(next.ms).toBeLessThan(500)
  expect((await ask('GET', '/v1/health')).status).toBe(503)
  expect((await ask('GET', '/v1/health/ready')).status).toBe(503)
  expect((await ask('GET', '/v1/health/live')).status).toBe(200)
  proxy.goOn()
  await expect.poll(async () => (await ask('GET', '/v1/health')).status, { timeout: 10_000 }).toBe(200)
  expect((await create()).status).toBe(201)
})

test('calls are refused while another session holds the table of runs, and taken again after it', async () => {
  const list = () => ask('GET', `/v1/flow-runs?projectId=${projectId}`)
  await eventually(async () => ((await list()).status === 200 ? true : undefined), 'the end of the outage before')
  const other = new pg.Client({ connectionString: database.url })
  await other.connect()
  try {
    await other.query('begin; lock table flow_run')
    const answer = await list()
    expect(answer).toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE', retryAfter: expect.any(String) })
    expect(answer.ms).toBeLessThan(2500)
  } finally {
    await other.end()
  }
  await eventually(async () => ((await list()).status === 200 ? true : undefined), 'an answer after the lock')
})
