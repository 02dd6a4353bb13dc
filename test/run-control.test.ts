import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FlowRun } from '@piecework/model/run/run'
import { isTerminal } from '@piecework/model/run/status'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, code, loop, piece, respond, signIn, until } from './support/client.ts'
import { http, type RawRequest } from './support/http.ts'
import { type ServerProcess, startServer, temporaryFolder } from './support/process.ts'

const NOBODY = '000000000000000000000'
const EXPIRED = 'This link has expired. The action may have already been processed.'
const RECORDED = 'Your response has been recorded. You can close this page now.'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: ServerProcess
let client: Client

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startServer(join(folder.path, 'config'), {
    AP_WEBHOOK_TIMEOUT_SECONDS: '5',
    AP_WORKER_CONCURRENCY: '2',
  })
  client = await signIn(server.base)
})
afterAll(async () => {
  await server?.stop()
  await folder?.remove()
})

const fire = (flowId: string, json: unknown = {}, form = '') =>
  http(`${server.base}/v1/webhooks/${flowId}${form}`, { json })
const runsOf = async (flowId: string, query = '') => (await client.runs(`&flowId=${flowId}&limit=100${query}`)).data
/** The newest run of a flow in a status, with its steps. */
const runIn = (flowId: string, ...wanted: string[]): Promise<FlowRun> =>
  until(async () => {
    const run = (await runsOf(flowId)).find(({ status }) => wanted.includes(status))
    return run && client.run(run.id)
  })
const ended = (id: string): Promise<FlowRun> =>
  until(async () => {
    const run = await client.run(id)
    return isTerminal(run.status) && run
  })
const started = async (flowId: string, count: number): Promise<FlowRun[]> =>
  until(async () => {
    const runs = (await runsOf(flowId)).filter(({ status }) => isTerminal(status))
    return runs.length === count && runs.reverse()
  })
const api = (method: string, path: string, json?: unknown) =>
  http(server.base + path, {
    method,
    headers: { authorization: `Bearer ${client.token}` },
    ...(json === undefined ? {} : { json }),
  })
/** Links name the public address; the server of the test listens elsewhere. */
const local = (link: string) => {
  const { pathname, search } = new URL(link)
  return new URL(pathname + search, server.base).href
}

const LAST = 'export const code = async (i) => i.v'
const waitForApproval = (name: string) => piece(name, '@activepieces/piece-approval', '0.1.19', 'wait_for_approval')
const approvalLinks = (name: string) => piece(name, '@activepieces/piece-approval', '0.1.19', 'create_approval_links')
const delay = (name: string, seconds: number) =>
  piece(name, '@activepieces/piece-delay', '0.3.27', 'delayFor', { unit: 'seconds', delayFor: seconds })
const answerAndWait = (name: string, body: unknown) =>
  piece(name, '@activepieces/piece-webhook', '0.1.33', 'return_response_and_wait_for_next_webhook', {
    responseType: 'json',
    fields: { status: 200, headers: {}, body },
  })

describe('retrying a run', () => {
  /** Writes that it ran, and fails while a file says so. */
  const flaky = (name: string, ledger: string) =>
    code(
      name,
      `export const code = async ({ ledger, name }) => {
        const { appendFileSync, existsSync } = await import('node:fs')
        appendFileSync(ledger, name + '\\n')
        if (existsSync(ledger + '.' + name)) throw new Error(name + ' is down')
        return name + ' is up'
      }`,
      { ledger, name },
    )
  const ledgerOf = (name: string) => join(folder.path, name)

  test('from the failed step: the run goes on, and what succeeded is not done again', async () => {
    const ledger = ledgerOf('from-failed')
    await writeFile(`${ledger}.step_3`, '')
    const flowId = await client.liveFlow([
      flaky('step_1', ledger),
      loop('step_2', '{{[1]}}', [flaky('step_4', ledger), flaky('step_3', ledger)]),
      code('step_5', LAST, { v: '{{step_1}}, {{trigger.body.a}}' }),
    ])
    await fire(flowId, { a: 7 })
    const failed = await runIn(flowId, 'FAILED')
    expect(failed.failedStep).toMatchObject({ name: 'step_3' })
    const again = await api('POST', `/v1/flow-runs/${failed.id}/retry`, {
      strategy: 'FROM_FAILED_STEP',
      projectId: client.projectId,
    })
    expect(again).toMatchObject({ status: 200, json: { id: failed.id, flowId } })
    const still = await runIn(flowId, 'FAILED')
    expect(still.failedStep).toMatchObject({ name: 'step_3' })
    const { rm } = await import('node:fs/promises')
    await rm(`${ledger}.step_3`)
    await client.post(`/v1/flow-runs/${failed.id}/retry`, { strategy: 'FROM_FAILED_STEP', projectId: client.projectId })
    expect(await ended(failed.id)).toMatchObject({
      status: 'SUCCEEDED',
      failedStep: null,
      steps: { step_5: { output: 'step_1 is up, 7' } },
    })
    expect((await readFile(ledger, 'utf8')).trim().split('\n')).toEqual([
      'step_1',
      'step_4',
      'step_3',
      'step_3',
      'step_3',
    ])
    expect(await runsOf(flowId)).toHaveLength(1)
  })

  test('on the latest version: a new run of the published version, with the same trigger', async () => {
    const flowId = await client.liveFlow([code('step_1', 'export const code = async () => { throw new Error("v1") }')])
    await fire(flowId, { keep: 'me' })
    const failed = await runIn(flowId, 'FAILED')
    await client.republish(flowId, [code('step_1', LAST, { v: '{{trigger.body.keep}}' })])
    await client.operate(flowId, 'UPDATE_ACTION', code('step_1', 'export const code = async () => "draft"'))
    const again = await api('POST', `/v1/flow-runs/${failed.id}/retry`, {
      strategy: 'ON_LATEST_VERSION',
      projectId: client.projectId,
    })
    expect(again.status).toBe(200)
    const { id } = again.json as FlowRun
    expect(id).not.toBe(failed.id)
    expect(await ended(id)).toMatchObject({ status: 'SUCCEEDED', steps: { step_1: { output: 'me' } } })
    expect((await client.run(failed.id)).status).toBe('FAILED')
  })

  test('is refused for what it cannot be done with', async () => {
    const flowId = await client.liveFlow([waitForApproval('step_1')])
    await fire(flowId)
    const { id } = await runIn(flowId, 'PAUSED')
    const retry = (run: string, body: unknown) => api('POST', `/v1/flow-runs/${run}/retry`, body)
    expect(await retry(id, { strategy: 'FROM_FAILED_STEP' })).toMatchObject({
      status: 409,
      json: { params: { message: expect.stringContaining('PAUSED') } },
    })
    expect((await retry(NOBODY, { strategy: 'FROM_FAILED_STEP' })).json).toMatchObject({
      statusCode: 404,
      code: 'ENTITY_NOT_FOUND',
      params: { entityType: 'flow_run', entityId: NOBODY },
    })
    expect(await retry(id, { strategy: 'AGAIN' })).toMatchObject({
      status: 400,
      json: { message: expect.stringContaining('strategy') },
    })
    expect((await retry(id, {})).status).toBe(400)
    await client.post('/v1/flow-runs/cancel', { projectId: client.projectId, flowRunIds: [id] })
  })
})

describe('listing and acting on many', () => {
  let flowId: string
  let all: FlowRun[]
  beforeAll(async () => {
    flowId = await client.liveFlow([
      piece('step_1', '@activepieces/piece-tags', '0.0.17', 'add_tag', { name: '{{trigger.body.tag}}' }),
      code('step_2', 'export const code = async (i) => { if (i.fail) throw new Error("no"); return 1 }', {
        fail: '{{trigger.body.fail}}',
      }),
      code('step_3', 'export const code = async (i) => { if (i.late) throw new Error("late no") }', {
        late: '{{trigger.body.late}}',
      }),
    ])
    for (const body of [
      { tag: 'a' },
      { tag: 'b' },
      { tag: 'a', fail: true },
      { tag: 'b', fail: true },
      { tag: 'c', late: true },
    ]) {
      await fire(flowId, body)
      await until(async () => (await runsOf(flowId)).every(({ status }) => isTerminal(status)))
    }
    all = await started(flowId, 5)
  })
  const places = (runs: { id: string }[]) => runs.map(({ id }) => all.findIndex((run) => run.id === id))
  const list = async (query: string) => places(await runsOf(flowId, query))
  const bulk = async (action: string, body: object) => {
    const { status, json, text } = await api('POST', `/v1/flow-runs/${action}`, {
      projectId: client.projectId,
      ...body,
    })
    expect(status, text).toBe(200)
    return json
  }

  test('newest first and without steps', async () => {
    expect(await list('')).toEqual([4, 3, 2, 1, 0])
    for (const run of await runsOf(flowId)) {
      expect(run).toMatchObject({
        flowVersion: { displayName: 'flow' },
        steps: null,
        environment: 'PRODUCTION',
        archivedAt: null,
      })
      expect(run).toHaveProperty('parentRunId')
      expect(run.stepsCount).toBeGreaterThan(0)
      expect(run).not.toHaveProperty('payload')
    }
  })

  test.each([
    ['&status=SUCCEEDED', [1, 0]],
    ['&status=FAILED&status=SUCCEEDED', [4, 3, 2, 1, 0]],
    ['&status[]=FAILED&status[]=CANCELED', [4, 3, 2]],
    ['&status=STOPPED', []],
    ['&tags=a', [2, 0]],
    ['&tags=b&tags=c', [4, 3, 1]],
    ['&failedStepName=step_2', [3, 2]],
    ['&failedStepName=step_3&tags=c', [4]],
    ['&failedStepName=step_3&tags=a', []],
    [`&flowRunIds=${NOBODY}`, []],
  ])('the filter %s', async (query, found) => {
    expect(await list(query)).toEqual(found)
  })

  test('the filters of times and ids', async () => {
    const at = (index: number) => encodeURIComponent(all[index]?.created ?? '')
    expect(await list(`&createdAfter=${at(3)}`)).toEqual([4, 3])
    expect(await list(`&createdBefore=${at(1)}`)).toEqual([1, 0])
    expect(await list(`&createdAfter=${at(1)}&createdBefore=${at(2)}`)).toEqual([2, 1])
    expect(await list(`&flowRunIds=${all[1]?.id}&flowRunIds=${all[4]?.id}`)).toEqual([4, 1])
  })

  test('pages forth and back, and nothing twice', async () => {
    const page = (query: string) => client.runs(`&flowId=${flowId}&limit=2${query}`)
    const first = await page('')
    expect([places(first.data), first.previous]).toEqual([[4, 3], null])
    const second = await page(`&cursor=${encodeURIComponent(first.next ?? '')}`)
    const third = await page(`&cursor=${encodeURIComponent(second.next ?? '')}`)
    expect([places(second.data), places(third.data), third.next]).toEqual([[2, 1], [0], null])
    const back = await page(`&cursor=${encodeURIComponent(second.previous ?? '')}`)
    expect([places(back.data), back.previous]).toEqual([[4, 3], null])
  })

  test('what makes no sense is refused, naming the field', async () => {
    const refused = async (query: string, field: string) => {
      const { status, json } = await api('GET', `/v1/flow-runs?projectId=${client.projectId}${query}`)
      expect({ status, json }, query).toMatchObject({
        status: 400,
        json: { statusCode: 400, params: { message: expect.stringContaining(field) } },
      })
    }
    await refused('&status=NEVER', 'status')
    await refused('&createdAfter=yesterday', 'createdAfter')
    await refused('&limit=0', 'limit')
    await refused('&limit=many', 'limit')
    await refused('&cursor=nonsense', 'cursor')
    await refused('&includeArchived=perhaps', 'includeArchived')
    expect((await api('GET', '/v1/flow-runs')).status).toBe(400)
    expect((await api('GET', `/v1/flow-runs?projectId=${NOBODY}`)).status).toBe(404)
    expect((await api('GET', `/v1/flow-runs/${NOBODY}`)).json).toMatchObject({
      statusCode: 404,
      code: 'ENTITY_NOT_FOUND',
    })
    expect((await http(`${server.base}/v1/flow-runs?projectId=${client.projectId}`, { method: 'GET' })).status).toBe(
      401,
    )
    for (const action of ['retry', 'cancel', 'archive']) {
      expect(
        (await api('POST', `/v1/flow-runs/${action}`, { status: ['FAILED'], strategy: 'FROM_FAILED_STEP' })).status,
      ).toBe(400)
      expect(
        (
          await api('POST', `/v1/flow-runs/${action}`, {
            projectId: client.projectId,
            flowRunIds: 'x',
            strategy: 'FROM_FAILED_STEP',
          })
        ).status,
      ).toBe(400)
    }
    expect((await api('POST', '/v1/flow-runs/retry', { projectId: client.projectId, flowRunIds: [] })).status).toBe(400)
  })

  test('counts by status', async () => {
    const { data } = await client.get<{ data: { status: string; count: number }[] }>(
      `/v1/flow-runs/count-by-status?projectId=${client.projectId}&createdAfter=${encodeURIComponent(all[0]?.created ?? '')}`,
    )
    expect(data.find(({ status }) => status === 'FAILED')?.count).toBeGreaterThanOrEqual(3)
  })

  test('bulk calls act on what their filters choose, and count it', async () => {
    const id = (index: number) => all[index]?.id
    expect(await bulk('archive', { flowRunIds: [] })).toEqual({ archived: 0 })
    expect(await bulk('archive', { flowRunIds: [NOBODY] })).toEqual({ archived: 0 })
    expect(await bulk('archive', { flowId, failedStepName: 'step_3' })).toEqual({ archived: 1 })
    expect(await list('')).toEqual([3, 2, 1, 0])
    expect(await list('&includeArchived=true')).toEqual([4, 3, 2, 1, 0])
    expect(await bulk('archive', { flowId: [flowId], status: ['SUCCEEDED'], excludeFlowRunIds: [id(0)] })).toEqual({
      archived: 1,
    })
    expect(await list('')).toEqual([3, 2, 0])
    expect(await bulk('archive', { flowId, createdBefore: all[0]?.created })).toEqual({ archived: 1 })
    expect(await list('')).toEqual([3, 2])
    expect((await client.run(id(0) ?? '')).archivedAt).toMatch(/^\d{4}-/)

    expect(await bulk('cancel', { flowId })).toEqual({ cancelled: 0 })
    // The pages name no project where they name a flow.
    expect(
      (
        await api('POST', '/v1/flow-runs/retry', {
          flowId,
          strategy: 'FROM_FAILED_STEP',
          status: ['FAILED'],
          failedStepName: 'step_2',
        })
      ).json,
    ).toEqual({ retried: 2 })
    await started(flowId, 2)
    expect(await bulk('retry', { flowRunIds: [id(2)], strategy: 'ON_LATEST_VERSION' })).toEqual({ retried: 1 })
    expect((await started(flowId, 3)).map(({ status }) => status)).toEqual(['FAILED', 'FAILED', 'FAILED'])
  })

  test('the runs of one project are out of reach of another', async () => {
    const other = await client.post<{ id: string }>('/v1/projects', { displayName: 'Other' })
    const ids = { projectId: other.id, flowRunIds: all.map(({ id }) => id) }
    expect(await client.post('/v1/flow-runs/archive', ids)).toEqual({ archived: 0 })
    expect(await client.post('/v1/flow-runs/retry', { ...ids, strategy: 'FROM_FAILED_STEP' })).toEqual({ retried: 0 })
    expect(await client.post('/v1/flow-runs/cancel', ids)).toEqual({ cancelled: 0 })
    expect(await client.get(`/v1/flow-runs?projectId=${other.id}&flowId=${flowId}`)).toMatchObject({ data: [] })
  })
})

describe('canceling', () => {
  const cancel = (body: object) =>
    client.post<{ cancelled: number }>('/v1/flow-runs/cancel', { projectId: client.projectId, ...body })

  test('what runs, what waits in line and what is paused', async () => {
    const ledger = join(folder.path, 'canceled')
    await appendFile(ledger, '')
    const slow = await client.liveFlow([
      code('step_1', 'export const code = async () => 1'),
      code('step_2', 'export const code = async () => { await new Promise((done) => setTimeout(done, 60_000)) }'),
      code(
        'step_3',
        `export const code = async () => { (await import('node:fs')).appendFileSync(${JSON.stringify(ledger)}, 'ran') }`,
      ),
    ])
    const paused = await client.liveFlow([waitForApproval('step_1')])
    await fire(paused)
    const { id: pausedId } = await runIn(paused, 'PAUSED')
    for (let i = 0; i < 3; i++) await fire(slow)
    await until(async () => {
      const statuses = (await runsOf(slow)).map(({ status }) => status)
      return statuses.filter((status) => status === 'RUNNING').length === 2 && statuses.includes('QUEUED')
    })
    expect(await cancel({ flowId: slow, status: ['PAUSED'] })).toEqual({ cancelled: 0 })
    expect(await cancel({ flowId: slow, status: ['QUEUED'] })).toEqual({ cancelled: 1 })
    expect(await cancel({ flowId: slow, status: 'RUNNING' })).toEqual({ cancelled: 2 })
    expect(await cancel({ flowRunIds: [pausedId] })).toEqual({ cancelled: 1 })
    expect(await cancel({ flowRunIds: [pausedId] })).toEqual({ cancelled: 0 })
    for (const run of [...(await runsOf(slow)), await client.run(pausedId)])
      expect(run).toMatchObject({ status: 'CANCELED', finishTime: expect.any(String) })
    expect(await runsOf(slow, '&status=STOPPED')).toHaveLength(3)
    // The slots are free again at once.
    const next = await client.liveFlow([respond('step_1', { free: true })])
    expect((await fire(next, {}, '/sync')).json).toEqual({ free: true })
    expect(await readFile(ledger, 'utf8')).toBe('')
    expect((await runsOf(slow)).map(({ status }) => status)).toEqual(['CANCELED', 'CANCELED', 'CANCELED'])
  })

  test('a synchronous caller is told at once', async () => {
    const flowId = await client.liveFlow([waitForApproval('step_1')])
    const answer = fire(flowId, {}, '/sync')
    const { id } = await runIn(flowId, 'PAUSED')
    await cancel({ flowRunIds: [id] })
    expect((await answer).status).toBe(204)
  })

  test('a run shows its steps while it runs, and a canceled one can be tried again', async () => {
    const ledger = join(folder.path, 'tried-again')
    const flowId = await client.liveFlow([
      code(
        'step_1',
        `export const code = async () => { (await import('node:fs')).appendFileSync(${JSON.stringify(ledger)}, 'x'); return "once" }`,
      ),
      code(
        'step_2',
        'export const code = async (i) => { await new Promise((done) => setTimeout(done, 400)); return i.v }',
        { v: '{{trigger.body.v}}' },
      ),
    ])
    await fire(flowId, { v: 7 })
    const { id } = await until(async () => {
      const run = await runIn(flowId, 'RUNNING')
      return run.steps?.step_1?.output === 'once' && run
    })
    await cancel({ flowRunIds: [id] })
    expect(await client.run(id)).toMatchObject({
      status: 'CANCELED',
      steps: { trigger: { output: { body: { v: 7 } } }, step_1: { output: 'once' } },
    })
    const retried = await api('POST', `/v1/flow-runs/${id}/retry`, { strategy: 'ON_LATEST_VERSION' })
    expect(retried.status).toBe(200)
    expect(await ended((retried.json as FlowRun).id)).toMatchObject({
      status: 'SUCCEEDED',
      steps: { step_2: { output: 7 } },
    })
    expect((await api('POST', `/v1/flow-runs/${id}/retry`, { strategy: 'FROM_FAILED_STEP' })).status).toBe(200)
    expect(await ended(id)).toMatchObject({
      status: 'SUCCEEDED',
      steps: { step_1: { output: 'once' }, step_2: { output: 7 } },
    })
    expect(await readFile(ledger, 'utf8')).toBe('xx')
  })

  test('a paused run that was canceled waits anew when it is tried again', async () => {
    const flowId = await client.liveFlow([approvalLinks('step_1'), waitForApproval('step_2')])
    await fire(flowId)
    const { id } = await runIn(flowId, 'PAUSED')
    await cancel({ flowRunIds: [id] })
    await client.post(`/v1/flow-runs/${id}/retry`, { strategy: 'FROM_FAILED_STEP' })
    expect(await runIn(flowId, 'PAUSED', 'SUCCEEDED', 'FAILED')).toMatchObject({ id, status: 'PAUSED' })
    await cancel({ flowRunIds: [id] })
  })
})

describe('pauses', () => {
  const send = (link: string, call: RawRequest = {}) => http(local(link), call)
  /** The links that a step made. */
  const linksOf = (run: FlowRun, step = 'step_1') =>
    run.steps?.[step]?.output as { approvalLink: string; disapprovalLink: string }

  test('a short delay waits in place, a long one as a paused run that goes on by itself', async () => {
    const short = await client.liveFlow([delay('step_1', 1)])
    await fire(short)
    expect(await runIn(short, 'SUCCEEDED')).toMatchObject({
      steps: { step_1: { output: { delayForInMs: 1000, success: true } } },
    })
    const long = await client.liveFlow([delay('step_1', 11), code('step_2', LAST, { v: '{{step_1.success}}' })])
    await fire(long)
    const paused = await runIn(long, 'PAUSED')
    expect(paused).toMatchObject({ finishTime: null, steps: { step_1: { status: 'PAUSED' } } })
    expect(await ended(paused.id)).toMatchObject({
      status: 'SUCCEEDED',
      steps: { step_1: { status: 'SUCCEEDED', output: { success: true } }, step_2: { output: true } },
    })
  })

  test('a link resumes once; then it has expired', async () => {
    const flowId = await client.liveFlow([
      approvalLinks('step_1'),
      waitForApproval('step_2'),
      code('step_3', LAST, { v: '{{step_2.approved}}' }),
    ])
    const decide = async (which: 'approvalLink' | 'disapprovalLink', method: string) => {
      await fire(flowId)
      const run = await runIn(flowId, 'PAUSED')
      const link = linksOf(run)[which]
      expect(await send(link, { method })).toMatchObject({ status: 200, json: { message: RECORDED } })
      expect(await send(link, { method })).toMatchObject({ status: 200, json: { message: EXPIRED } })
      const { steps, status } = await ended(run.id)
      expect(status).toBe('SUCCEEDED')
      expect(await send(link, { method })).toMatchObject({ status: 200, json: { message: EXPIRED } })
      expect(await send(link.replace('?', '/sync?'), { method })).toMatchObject({
        status: 409,
        json: { flowRunStatus: 'SUCCEEDED' },
      })
      return steps?.step_3?.output
    }
    expect(await decide('approvalLink', 'GET')).toBe(true)
    expect(await decide('disapprovalLink', 'POST')).toBe(false)
  })

  test('unknown links have expired', async () => {
    const flowId = await client.liveFlow([waitForApproval('step_1')])
    await fire(flowId)
    const { id } = await runIn(flowId, 'PAUSED')
    const link = (run: string, form: string) => http(`${server.base}/v1/flow-runs/${run}/${form}`)
    for (const run of [NOBODY, id]) {
      expect(await link(run, `waitpoints/${NOBODY}`)).toMatchObject({ status: 200, json: { message: EXPIRED } })
      expect(await link(run, `waitpoints/${NOBODY}/sync`)).toMatchObject({ status: 410, json: { message: EXPIRED } })
    }
    expect((await client.run(id)).status).toBe('PAUSED')
    await client.post('/v1/flow-runs/cancel', { flowRunIds: [id] })
    expect(await link(id, `waitpoints/${NOBODY}/sync`)).toMatchObject({
      status: 409,
      json: { flowRunStatus: 'CANCELED' },
    })
  })

  test('answer and wait: a conversation over several synchronous calls', async () => {
    const flowId = await client.liveFlow([
      answerAndWait('step_1', { question: 1 }),
      answerAndWait('step_2', { question: 2, you: '{{step_1.body}}', and: '{{step_1.queryParams.x}}' }),
      respond('step_3', { you: '{{step_2.body}}', header: "{{step_2.headers['x-key']}}" }),
    ])
    const first = await fire(flowId, {}, '/sync')
    expect(first).toMatchObject({ status: 200, json: { question: 1 } })
    const next = (answer: { headers: Headers }) => answer.headers.get('x-activepieces-resume-webhook-url') ?? ''
    expect(next(first)).toMatch(/\/waitpoints\/[0-9A-Za-z]+\/sync\?/)
    const run = await runIn(flowId, 'PAUSED')
    expect(next(first)).toContain(run.id)
    const second = await send(`${next(first)}&x=1`, { json: { say: 'ä\u0000' } })
    expect(second).toMatchObject({ status: 200, json: { question: 2, and: '1' } })
    expect(second.json).toMatchObject({ you: { say: expect.stringMatching(/^ä/) } })
    await runIn(flowId, 'PAUSED')
    expect(await send(next(first), { json: {} })).toMatchObject({ status: 410, json: { message: EXPIRED } })
    const form = new URLSearchParams({ a: '1', b: '2' })
    const third = await send(next(second), { body: form, headers: { 'x-key': 'k' } })
    expect(third).toMatchObject({ status: 200, json: { you: { a: '1', b: '2' }, header: 'k' } })
    expect((await ended(run.id)).status).toBe('SUCCEEDED')
  })

  test('resumes with text, XML and files; what cannot be read is refused and resumes nothing', async () => {
    const flowId = await client.liveFlow([answerAndWait('step_1', {}), respond('step_2', '{{step_1.body}}')])
    const resume = async (call: RawRequest) => {
      const first = await fire(flowId, {}, '/sync')
      await runIn(flowId, 'PAUSED')
      const link = first.headers.get('x-activepieces-resume-webhook-url') ?? ''
      const malformed = await send(link, { body: '{', headers: { 'content-type': 'application/json' } })
      expect(malformed).toMatchObject({ status: 400, json: { params: { message: expect.stringContaining('body') } } })
      return send(link, call)
    }
    expect((await resume({ body: 'words', headers: { 'content-type': 'text/plain' } })).text).toBe('words')
    expect((await resume({ body: '<a>1</a>', headers: { 'content-type': 'text/xml' } })).json).toEqual({ a: 1 })
    const form = new FormData()
    form.append('f', new Blob(['x']), 'x.txt')
    expect((await resume({ body: form })).json).toEqual({ f: expect.stringContaining('/step-files/') })
  })

  test('a stale link takes nothing from a caller who waits', async () => {
    const flowId = await client.liveFlow([
      approvalLinks('step_1'),
      waitForApproval('step_2'),
      respond('step_3', { answered: true }),
    ])
    const caller = fire(flowId, {}, '/sync')
    const run = await runIn(flowId, 'PAUSED')
    expect((await http(`${server.base}/v1/flow-runs/${run.id}/waitpoints/${NOBODY}/sync`)).status).toBe(410)
    await send(linksOf(run).approvalLink)
    expect(await caller).toMatchObject({ status: 200, json: { answered: true } })
  })

  test('without an answer of the flow, a synchronous resume gets 204', async () => {
    const flowId = await client.liveFlow([approvalLinks('step_1'), waitForApproval('step_2')])
    await fire(flowId)
    const run = await runIn(flowId, 'PAUSED')
    expect((await send(linksOf(run).approvalLink.replace('?', '/sync?'))).status).toBe(204)
    expect((await ended(run.id)).status).toBe('SUCCEEDED')
  })

  test('the older form of link takes the id of the pause', async () => {
    const flowId = await client.liveFlow([
      approvalLinks('step_1'),
      waitForApproval('step_2'),
      respond('step_3', '{{step_2}}'),
    ])
    await fire(flowId)
    const run = await runIn(flowId, 'PAUSED')
    const link = linksOf(run).approvalLink.replace('/waitpoints/', '/requests/')
    expect((await http(`${server.base}/v1/flow-runs/${run.id}/requests/${NOBODY}`)).json).toEqual({ message: EXPIRED })
    expect((await send(link)).json).toEqual({ message: RECORDED })
    expect(await ended(run.id)).toMatchObject({
      status: 'SUCCEEDED',
      steps: { step_2: { output: { approved: true } } },
    })
  })

  test('a resume that comes before the pause is kept for it', async () => {
    const flowId = await client.liveFlow([
      approvalLinks('step_1'),
      code(
        'step_2',
        'export const code = async ({ base, link }) => { const { pathname, search } = new URL(link); const answer = await fetch(new URL(pathname + search, base)); return answer.json() }',
        { base: server.base, link: '{{step_1.approvalLink}}' },
      ),
      waitForApproval('step_3'),
    ])
    await fire(flowId)
    expect(await runIn(flowId, 'SUCCEEDED')).toMatchObject({
      steps: { step_2: { output: { message: RECORDED } }, step_3: { output: { approved: true } } },
    })
  })

  test('in every round of a loop, and what was done stays done', async () => {
    const ledger = join(folder.path, 'rounds')
    const flowId = await client.liveFlow([
      loop('step_1', '{{[1, 2, 3]}}', [
        code(
          'step_2',
          `export const code = async ({ n }) => { (await import('node:fs')).appendFileSync(${JSON.stringify(ledger)}, 'before ' + n + '\\n'); return n }`,
          { n: '{{step_1.item}}' },
        ),
        approvalLinks('step_3'),
        waitForApproval('step_4'),
        code(
          'step_5',
          `export const code = async ({ n }) => { (await import('node:fs')).appendFileSync(${JSON.stringify(ledger)}, 'after ' + n + '\\n'); return n }`,
          { n: '{{step_2}}' },
        ),
      ]),
      code('step_6', LAST, { v: '{{step_1.iterations.map((i) => i.step_4.output.approved)}}' }),
    ])
    await fire(flowId)
    for (let round = 0; round < 3; round++) {
      const link = await until(async () => {
        const run = await runIn(flowId, 'PAUSED')
        const { iterations } = { ...(run.steps?.step_1?.output as { iterations: FlowRun['steps'][] }) }
        return (
          iterations.length === round + 1 &&
          (iterations[round]?.step_3?.output as { approvalLink: string; disapprovalLink: string })
        )
      })
      await send(round === 1 ? link.disapprovalLink : link.approvalLink)
    }
    expect(await runIn(flowId, 'SUCCEEDED')).toMatchObject({
      steps: { step_1: { status: 'SUCCEEDED' }, step_6: { output: [true, false, true] } },
    })
    const lines = [1, 2, 3].flatMap((n) => [`before ${n}`, `after ${n}`])
    expect((await readFile(ledger, 'utf8')).trim().split('\n')).toEqual(lines)
  })
})

test('the runs of a deleted flow stay', async () => {
  const flowId = await client.liveFlow([code('step_1', 'export const code = async () => "kept"')])
  await fire(flowId)
  const { id } = await runIn(flowId, 'SUCCEEDED')
  expect((await api('DELETE', `/v1/flows/${flowId}`)).status).toBe(204)
  await until(async () => (await api('GET', `/v1/flows/${flowId}`)).status === 404)
  expect(await client.run(id)).toMatchObject({ id, flowId, status: 'SUCCEEDED', steps: { step_1: { output: 'kept' } } })
  expect(await runsOf(flowId)).toHaveLength(1)
  expect((await api('POST', `/v1/flow-runs/${id}/retry`, { strategy: 'ON_LATEST_VERSION' })).status).toBe(404)
})
