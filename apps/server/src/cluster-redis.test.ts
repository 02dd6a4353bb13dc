import { newId } from '@piecework/model/ids'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestPostgres } from './database/testing.ts'
import { codeAction, eventually, flowMaker, pieceAction, webhookTrigger } from './testing/flows.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from './testing/server.ts'

// A Redis database of its own, so that wiping it touches nobody else.
const REDIS_DB = 9
const REDIS_URL = `${process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'}/${REDIS_DB}`
const KEYS = {
  AP_ENCRYPTION_KEY: '0123456789abcdef0123456789abcdef',
  AP_JWT_SECRET: 'a secret of the whole cluster, long',
}

let database: Awaited<ReturnType<typeof createTestPostgres>>
let redis: Redis
let front: TestServer
let back: TestServer
let owner: Person

beforeAll(async () => {
  database = await createTestPostgres()
  redis = new Redis(REDIS_URL)
  await redis.flushdb()
  const env = {
    ...KEYS,
    AP_POSTGRES_URL: database.url,
    AP_REDIS_URL: REDIS_URL,
    AP_QUEUE_UI_USERNAME: 'operator',
    AP_QUEUE_UI_PASSWORD: 'sésame:open',
    AP_DEFAULT_CONCURRENT_JOBS_LIMIT: '4',
  }
  const servers = await Promise.all([
    startTestServer(env),
    startTestServer({ ...env, AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_WORKER_CONCURRENCY: '4' }),
  ])
  front = servers[0]
  back = servers[1]
  owner = await signUpOwner(front)
})

afterAll(async () => {
  await Promise.all([front, back].map((server) => server?.[Symbol.asyncDispose]()))
  await redis.flushdb()
  await redis.quit()
  await database.drop()
})

test('calls are answered across apps, with Redis in between', async () => {
  const flows = flowMaker(front, owner)
  const respond = pieceAction('step_2', '@activepieces/piece-webhook', '0.1.29', 'return_response', {
    responseType: 'json',
    respond: 'stop',
    fields: { status: 200, headers: {}, body: '{{step_1}}' },
  })
  const flow = await flows.create(webhookTrigger(), [
    codeAction('step_1', 'export const code = async (inputs) => ({ hello: inputs.name })', {
      name: '{{trigger.body.name}}',
    }),
    respond,
  ])
  await flows.publish(flow.id)
  const answer = await front.call('POST', `/v1/webhooks/${flow.id}/sync`, { body: { name: 'Ada' } })
  expect([answer.status, answer.body]).toEqual([200, { hello: 'Ada' }])
})

test('what happens to jobs is not broadcast to every app, and Redis does not grow with the runs', async () => {
  const flows = flowMaker(front, owner)
  const flow = await flows.create(webhookTrigger(), [codeAction('step_1', 'export const code = async () => 1')])
  await flows.publish(flow.id)
  const subscriber = new Redis(REDIS_URL)
  const heard: string[] = []
  subscriber.on('pmessage', (_pattern: string, _channel: string, text: string) => heard.push(text))
  await subscriber.psubscribe('*')
  const bytes = async () => {
    const sizes = await Promise.all((await redis.keys('*')).map((key) => redis.memory('USAGE', key)))
    return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
  }
  const run = async (count: number, before: number) => {
    const calls = Array.from({ length: count }, () => front.call('POST', `/v1/webhooks/${flow.id}`, { body: {} }))
    await Promise.all(calls)
    return flows.finishedRuns(flow.id, before + count)
  }
  await run(40, 0)
  const before = await bytes()
  const runs = await run(60, 40)
  // Runs are readable as soon as they are over: nothing of them waits in Redis.
  expect((await flows.run(runs.at(-1)?.id ?? '')).steps?.step_1?.output).toBe(1)
  expect((await bytes()) - before).toBeLessThan(10_000)
  expect(heard.filter((text) => runs.some(({ id }) => text.includes(id)))).toEqual([])
  const clients = String(await redis.client('LIST'))
    .split('\n')
    .filter((line) => line.includes(` db=${REDIS_DB} `))
  expect(clients.length).toBeGreaterThan(3)
  // Nobody reads a stream of events, and nothing waits to be read.
  expect(clients.filter((line) => / cmd=xread\b/.test(line))).toEqual([])
  expect(clients.filter((line) => !line.includes(' oll=0 '))).toEqual([])
  await subscriber.quit()
})

test('wiping Redis under load loses no accepted call and doubles none', async () => {
  const flows = flowMaker(front, owner)
  const wait = 'export const code = async () => new Promise((resolve) => setTimeout(() => resolve(1), 20))'
  const flow = await flows.create(webhookTrigger(), [codeAction('step_1', wait)])
  await flows.publish(flow.id)
  const marker = newId()
  const accepted: number[] = []
  for (let batch = 0; batch < 9; batch++) {
    const calls = Array.from({ length: 10 }, (_, index) =>
      (index % 2 ? front : back).call('POST', `/v1/webhooks/${flow.id}`, { body: { marker } }),
    )
    if (batch % 3 === 1) await redis.flushdb()
    accepted.push(...(await Promise.all(calls)).map(({ status }) => status))
  }
  expect(accepted).toEqual(Array(90).fill(200))
  const runs = await flows.finishedRuns(flow.id, 90)
  expect(runs.map(({ status }) => status)).toEqual(Array(90).fill('SUCCEEDED'))
  await eventually(
    async () => ((await back.server.execution.queue.counts()).length === 0 ? true : undefined),
    'an empty queue',
  )
  expect(await flows.runs(flow.id)).toHaveLength(90)
})

test('a delay that is over does not begin its flow again: it goes on behind the delay, once', async () => {
  const flows = flowMaker(front, owner)
  const { db, execution } = back.server
  const flow = await flows.create(webhookTrigger(), [
    codeAction('step_1', 'export const code = async () => Math.random()'),
    pieceAction('step_2', '@activepieces/piece-delay', '0.3.27', 'delayFor', { unit: 'days', delayFor: 1 }),
    codeAction('step_3', 'export const code = async ({ drawn }) => drawn', { drawn: '{{step_1}}' }),
  ])
  await flows.publish(flow.id)
  await front.call('POST', `/v1/webhooks/${flow.id}`, { body: {} })
  const paused = await eventually(async () => {
    const [run] = await flows.runs(flow.id)
    return run?.status === 'PAUSED' ? flows.run(run.id) : undefined
  }, 'the delay')
  const jobs = () => db.selectFrom('job').select(['id', 'ready']).where('projectId', '=', owner.projectId).execute()
  expect(await jobs()).toEqual([{ id: paused.id, ready: false }])
  // The day is over.
  await db.updateTable('job').set({ dueAt: new Date() }).where('id', '=', paused.id).execute()
  const run = await flows.finished(paused.id)
  expect(run).toMatchObject({ status: 'SUCCEEDED', steps: { step_2: { output: { success: true } } } })
  const drawn = paused.steps?.step_1?.output
  expect([run.steps?.step_1?.output, run.steps?.step_3?.output]).toEqual([drawn, drawn])
  const [stored] = await execution.store.byIds([paused.id])
  // One attempt to the delay, one behind it, and nothing that could begin another.
  expect(stored?.attempt).toBe(2)
  expect([await jobs(), await flows.runs(flow.id)]).toEqual([[], [expect.objectContaining({ id: run.id })]])
})

test('the queue dashboard asks for its user name and password', async () => {
  const address = front.server.app.server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const get = async (path: string, authorization?: string) =>
    fetch(`http://127.0.0.1:${port}/api/ui${path}`, { headers: authorization ? { authorization } : {} })
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  expect((await get('')).status).toBe(401)
  expect((await get('', basic('operator:guess'))).status).toBe(401)
  const page = await get('/', basic('operator:sésame:open'))
  expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')])
  const queues = await get('/api/queues', basic('operator:sésame:open'))
  expect(await queues.json()).toMatchObject({ queues: [{ name: 'workerJobs' }] })
})
