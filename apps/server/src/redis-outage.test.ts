import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestPostgres } from './database/testing.ts'
import { codeAction, eventually, flowMaker, pieceAction, webhookTrigger } from './testing/flows.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from './testing/server.ts'

/** A Redis of its own that comes and goes while an app works. */
let folder: string
let database: Awaited<ReturnType<typeof createTestPostgres>>
let port: number
let redis: ChildProcess | undefined
let owner: Person

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'piecework-redis-'))
  database = await createTestPostgres()
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
  server.close()
})
afterAll(async () => {
  redis?.kill('SIGKILL')
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

const startRedis = () => {
  redis = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder], {
    stdio: 'ignore',
  })
}

const startApp = (env: Record<string, string> = {}) =>
  startTestServer({
    AP_CONTAINER_TYPE: 'WORKER_AND_APP',
    AP_POSTGRES_URL: database.url,
    AP_REDIS_URL: `redis://127.0.0.1:${port}`,
    AP_QUEUE_UI_USERNAME: 'operator',
    AP_QUEUE_UI_PASSWORD: 'opensesame',
    AP_ENCRYPTION_KEY: '0123456789abcdef0123456789abcdef',
    AP_JWT_SECRET: 'a secret of the whole cluster, long',
    AP_LOG_LEVEL: 'silent',
    ...env,
  })

/** Whether the app sees Redis. */
const sees = async (app: TestServer) =>
  /piecework_dependency_up\{dependency="redis"\} 1/.test(await (await fetch(`${app.origin}/metrics`)).text())

test('an app starts without its Redis, works, takes it up when it comes, and goes on and stops without it', async () => {
  const app = await startApp()
  let running = true
  try {
    owner = await signUpOwner(app)
    const flows = flowMaker(app, owner)
    const flow = await flows.create(webhookTrigger(), [codeAction('step_1', 'export const code = async () => 1')])
    await flows.publish(flow.id)
    const call = async () => (await app.call('POST', `/v1/webhooks/${flow.id}`, { body: {} })).status
    expect([await sees(app), await call()]).toEqual([false, 200])
    await flows.finishedRuns(flow.id, 1)

    startRedis()
    await expect.poll(() => sees(app), { interval: 100, timeout: 20_000 }).toBe(true)
    expect(await call()).toBe(200)
    await flows.finishedRuns(flow.id, 2)

    // It hangs, without closing its connections; then it is gone.
    redis?.kill('SIGSTOP')
    expect(await call()).toBe(200)
    await flows.finishedRuns(flow.id, 3)
    redis?.kill('SIGKILL')
    expect(await call()).toBe(200)
    const runs = await flows.finishedRuns(flow.id, 4)
    expect(runs.map(({ status }) => status)).toEqual(Array(4).fill('SUCCEEDED'))

    running = false
    const began = performance.now()
    await app[Symbol.asyncDispose]()
    expect(performance.now() - began).toBeLessThan(15_000)
  } finally {
    if (running) await app[Symbol.asyncDispose]()
  }
})

test.each(['SIGSTOP', 'SIGKILL'] as const)(
  'callers who wait at another app get the answers of their flows while Redis is away (%s)',
  async (signal) => {
    startRedis()
    await using stack = new AsyncDisposableStack()
    stack.defer(async () => void redis?.kill('SIGKILL'))
    const [front, back] = await Promise.all([
      startApp({ AP_CONTAINER_TYPE: 'APP' }),
      startApp({ AP_WORKER_CONCURRENCY: '2' }),
    ])
    stack.use(front)
    stack.use(back)
    for (const app of [front, back]) await eventually(async () => (await sees(app)) || undefined, 'Redis')
    const flows = flowMaker(front, owner)
    const flow = await flows.create(webhookTrigger(), [
      codeAction(
        'step_1',
        'export const code = () => new Promise((done) => setTimeout(() => done({ hello: 1 }), 700))',
      ),
      pieceAction('step_2', '@activepieces/piece-webhook', '0.1.29', 'return_response', {
        responseType: 'json',
        respond: 'stop',
        fields: { status: 201, headers: {}, body: '{{step_1}}' },
      }),
    ])
    await flows.publish(flow.id)
    const call = () => front.call('POST', `/v1/webhooks/${flow.id}/sync`, { body: {} })
    const began = performance.now()
    const before = Array.from({ length: 4 }, call)
    const busy = () => back.server.execution.dispatcher.load().links.reduce((sum, link) => sum + link.busy, 0)
    await eventually(async () => busy() === 2 || undefined, 'runs that have begun')
    redis?.kill(signal)
    // Some have begun, some wait for a slot, some come when it is gone.
    const answers = await Promise.all([...before, ...Array.from({ length: 4 }, call)])
    expect(answers.map(({ status, body }) => [status, body])).toEqual(Array(8).fill([201, { hello: 1 }]))
    // Four rounds of 0.7 s, and the look once a second at what is due and at what was answered.
    expect(performance.now() - began).toBeLessThan(15_000)
  },
)
