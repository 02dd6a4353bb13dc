import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { connect, createServer as createBalancer, type Socket } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createTestPostgres } from '@piecework/server/database/testing'
import { startRegistry } from '@piecework/worker/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Client, code, respond, signIn, until } from './support/client.ts'
import {
  diskOf,
  type ServerProcess,
  startServer,
  startWorker,
  temporaryFolder,
  type WorkerProcess,
  withDisk,
} from './support/process.ts'

/** One app without a worker of its own, and workers as processes of their own that hold a token alone. */
const SECRET = 'the secret that the app and the command share'
const KEYS = { AP_JWT_SECRET: SECRET, AP_ENCRYPTION_KEY: 'abcdefabcdefabcdefabcdefabcdefab' }

const OPERATOR = 'the key of the operator'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let database: Awaited<ReturnType<typeof createTestPostgres>>
let app: ServerProcess
let client: Client
let token: string
let platformId: string
const started: (ServerProcess | WorkerProcess)[] = []

const newWorker = async (env: Record<string, string> = {}, wrapper: string[] = []) => {
  const all = {
    ...{ AP_FRONTEND_URL: app.base.replace('/api', ''), AP_WORKER_TOKEN: token, AP_WORKER_CONCURRENCY: '2' },
    ...env,
  }
  const worker = await startWorker(join(folder.path, `worker-${started.length}`), all, undefined, wrapper)
  started.push(worker)
  return worker
}

const newApp = async (env: Record<string, string> = {}) => {
  const server = await startServer(join(folder.path, `app-${started.length}`), {
    ...KEYS,
    AP_POSTGRES_URL: database.url,
    AP_CONTAINER_TYPE: 'APP',
    AP_SANDBOX_PROPAGATED_ENV_VARS: 'WHO',
    ...env,
  })
  started.push(server)
  return server
}

beforeAll(async () => {
  folder = await temporaryFolder()
  database = await createTestPostgres()
  const made = await promisify(execFile)('npm', ['run', '--silent', 'workers', 'token', '--', '--secret', SECRET])
  token = made.stdout.trim()
  app = await newApp({ AP_API_KEY: OPERATOR })
  client = await signIn(app.base)
  const { data } = await client.api.projects.list()
  platformId = data[0]?.platformId ?? ''
})

afterAll(async () => {
  await Promise.all(started.map((one) => one.kill().catch(() => {})))
  await database.drop()
  await folder.remove()
})

const post = (url: string, body: unknown) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

/** Steps that write to a file when they begin; the second waits until the file `go` is there. */
const ledgerFlow = (ledger: string, go: string) =>
  client.liveFlow([
    code('step_1', `${WRITE} 'first\\n'); return 1 }`, { ledger }),
    code(
      'step_2',
      `${WRITE} 'second\\n')
        const { existsSync } = await import('node:fs')
        while (!existsSync(inputs.go)) await new Promise((resolve) => setTimeout(resolve, 20))
        return 2 }`,
      { ledger, go },
    ),
  ])
const WRITE = `export const code = async (inputs) => {
  const { appendFileSync } = await import('node:fs'); appendFileSync(inputs.ledger,`
const lines = (ledger: string) => (existsSync(ledger) ? readFileSync(ledger, 'utf8').trim().split('\n') : [])

test('a worker with a token and nothing else runs flows, and is listed with its machine', async () => {
  const worker = await newWorker()
  const flowId = await client.liveFlow([
    code('step_1', 'export const code = async (inputs) => inputs.name + "!"', { name: '{{trigger.body.name}}' }),
    respond('step_2', { said: '{{step_1}}' }),
  ])
  const answer = await post(`${app.base}/v1/webhooks/${flowId}/sync`, { name: 'Ada' })
  expect([answer.status, await answer.json()]).toEqual([200, { said: 'Ada!' }])

  const machines = await client.api.workerMachines.list()
  expect(machines).toHaveLength(1)
  expect(machines[0]).toMatchObject({ status: 'ONLINE', type: 'SHARED' })
  expect(machines[0]?.information.totalCpuCores).toBeGreaterThan(0)
  // The caller has its answer before the end of the run is written.
  const metrics = () => client.api.workerMachines.queueMetrics()
  await until(async () => (await metrics()).queues.every(({ waiting, active }) => waiting + active === 0))
  expect(await metrics()).toEqual({ queues: [{ name: 'workerJobs', waiting: 0, active: 0 }] })
  expect(await worker.stop()).toBe(0)
  await until(async () => (await client.api.workerMachines.list())[0]?.status === 'OFFLINE')
})

/** Gives the platform to a group of workers, as the operator does. */
const give = async (
  workerGroupId: unknown,
  headers: Record<string, string> = { 'api-key': OPERATOR },
  of = platformId,
) => {
  const response = await fetch(`${app.base}/v1/admin/platforms/worker-group`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ platformId: of, workerGroupId }),
  })
  return [response.status, await response.json()]
}

test('a platform that the operator gives to a group of workers runs on these alone, until it is given back', async () => {
  expect(await give('gold', {})).toMatchObject([403, { code: 'AUTHORIZATION' }])
  expect(await give('gold', { 'api-key': `${OPERATOR}s` })).toMatchObject([403, {}])
  expect(await give('gold', { authorization: `Bearer ${client.token}` })).toMatchObject([403, {}])
  expect(await give('no spaces')).toMatchObject([400, {}])
  expect(await give('gold', undefined, 'nobody')).toMatchObject([404, { code: 'ENTITY_NOT_FOUND' }])

  const flowId = await client.liveFlow([
    code('step_1', 'export const code = async () => process.env.WHO'),
    respond('step_2', { who: '{{step_1}}' }),
  ])
  const call = async () => (await post(`${app.base}/v1/webhooks/${flowId}/sync`, {})).json()
  const common = await newWorker({ WHO: 'common' })
  expect(await call()).toEqual({ who: 'common' })
  expect(await give('gold')).toEqual([200, { platformId, workerGroupId: 'gold' }])
  // It waits for its group, although another worker is free.
  const waiting = [call(), call()]
  const queues = () => client.api.workerMachines.queueMetrics()
  await until(async () =>
    (await queues()).queues.some(
      (queue) => 'name' in queue && queue.name === 'goldWorkerJobs' && 'waiting' in queue && queue.waiting === 2,
    ),
  )
  const gold = await newWorker({ WHO: 'gold', AP_WORKER_GROUP_ID: 'gold' })
  expect(await Promise.all(waiting)).toEqual([{ who: 'gold' }, { who: 'gold' }])
  const machines = await client.api.workerMachines.list()
  // The others do nothing for it.
  expect(machines).toMatchObject([{ status: 'ONLINE', type: 'DEDICATED', workerGroupId: 'gold' }])
  expect(await queues()).toMatchObject({ queues: [{ name: 'goldWorkerJobs' }] })
  expect(await give(null)).toEqual([200, { platformId, workerGroupId: null }])
  expect(await call()).toEqual({ who: 'common' })
  const types = (await client.api.workerMachines.list()).map(({ type }) => type)
  expect([...new Set(types)]).toEqual(['SHARED'])
  await Promise.all([common.stop(), gold.stop()])
})

test('a worker of one customer fences code in as the app says, and so keeps the npm packages of code steps', async () => {
  const registry = await startRegistry()
  await registry.publish(
    { name: 'greetings', version: '1.0.0', main: 'main.js' },
    { 'main.js': 'exports.greet = (who) => "hello " + who' },
  )
  const step = code('step_1', "import { greet } from 'greetings'\nexport const code = async () => greet('gold')")
  step.settings.sourceCode.packageJson = JSON.stringify({ dependencies: { greetings: '1.0.0' } })
  const flowId = await client.liveFlow([step, respond('step_2', { said: '{{step_1}}' })])
  await give('gold')
  // In isolates, which the settings here ask for, there would be no packages.
  const gold = await newWorker({
    ...registry.environment,
    AP_WORKER_GROUP_ID: 'gold',
    AP_EXECUTION_MODE: 'SANDBOX_CODE_ONLY',
  })
  expect(await (await post(`${app.base}/v1/webhooks/${flowId}/sync`, {})).json()).toEqual({ said: 'hello gold' })
  await give(null)
  await gold.stop()
  await registry[Symbol.asyncDispose]()
})

test('of two workers the one with a full disk is left out, what it gave back runs at once, and it recovers', async () => {
  const path = join(folder.path, `worker-${started.length}`)
  const ailing = await newWorker({ WHO: 'ailing' }, withDisk(path, 32))
  const newFlow = () =>
    client.liveFlow([
      code('step_1', `export const code = async () => process.env.WHO // ${Math.random()}`),
      respond('step_2', '{{step_1}}'),
    ])
  const call = async (flowId: string) => (await post(`${app.base}/v1/webhooks/${flowId}/sync`, {})).text()
  const known = await newFlow()
  expect(await call(known)).toBe('ailing')
  await expect(writeFile(join(diskOf(ailing, path), 'fill'), Buffer.alloc(33 * 1024 * 1024, 1))).rejects.toThrow(
    'ENOSPC',
  )

  const healthy = await newWorker({ WHO: 'healthy' })
  const flows = await Promise.all(Array.from({ length: 6 }, newFlow))
  const began = performance.now()
  expect(await Promise.all(flows.map(call))).toEqual(Array(6).fill('healthy'))
  // Sooner than what was given back would come to the same worker again.
  expect(performance.now() - began).toBeLessThan(5000)
  const givenBack = () => app.output().match(/a worker has given a run back/g)?.length ?? 0
  expect(givenBack()).toBeGreaterThan(0)
  expect(givenBack()).toBeLessThanOrEqual(2)
  expect(ailing.output().match(/gives back work for which something must be prepared/g)).toHaveLength(1)
  expect((await client.runs({ flowId: flows })).data.map(({ status }) => status)).toEqual(Array(6).fill('SUCCEEDED'))

  // Alone, it runs what it knows; the rest waits for its disk.
  await healthy.stop()
  expect(await call(known)).toBe('ailing')
  const waiting = newFlow().then(call)
  await until(async () => givenBack() > 2)
  await rm(join(diskOf(ailing, path), 'fill'))
  expect(await waiting).toBe('ailing')
  expect(ailing.output()).toContain('the worker takes new work again')
  await ailing.stop()
})

test('a run of a worker that is killed goes on at another one, behind its last finished step', async () => {
  const ledger = join(folder.path, 'killed.txt')
  const go = join(folder.path, 'killed.go')
  const flowId = await ledgerFlow(ledger, go)
  const first = await newWorker()
  await post(`${app.base}/v1/webhooks/${flowId}`, {})
  await until(async () => lines(ledger).length === 2)
  await first.kill()
  const second = await newWorker()
  await until(async () => lines(ledger).length === 3)
  appendFileSync(go, '')
  const [run] = await until(async () => {
    const { data } = await client.runs({ flowId: [flowId], status: ['SUCCEEDED'] })
    return data.length > 0 && data
  })
  expect(lines(ledger)).toEqual(['first', 'second', 'second'])
  expect((await client.run(run?.id ?? '')).steps?.step_2?.output).toBe(2)
  await second.stop()
})

test('a worker whose connection a load balancer leads to another app in the middle of a run goes on there at once', async () => {
  const ledger = join(folder.path, 'moved.txt')
  const go = join(folder.path, 'moved.go')
  const flowId = await ledgerFlow(ledger, go)
  const other = await newApp()
  let target = new URL(app.base)
  const wires = new Set<Socket>()
  const balancer = createBalancer((near) => {
    const far = connect(Number(target.port), target.hostname)
    for (const wire of [near, far]) {
      wires.add(wire.on('error', () => {}).on('close', () => [near, far].map((one) => one.destroy())))
    }
    near.pipe(far).pipe(near)
  }).listen(0, '127.0.0.1')
  await once(balancer, 'listening')
  const address = balancer.address()
  const worker = await newWorker({
    AP_FRONTEND_URL: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
  })
  await post(`${app.base}/v1/webhooks/${flowId}`, {})
  await until(async () => lines(ledger).length === 2)
  target = new URL(other.base)
  const since = performance.now()
  for (const wire of wires) wire.destroy()
  await until(async () => lines(ledger).length === 3)
  // Sooner than the first app gives a worker up that does not come back.
  expect(performance.now() - since).toBeLessThan(8000)
  appendFileSync(go, '')
  await until(async () => (await client.runs({ flowId: [flowId], status: ['SUCCEEDED'] })).data.length === 1)
  expect(lines(ledger)).toEqual(['first', 'second', 'second'])
  await worker.stop()
  await other.stop()
  balancer.close()
})

test('a worker that sleeps until its work is done elsewhere begins nothing of it when it wakes', async () => {
  const ledger = join(folder.path, 'slept.txt')
  const sleeper = await newWorker()
  const flowId = await client.liveFlow([code('step_1', `${WRITE} 'ran\\n'); return 1 }`, { ledger })])
  const runs = (count: number) =>
    until(async () => (await client.runs({ flowId: [flowId], status: ['SUCCEEDED'] })).data.length === count)
  // Warm, so that it would begin at once.
  await post(`${app.base}/v1/webhooks/${flowId}`, {})
  await runs(1)
  process.kill(sleeper.pid, 'SIGSTOP')
  // Handed to the sleeper, which takes it in only when it wakes.
  await post(`${app.base}/v1/webhooks/${flowId}`, {})
  const other = await newWorker()
  await runs(2)
  process.kill(sleeper.pid, 'SIGCONT')
  await until(async () => sleeper.output().match(/"connected to the app"/g)?.length === 2)
  expect(lines(ledger)).toEqual(['ran', 'ran'])
  await Promise.all([sleeper.stop(), other.stop()])
})

test('a worker that is asked to stop finishes what it runs', async () => {
  const ledger = join(folder.path, 'drained.txt')
  const go = join(folder.path, 'drained.go')
  const flowId = await ledgerFlow(ledger, go)
  const worker = await newWorker()
  await post(`${app.base}/v1/webhooks/${flowId}`, {})
  await until(async () => lines(ledger).length === 2)
  const stopped = worker.stop()
  appendFileSync(go, '')
  expect(await stopped).toBe(0)
  const { data } = await client.runs({ flowId: [flowId] })
  expect(data.map(({ status }) => status)).toEqual(['SUCCEEDED'])
  expect(lines(ledger)).toEqual(['first', 'second'])
})

test('an app that is asked to stop lets its workers finish, and ends though they are connected', async () => {
  const ledger = join(folder.path, 'released.txt')
  const go = join(folder.path, 'released.go')
  const flowId = await ledgerFlow(ledger, go)
  const leaving = await newApp()
  const worker = await newWorker({ AP_FRONTEND_URL: leaving.base.replace('/api', '') })
  const answer = post(`${leaving.base}/v1/webhooks/${flowId}/sync`, {})
  await until(async () => lines(ledger).length === 2)
  const stopped = leaving.stop()
  appendFileSync(go, '')
  expect(await stopped).toBe(0)
  expect((await answer).status).toBe(204)
  const { data } = await client.runs({ flowId: [flowId] })
  expect(data.map(({ status }) => status)).toEqual(['SUCCEEDED'])
  await worker.kill()
})

test('an app that is killed leaves its runs to another app and its workers', async () => {
  const ledger = join(folder.path, 'orphaned.txt')
  const go = join(folder.path, 'orphaned.go')
  const flowId = await ledgerFlow(ledger, go)
  const doomed = await newApp()
  const worker = await newWorker({ AP_FRONTEND_URL: doomed.base.replace('/api', '') })
  await post(`${doomed.base}/v1/webhooks/${flowId}`, {})
  await until(async () => lines(ledger).length === 2)
  await doomed.kill()
  await newWorker()
  appendFileSync(go, '')
  await until(async () => (await client.runs({ flowId: [flowId], status: ['SUCCEEDED'] })).data.length === 1)
  expect(lines(ledger).filter((line) => line === 'first')).toEqual(['first'])
  await worker.kill()
})

test('a wrong token is not taken in, and the worker says why', async () => {
  const made = await promisify(execFile)('npm', [
    'run',
    '--silent',
    'workers',
    'token',
    '--',
    '--secret',
    'another secret, which no app of this test has',
  ])
  const worker = await startWorker(
    join(folder.path, 'stranger'),
    { AP_FRONTEND_URL: app.base.replace('/api', ''), AP_WORKER_TOKEN: made.stdout.trim() },
    /does not accept AP_WORKER_TOKEN/,
  )
  started.push(worker)
  expect(await worker.stop()).toBe(0)
})
