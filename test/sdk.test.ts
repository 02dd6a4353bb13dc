import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ApiError, type Client, ConnectionError, createClient, each } from '@piecework/sdk'
import { startCutProxy } from '@piecework/server/testing/cut-proxy'
import { type Person, signUpOwner, startTestServer, type TestServer } from '@piecework/server/testing/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const ROOT = new URL('../', import.meta.url).pathname
const OWNER = 'owner@example.com'
let server: TestServer
let owner: Person
let url: string
let client: Client
beforeAll(async () => {
  server = await startTestServer()
  owner = await signUpOwner(server)
  url = `${server.origin}/api`
  client = createClient({ url, token: owner.token })
})
afterAll(() => server[Symbol.asyncDispose]())

/** @returns the error that a call fails with. */
const refusal = (call: Promise<unknown>) =>
  call.then(
    () => expect.unreachable('the call should fail'),
    (error: unknown) => error,
  )

/** A server that answers as the test wants, for the time of the test. */
async function startOdd(listener: RequestListener): Promise<AsyncDisposable & { url: string }> {
  const odd = createServer(listener)
  odd.listen(0, '127.0.0.1')
  await once(odd, 'listening')
  return {
    url: `http://127.0.0.1:${(odd.address() as AddressInfo).port}/api`,
    [Symbol.asyncDispose]: async () => {
      odd.closeAllConnections()
      await new Promise((resolve) => odd.close(resolve))
    },
  }
}

test('the examples of docs/sdk.md run, one after another', async () => {
  const page = await readFile(join(ROOT, 'docs/sdk.md'), 'utf8')
  const blocks = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, block = '']) => block)
  const program = blocks.join('').replace('http://localhost:3000/api', url).replace('ada@example.com', OWNER)
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, ['--input-type=module-typescript', '-e', program], { cwd: ROOT })
  expect(stdout).toBe(
    "[ 'Bills' ] null\n404 ENTITY_NOT_FOUND { entityType: 'flow', entityId: 'nothing', message: 'flow not found' }\n",
  )
})

describe('calls', () => {
  test('somebody signs in, creates a flow, edits it and gets it back', async () => {
    const anonymous = createClient({ url: `${url}/` })
    const credentials = { email: OWNER, password: 'Correct-horse-7' }
    const { token, projectId } = await anonymous.authentication.signIn({ body: credentials })
    const me = createClient({ url, token: async () => token })
    const created = await me.flows.create({ body: { displayName: 'Invoices', projectId: projectId ?? '' } })
    const params = { id: created.id }
    await me.flows.operate({ params, body: { type: 'CHANGE_NAME', request: { displayName: 'Bills' } } })
    expect((await me.flows.get({ params })).version.displayName).toBe('Bills')
    expect((await me.flows.versions({ params })).data).toHaveLength(1)
    expect(await me.flows.remove({ params })).toBeUndefined()
  })

  test('lists of a query and flags arrive as such', async () => {
    const { projectId } = owner
    await client.flows.create({ body: { displayName: 'One', projectId } })
    const query = { projectId, status: ['ENABLED', 'DISABLED'] as const }
    expect((await client.flows.list({ query: { ...query, status: [...query.status] } })).data.length).toBeGreaterThan(0)
    expect((await client.flows.list({ query: { projectId, status: ['ENABLED'] } })).data).toEqual([])
    expect(await client.pieces.list({ query: { searchQuery: 'webhook', includeTags: true } })).toMatchObject([
      { name: '@activepieces/piece-webhook' },
    ])
  })

  test('forms and files go as they are', async () => {
    const form = new FormData()
    const picture = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13])
    form.append('logoIcon', new Blob([picture], { type: 'image/png' }), 'logo.png')
    const { logoIconUrl } = await client.platforms.update({ params: { id: owner.platformId }, body: form })
    const image = await client.platforms.image({ params: { id: logoIconUrl.split('/').at(-1) ?? '' } })
    expect(new Uint8Array(await image.arrayBuffer())).toEqual(picture)
  })

  test('a parameter cannot lead to another path', async () => {
    for (const id of ['..', '.', ''])
      expect(await refusal(client.flows.get({ params: { id } }))).toBeInstanceOf(TypeError)
    expect(await refusal(client.flows.get({ params: { id: '../users/me' } }))).toMatchObject({ status: 404 })
  })
})

test('a list is walked page after page, as far as somebody wants', async () => {
  const { projectId } = owner
  const names = ['Ash', 'Birch', 'Cedar', 'Elm', 'Fir']
  for (const displayName of names) await client.folders.create({ body: { displayName, projectId } })
  const found: string[] = []
  for await (const folder of each(client.folders.list, { query: { projectId, limit: 2 } }))
    found.push(folder.displayName)
  expect(found.sort()).toEqual(names)

  let asked = 0
  const counting = createClient({
    url,
    token: owner.token,
    fetch: (...call) => {
      asked++
      return fetch(...call)
    },
  })
  for await (const _ of each(counting.folders.list, { query: { projectId, limit: 2 } })) break
  expect(asked).toBe(1)
})

describe('errors', () => {
  test('say what the server says', async () => {
    const unknown = await refusal(client.flows.get({ params: { id: 'nothing' } }))
    expect(unknown).toBeInstanceOf(ApiError)
    expect(unknown).toMatchObject({
      status: 404,
      code: 'ENTITY_NOT_FOUND',
      params: { entityType: 'flow', entityId: 'nothing' },
      requestId: expect.stringMatching(/^req_/),
    })
    expect(String(unknown)).toContain('answered 404 ENTITY_NOT_FOUND: flow not found')
    expect(await refusal(createClient({ url }).projects.list())).toMatchObject({ status: 401, code: 'AUTHENTICATION' })
    const long = client.folders.create({ body: { projectId: owner.projectId, displayName: '' } })
    expect(await refusal(long)).toMatchObject({ status: 400, message: expect.stringContaining('body/displayName') })
  })

  test('also describe an answer that is none of the API', async () => {
    await using odd = await startOdd((request, response) => {
      response.statusCode = request.url?.includes('flags') ? 200 : 403
      response.end('<h1>Proxy</h1>')
    })
    const behind = createClient({ url: odd.url, retries: 0 })
    expect(await refusal(behind.health.live())).toMatchObject({ status: 403, code: 'UNKNOWN', params: {} })
    expect(await refusal(behind.flags.list())).toBeInstanceOf(ConnectionError)
    const nowhere = createClient({ url: 'http://127.0.0.1:1/api', retries: 0 })
    expect(String(await refusal(nowhere.health.live()))).toContain('GET http://127.0.0.1:1/api/v1/health/live got no')
  })

  test('name no secret of the query', async () => {
    const secret = await refusal(client.stepFiles.read({ query: { token: 'a-secret-token' } }))
    expect(`${secret} ${JSON.stringify(secret)}`).not.toContain('a-secret-token')
  })
})

describe('attempts', () => {
  test('a read is tried again when the connection breaks, a change is not', async () => {
    await using proxy = await startCutProxy('127.0.0.1', Number(new URL(server.origin).port))
    const tokens: string[] = []
    const token = () => {
      tokens.push(owner.token)
      return owner.token
    }
    const behind = createClient({ url: `http://127.0.0.1:${proxy.port}/api`, token })
    proxy.swallowAnswerTo('GET /api/v1/folders')
    expect((await behind.folders.list({ query: { projectId: owner.projectId } })).data.length).toBeGreaterThan(0)
    expect(tokens).toHaveLength(2)
    proxy.swallowAnswerTo('POST /api/v1/folders')
    const change = behind.folders.create({ body: { projectId: owner.projectId, displayName: 'Oak' } })
    expect(await refusal(change)).toBeInstanceOf(ConnectionError)
    expect(tokens).toHaveLength(3)
  })

  test('a read comes back when the server wants it, a few times, unless that is too long', async () => {
    let asked = 0
    await using odd = await startOdd((request, response) => {
      asked++
      response.setHeader('retry-after', request.url === '/api/v1/health' ? '0' : '3600')
      response.statusCode = asked === 3 ? 200 : 503
      response.end(JSON.stringify(asked === 3 ? { status: 'Healthy' } : { code: 'SERVICE_UNAVAILABLE', params: {} }))
    })
    const behind = createClient({ url: odd.url })
    expect(await behind.health.check()).toEqual({ status: 'Healthy' })
    expect(await refusal(behind.health.check())).toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE' })
    expect(asked).toBe(6)
    expect(await refusal(behind.health.live())).toMatchObject({ status: 503, retryAfterMs: 3_600_000 })
    expect(asked).toBe(7)
  })

  test('a call ends when it is aborted, while it runs and while it waits, and when it takes too long', async () => {
    let asked = () => {}
    const arrived = new Promise<void>((resolve) => {
      asked = resolve
    })
    await using odd = await startOdd((request, response) => {
      asked()
      if (request.url === '/api/v1/health') return
      response.setHeader('retry-after', '20')
      response.statusCode = 503
      response.end()
    })
    const behind = createClient({ url: odd.url })
    const running = new AbortController()
    const first = refusal(behind.health.check({ signal: running.signal }))
    await arrived
    running.abort(new Error('no longer wanted'))
    expect(String(await first)).toContain('no longer wanted')
    expect(String(await refusal(behind.health.live({ signal: AbortSignal.timeout(300) })))).toContain('TimeoutError')
    const hasty = createClient({ url: odd.url, timeoutMs: 50, retries: 1 })
    expect(await refusal(hasty.health.check())).toBeInstanceOf(ConnectionError)
  })
})
