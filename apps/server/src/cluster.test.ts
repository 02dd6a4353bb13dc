import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createTestPostgres } from './database/testing.ts'
import { codeAction, eventually, flowMaker, pieceAction, webhookTrigger } from './testing/flows.ts'
import { pieceArchive, startTestRegistry } from './testing/piece-archive.ts'
import { PASSWORD, type Person, signUpOwner, startTestServer, type TestServer } from './testing/server.ts'

const KEYS = {
  AP_ENCRYPTION_KEY: '0123456789abcdef0123456789abcdef',
  AP_JWT_SECRET: 'a secret of the whole cluster, long',
}

let database: Awaited<ReturnType<typeof createTestPostgres>>
/** Takes calls, has no workers. */
let front: TestServer
/** Has workers. */
let back: TestServer
let owner: Person

beforeAll(async () => {
  database = await createTestPostgres()
  const env = { ...KEYS, AP_POSTGRES_URL: database.url, AP_WEBHOOK_TIMEOUT_SECONDS: '20' }
  // At once, as a deployment does it.
  const servers = await Promise.all([
    startTestServer(env),
    // One connection is enough for everything, if slow.
    startTestServer({
      ...env,
      AP_CONTAINER_TYPE: 'WORKER_AND_APP',
      AP_WORKER_CONCURRENCY: '3',
      AP_POSTGRES_POOL_SIZE: '1',
    }),
  ])
  front = servers[0]
  back = servers[1]
  owner = await signUpOwner(front)
})

afterAll(async () => {
  await Promise.all([front, back].map((server) => server?.[Symbol.asyncDispose]()))
  await database.drop()
})

const respond = (body: string) =>
  pieceAction('step_2', '@activepieces/piece-webhook', '0.1.29', 'return_response', {
    responseType: 'json',
    respond: 'stop',
    fields: { status: 201, headers: {}, body },
  })

const echo = () => [
  codeAction('step_1', 'export const code = async (inputs) => ({ hello: inputs.name })', {
    name: '{{trigger.body.name}}',
  }),
  respond('{{step_1}}'),
]

test('a synchronous call of an app without workers is run elsewhere and answered where it waits', async () => {
  const flows = flowMaker(front, owner)
  const flow = await flows.create(webhookTrigger(), echo())
  await flows.publish(flow.id)
  const call = (name: string) => front.call('POST', `/v1/webhooks/${flow.id}/sync`, { body: { name } })
  expect(await call('Ada')).toMatchObject({ status: 201, body: { hello: 'Ada' } })
  const began = performance.now()
  expect(await call('Eve')).toMatchObject({ status: 201, body: { hello: 'Eve' } })
  // Woken by a message, not found by the look once a second.
  expect(performance.now() - began).toBeLessThan(700)
  // Larger than a notification.
  const long = 'x'.repeat(50_000)
  expect((await call(long)).body).toEqual({ hello: long })
  expect((await flows.finishedRuns(flow.id, 3)).map(({ status }) => status)).toEqual(Array(3).fill('SUCCEEDED'))
})

test('a run without a response tells the waiting app of its end', async () => {
  const flows = flowMaker(front, owner)
  const flow = await flows.create(webhookTrigger(), [codeAction('step_1', 'export const code = async () => 1')])
  await flows.publish(flow.id)
  expect((await front.call('POST', `/v1/webhooks/${flow.id}/sync`, { body: {} })).status).toBe(204)
})

test('callers get the answers of their flows although the connection for messages is cut again and again', async () => {
  const flows = flowMaker(front, owner)
  const steps = [
    codeAction('step_1', 'export const code = () => new Promise((done) => setTimeout(() => done({ hello: 1 }), 300))'),
    respond('{{step_1}}'),
  ]
  const flow = await flows.create(webhookTrigger(), steps)
  await flows.publish(flow.id)
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const listener = `select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and query like '%listen "piecework_${front.server.execution.owner}"%'
      and pid <> pg_backend_pid()`
  let calling = true
  const cutting = (async () => {
    while (calling) {
      await client.query(listener)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })()
  const calls = Array.from({ length: 9 }, () => front.call('POST', `/v1/webhooks/${flow.id}/sync`, { body: {} }))
  const answers = await Promise.all(calls)
  calling = false
  await cutting
  await client.end()
  expect(answers.map(({ status, body }) => [status, body])).toEqual(Array(9).fill([201, { hello: 1 }]))
})

test('what one app changes, another one does not remember', async () => {
  const flows = flowMaker(front, owner)
  const flow = await flows.create(webhookTrigger(), echo())
  await flows.publish(flow.id)
  const call = async () => (await back.call('POST', `/v1/webhooks/${flow.id}`, { body: { name: 'x' } })).status
  expect(await call()).toBe(200)
  await flows.disable(flow.id)
  await eventually(async () => ((await call()) === 404 ? true : undefined), 'the other app to forget the flow')
})

test('two apps that install the same piece at once have it once', async () => {
  const [name, version] = ['@acme/piece-shared', '1.0.0']
  const source = `
    import { createPiece, PieceAuth } from '@piecework/framework'
    export const shared = createPiece({ displayName: 'Shared', logoUrl: 'x', authors: [], auth: PieceAuth.None(), actions: [], triggers: [] })`
  await using registry = await startTestRegistry([
    { name, version, archive: await pieceArchive(name, version, source) },
  ])
  const cache = await mkdtemp(join(tmpdir(), 'piecework-npm-'))
  vi.stubEnv('npm_config_registry', registry.url)
  vi.stubEnv('npm_config_cache', cache)
  const body = { packageType: 'REGISTRY', scope: 'PLATFORM', pieceName: name, pieceVersion: version }
  const answers = await Promise.all(
    [front, back].map((server) => server.call('POST', '/v1/pieces', { token: owner.token, body })),
  )
  vi.unstubAllEnvs()
  await rm(cache, { recursive: true, force: true })
  expect(
    answers.map(({ status }) => status),
    JSON.stringify(answers),
  ).toEqual([201, 201])
  expect(answers[0]?.body.id).toBe(answers[1]?.body.id)
  expect(registry.downloads.get(`${name}@${version}`)).toBe(1)
})

test('a run is canceled from an app that does not run it, and stops', async () => {
  const flows = flowMaker(front, owner)
  const endless = codeAction('step_1', 'export const code = async () => new Promise(() => setInterval(() => {}, 1000))')
  const flow = await flows.create(webhookTrigger(), [endless])
  await flows.publish(flow.id)
  await front.call('POST', `/v1/webhooks/${flow.id}`, { body: {} })
  const busy = () => back.server.execution.dispatcher.load().links.reduce((sum, link) => sum + link.busy, 0)
  await eventually(async () => (busy() === 1 ? true : undefined), 'the run to be taken')
  const [run] = await flows.runs(flow.id)
  const canceled = await front.call('POST', '/v1/flow-runs/cancel', {
    token: owner.token,
    body: { projectId: owner.projectId, flowRunIds: [run?.id] },
  })
  expect(canceled.status).toBe(200)
  await eventually(async () => (busy() === 0 ? true : undefined), 'the worker to stop')
  expect((await flows.run(run?.id ?? '')).status).toBe('CANCELED')
})

test('two apps that take calls together keep the limit of a project', async () => {
  await front.call('POST', `/v1/projects/${owner.projectId}`, { token: owner.token, body: { maxConcurrentJobs: 2 } })
  const flows = flowMaker(front, owner)
  const flow = await flows.create(webhookTrigger(), [
    codeAction(
      'step_1',
      `export const code = async () => {
        const began = Date.now()
        await new Promise((resolve) => setTimeout(resolve, 60))
        return { began, ended: Date.now() }
      }`,
    ),
  ])
  await flows.publish(flow.id)
  const calls = Array.from({ length: 12 }, (_, index) =>
    (index % 2 ? front : back).call('POST', `/v1/webhooks/${flow.id}`, { body: {} }),
  )
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(Array(12).fill(200))
  const runs = await flows.finishedRuns(flow.id, 12)
  const spans = await Promise.all(runs.map(async ({ id }) => (await flows.run(id)).steps?.step_1?.output as Span))
  expect(spans).toHaveLength(12)
  const atOnce = spans.map((one) => spans.filter((other) => other.began <= one.began && one.began < other.ended).length)
  expect(Math.max(...atOnce)).toBe(2)
})

interface Span {
  began: number
  ended: number
}

test('a session that ends at one app ends at the other', async () => {
  const signIn = async (server: TestServer) => {
    const body = { email: 'owner@example.com', password: PASSWORD }
    return (await server.call<{ token: string }>('POST', '/v1/authentication/sign-in', { body })).body.token
  }
  const [gone, stays] = [await signIn(front), await signIn(front)]
  const statuses = () =>
    Promise.all([gone, stays].map(async (token) => (await back.call('GET', '/v1/users/me', { token })).status))
  // The other app remembers both.
  expect(await statuses()).toEqual([200, 200])
  const { sid } = JSON.parse(Buffer.from(gone.split('.')[1] ?? '', 'base64url').toString())
  expect((await front.call('DELETE', `/v1/sessions/${sid}`, { token: stays })).status).toBe(204)
  await eventually(async () => ((await statuses())[0] === 401 ? true : undefined), 'the end at the other app', 10_000)
  expect(await statuses()).toEqual([401, 200])
})
