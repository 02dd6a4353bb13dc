import { join } from 'node:path'
import { isTerminal } from '@piecework/model/run/run-statuses'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { code, respond, signIn, until } from './support/client.ts'
import { http, type RawAnswer } from './support/http.ts'
import { type ServerProcess, startServer, temporaryFolder } from './support/process.ts'
import { head, raw } from './support/raw.ts'
import { runsOf } from './support/runs.ts'

const CALLERS = 8
/** Far longer than a run takes, and shorter than all of them. */
const ENV = { AP_WORKER_CONCURRENCY: '1', AP_WEBHOOK_TIMEOUT_SECONDS: '5' }

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: ServerProcess
const start = () => startServer(join(folder.path, 'config'), ENV)

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await start()
})
afterAll(async () => {
  await server.stop()
  await folder.remove()
})

const slow = (ms: number) =>
  code('step_1', `export const code = () => new Promise((done) => setTimeout(() => done(1), ${ms}))`)

/** A flow that is slow, in a server with one slot, and callers who wait for it. */
async function crowd(ms: number, count: number) {
  const client = await signIn(server.base)
  const flowId = await client.liveFlow([slow(ms), respond('step_2', 'done')])
  const call = (signal?: AbortSignal): Promise<RawAnswer> =>
    fetch(`${server.base}/v1/webhooks/${flowId}/sync`, { method: 'POST', ...(signal ? { signal } : {}) }).then(
      async ({ status, headers }) => ({ status, headers, text: '', json: undefined }),
    )
  const callers = Array.from({ length: count }, () => call())
  const { runsOf: list, ended } = runsOf(client)
  const begun = () => until(async () => (await list(flowId)).length > 0)
  return { client, flowId, call, callers, begun, ended, runs: () => list(flowId) }
}

test('a caller who hangs up has delivered the call: the run is stored, and continues', async () => {
  const { call, callers, begun, ended, runs } = await crowd(3000, 1)
  await begun()
  const gone = new AbortController()
  const left = call(gone.signal).catch(() => 'left')
  setTimeout(() => gone.abort(), 200)
  expect(await left).toBe('left')
  const queued = await until(async () => (await runs()).find(({ status }) => status === 'QUEUED'))
  await Promise.all(callers)
  expect(await ended(queued.id)).toMatchObject({ status: 'SUCCEEDED' })
})

describe('callers who have said all, and read on', () => {
  test('get the answers of their flows, also one that was waiting for a slot, which is stored meanwhile', async () => {
    const { flowId, callers, begun, runs } = await crowd(1000, 1)
    await begun()
    const { socket, closed } = await raw(server.base)
    socket.end(head(`POST /api/v1/webhooks/${flowId}/sync HTTP/1.1`, 'Content-Length: 2', 'X-A: b').concat('{}'))
    await until(async () => (await runs()).some(({ status }) => status === 'QUEUED'))
    expect(await closed).toMatch(/^HTTP\/1\.1 200 .*done$/s)
    await Promise.all(callers)
    expect(await runs()).toHaveLength(2)

    const behind = await raw(server.base)
    const call = head(`GET /api/v1/webhooks/${flowId}/sync HTTP/1.1`)
    behind.socket.end(call + call + head('GET /api/v1/health HTTP/1.1'))
    expect((await behind.closed).match(/HTTP\/1\.1 200 /g)).toHaveLength(3)
  })

  test('are answered with 400 when what they said is not whole', async () => {
    const { flowId, callers } = await crowd(1, 1)
    await Promise.all(callers)
    const { socket, closed } = await raw(server.base)
    socket.end(head(`POST /api/v1/webhooks/${flowId}/sync HTTP/1.1`, 'Content-Length: 20').concat('{}'))
    expect(await closed).toMatch(/^HTTP\/1\.1 400 .*"INVALID_REQUEST"/s)
  })
})

test('a run that gives no answer says how it ended', async () => {
  const client = await signIn(server.base)
  const call = async (source: string) => {
    const { status, headers } = await http(
      `${server.base}/v1/webhooks/${await client.liveFlow([code('step_1', source)])}/sync`,
    )
    return [status, headers.get('x-run-status')]
  }
  expect(await call('export const code = () => 1')).toEqual([204, 'SUCCEEDED'])
  expect(await call('export const code = () => { throw new Error("no") }')).toEqual([204, 'FAILED'])
})

test.each(['stop', 'kill'] as const)(
  'callers who hear that their run continues wait behind new callers, and have it after a %s',
  async (end) => {
    const { client, flowId, callers, runs } = await crowd(2000, CALLERS)
    const statuses = (await Promise.all(callers)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 408).length).toBeGreaterThanOrEqual(CALLERS - 3)
    const quick = await client.liveFlow([respond('step_1', 'at once')])
    // One run may be under way; all others wait behind this call.
    expect((await http(`${server.base}/v1/webhooks/${quick}/sync`)).status).toBe(200)
    const before = await runs()
    expect(before).toHaveLength(CALLERS)
    expect(before.filter(({ status }) => status === 'QUEUED').length).toBeGreaterThan(0)
    await server[end]()

    server = await start()
    const { runsOf: list } = runsOf(await signIn(server.base))
    const after = await until(async () => {
      const all = await list(flowId)
      return all.every(({ status }) => isTerminal(status)) && all
    })
    expect(after.map(({ status }) => status)).toEqual(Array(CALLERS).fill('SUCCEEDED'))
  },
)

test('a stop tells every waiting caller the truth: answered, or not begun and to be tried again', async () => {
  const { flowId, callers, begun } = await crowd(1000, CALLERS)
  await begun()
  expect(await server.stop()).toBe(0)
  const answers = await Promise.all(callers)
  const count = (wanted: number) => answers.filter(({ status }) => status === wanted).length
  expect(count(200) + count(503) + count(408)).toBe(CALLERS)
  expect(count(503)).toBeGreaterThan(0)
  for (const { headers } of answers.filter(({ status }) => status === 503)) expect(headers.get('retry-after')).toBe('2')
  server = await start()
  expect(await runsOf(await signIn(server.base)).runsOf(flowId)).toHaveLength(count(200) + count(408))
})
