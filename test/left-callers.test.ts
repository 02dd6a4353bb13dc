import { join } from 'node:path'
import { isTerminal } from '@piecework/model/run/status'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { code, respond, signIn, until } from './support/client.ts'
import { http, type RawAnswer } from './support/http.ts'
import { type ServerProcess, startServer, temporaryFolder } from './support/process.ts'
import { head, raw } from './support/raw.ts'
import { runsOf } from './support/runs.ts'

const CALLERS = 8
/** Far longer than a run takes, and shorter than all of them. */
const ENV = { AP_WORKER_CONCURRENCY: '1', AP_WEBHOOK_TIMEOUT_SECONDS: '5' }

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => folder.remove())

const start = (env: Record<string, string> = ENV) => startServer(join(folder.path, 'config'), env)
const slow = (ms: number) =>
  code('step_1', `export const code = () => new Promise((done) => setTimeout(() => done(1), ${ms}))`)

/** A flow that is slow, in a server with one slot, and callers who wait for it. */
async function crowd(server: ServerProcess, ms: number, count: number) {
  const client = await signIn(server.base)
  const flowId = await client.liveFlow([slow(ms), respond('step_2', 'done')])
  const call = (signal?: AbortSignal): Promise<RawAnswer> =>
    fetch(`${server.base}/v1/webhooks/${flowId}/sync`, { method: 'POST', ...(signal ? { signal } : {}) }).then(
      async ({ status, headers }) => ({ status, headers, text: '', json: undefined }),
    )
  const callers = Array.from({ length: count }, () => call())
  return { client, flowId, call, callers }
}

describe('callers who are told that their run goes on', () => {
  test.each(['stop', 'kill'] as const)('have it after a %s: in the list, and then at its end', async (end) => {
    const first = await start()
    const { flowId, callers } = await crowd(first, 2000, CALLERS)
    const statuses = (await Promise.all(callers)).map(({ status }) => status)
    const toldTo = statuses.filter((status) => status === 408).length
    expect(toldTo).toBeGreaterThanOrEqual(CALLERS - 3)
    const before = await runsOf(await signIn(first.base)).runsOf(flowId)
    expect(before).toHaveLength(CALLERS)
    expect(before.filter(({ status }) => status === 'QUEUED').length).toBeGreaterThan(0)
    await first[end]()

    const second = await start()
    const runs = runsOf(await signIn(second.base))
    const after = await until(async () => {
      const all = await runs.runsOf(flowId)
      return all.every(({ status }) => isTerminal(status)) && all
    })
    expect(after.map(({ status }) => status)).toEqual(Array(CALLERS).fill('SUCCEEDED'))
    await second.stop()
  })

  test('go behind callers who still wait', async () => {
    const server = await start()
    const { flowId, client, callers } = await crowd(server, 2000, CALLERS)
    await Promise.all(callers)
    const quick = await client.liveFlow([respond('step_1', 'at once')])
    // One run may be under way; all others wait behind this call.
    const answer = await http(`${server.base}/v1/webhooks/${quick}/sync`)
    expect(answer.status).toBe(200)
    expect((await runsOf(client).runsOf(flowId)).some(({ status }) => status === 'QUEUED')).toBe(true)
    await server.kill()
  })
})

test('a caller who hangs up has delivered the call: the run is stored, and goes on', async () => {
  const server = await start()
  const { client, flowId, call, callers } = await crowd(server, 3000, 1)
  await until(async () => (await client.runs()).data.length === 1 && true)
  const gone = new AbortController()
  const left = call(gone.signal).catch(() => 'left')
  setTimeout(() => gone.abort(), 200)
  expect(await left).toBe('left')
  const runs = runsOf(client)
  const queued = await until(async () => (await runs.runsOf(flowId)).find(({ status }) => status === 'QUEUED'))
  await Promise.all(callers)
  expect(await runs.ended(queued.id)).toMatchObject({ status: 'SUCCEEDED' })
  await server.stop()
})

describe('callers who have said all, and read on', () => {
  test('get the answers of their flows, also one that was waiting for a slot, which is stored meanwhile', async () => {
    const server = await start()
    const { client, flowId, callers } = await crowd(server, 1000, 1)
    await until(async () => (await client.runs()).data.length === 1 && true)
    const { socket, closed } = await raw(server.base)
    socket.end(head(`POST /api/v1/webhooks/${flowId}/sync HTTP/1.1`, 'Content-Length: 2', 'X-A: b').concat('{}'))
    const runs = runsOf(client)
    await until(async () => (await runs.runsOf(flowId)).some(({ status }) => status === 'QUEUED'))
    expect(await closed).toMatch(/^HTTP\/1\.1 200 .*done$/s)
    await Promise.all(callers)
    expect(await runs.runsOf(flowId)).toHaveLength(2)

    const behind = await raw(server.base)
    const call = head(`GET /api/v1/webhooks/${flowId}/sync HTTP/1.1`)
    behind.socket.end(call + call + head('GET /api/v1/health HTTP/1.1'))
    expect((await behind.closed).match(/HTTP\/1\.1 200 /g)).toHaveLength(3)
    await server.stop()
  })

  test('are answered with 400 when what they said is not whole', async () => {
    const server = await start()
    const { flowId } = await crowd(server, 1, 1)
    const { socket, closed } = await raw(server.base)
    socket.end(head(`POST /api/v1/webhooks/${flowId}/sync HTTP/1.1`, 'Content-Length: 20').concat('{}'))
    expect(await closed).toMatch(/^HTTP\/1\.1 400 .*"INVALID_REQUEST"/s)
    await server.stop()
  })
})

test('a stop tells every waiting caller the truth: answered, or not begun and to be tried again', async () => {
  const first = await start()
  const { client, flowId, callers } = await crowd(first, 1000, CALLERS)
  await until(async () => (await client.runs()).data.length === 1 && true)
  expect(await first.stop()).toBe(0)
  const answers = await Promise.all(callers)
  const count = (wanted: number) => answers.filter(({ status }) => status === wanted).length
  expect(count(200) + count(503) + count(408)).toBe(CALLERS)
  expect(count(503)).toBeGreaterThan(0)
  for (const { headers } of answers.filter(({ status }) => status === 503)) expect(headers.get('retry-after')).toBe('2')
  const second = await start()
  const runs = await runsOf(await signIn(second.base)).runsOf(flowId)
  expect(runs).toHaveLength(count(200) + count(408))
  await second.stop()
})

test('a run that gives no answer says how it ended', async () => {
  const server = await start({})
  const client = await signIn(server.base)
  const call = async (source: string) => {
    const { status, headers } = await http(
      `${server.base}/v1/webhooks/${await client.liveFlow([code('step_1', source)])}/sync`,
    )
    return [status, headers.get('x-run-status')]
  }
  expect(await call('export const code = () => 1')).toEqual([204, 'SUCCEEDED'])
  expect(await call('export const code = () => { throw new Error("no") }')).toEqual([204, 'FAILED'])
  await server.stop()
})
