// Over 400 lines: retries, lists and cancels against one server, which is slow to start.
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { api } from '@piecework/api/index'
import type { FlowRun } from '@piecework/model/run/run'
import { isTerminal } from '@piecework/model/run/run-statuses'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { code, loop, piece, respond, until } from './support/client.ts'
import { http } from './support/http.ts'
import { approvalLinks, NOBODY, startRuns, waitForApproval } from './support/runs.ts'

const { folder, server, client, runs, stop } = await startRuns({
  AP_WEBHOOK_TIMEOUT_SECONDS: '5',
  AP_WORKER_CONCURRENCY: '2',
})
afterAll(stop)

const LAST = 'export const code = async (i) => i.v'
/** The runs of a flow, oldest first, once there are so many and all of them are over. */
const started = (flowId: string, count: number): Promise<FlowRun[]> =>
  until(async () => {
    const over = (await runs.runsOf(flowId)).filter(({ status }) => isTerminal(status))
    return over.length === count && over.reverse()
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
  const ledgerOf = (name: string) => join(folder, name)

  test('from the failed step: the run goes on, and what succeeded is not done again', async () => {
    const ledger = ledgerOf('from-failed')
    await writeFile(`${ledger}.step_3`, '')
    const flowId = await client.liveFlow([
      flaky('step_1', ledger),
      loop('step_2', '{{[1]}}', [flaky('step_4', ledger), flaky('step_3', ledger)]),
      code('step_5', LAST, { v: '{{step_1}}, {{trigger.body.a}}' }),
    ])
    await runs.fire(flowId, { a: 7 })
    const failed = await runs.runIn(flowId, 'FAILED')
    expect(failed.failedStep).toMatchObject({ name: 'step_3' })
    const again = await runs.api('POST', `/v1/flow-runs/${failed.id}/retry`, {
      strategy: 'FROM_FAILED_STEP',
      projectId: client.projectId,
    })
    expect(again).toMatchObject({ status: 200, json: { id: failed.id, flowId } })
    const still = await runs.runIn(flowId, 'FAILED')
    expect(still.failedStep).toMatchObject({ name: 'step_3' })
    await rm(`${ledger}.step_3`)
    await client.api.flowRuns.retry({
      params: { id: failed.id },
      body: { strategy: 'FROM_FAILED_STEP', projectId: client.projectId },
    })
    expect(await runs.ended(failed.id)).toMatchObject({
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
    expect(await runs.runsOf(flowId)).toHaveLength(1)
  })

  test('on the latest version: a new run of the published version, with the same trigger', async () => {
    const flowId = await client.liveFlow([code('step_1', 'export const code = async () => { throw new Error("v1") }')])
    await runs.fire(flowId, { keep: 'me' })
    const failed = await runs.runIn(flowId, 'FAILED')
    await client.republish(flowId, [code('step_1', LAST, { v: '{{trigger.body.keep}}' })])
    await client.operate(flowId, {
      type: 'UPDATE_ACTION',
      request: code('step_1', 'export const code = async () => "draft"'),
    })
    const again = await runs.api('POST', `/v1/flow-runs/${failed.id}/retry`, {
      strategy: 'ON_LATEST_VERSION',
      projectId: client.projectId,
    })
    expect(again.status).toBe(200)
    const { id } = again.json as FlowRun
    expect(id).not.toBe(failed.id)
    expect(await runs.ended(id)).toMatchObject({ status: 'SUCCEEDED', steps: { step_1: { output: 'me' } } })
    expect((await client.run(failed.id)).status).toBe('FAILED')
  })

  test('is refused for what it cannot be done with', async () => {
    const flowId = await client.liveFlow([waitForApproval('step_1')])
    await runs.fire(flowId)
    const { id } = await runs.runIn(flowId, 'PAUSED')
    const retry = (run: string, body: unknown) => runs.api('POST', `/v1/flow-runs/${run}/retry`, body)
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
    await client.api.flowRuns.cancelAll({ body: { projectId: client.projectId, flowRunIds: [id] } })
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
      await runs.fire(flowId, body)
      await until(async () => (await runs.runsOf(flowId)).every(({ status }) => isTerminal(status)))
    }
    all = await started(flowId, 5)
  })
  const places = (runs: { id: string }[]) => runs.map(({ id }) => all.findIndex((run) => run.id === id))
  const list = async (query: string) => {
    const { json } = await runs.api('GET', `/v1/flow-runs?projectId=${client.projectId}&flowId=${flowId}${query}`)
    return places(api.flowRuns.list.response.parse(json).data)
  }
  const bulk = async (action: string, body: object) => {
    const { status, json, text } = await runs.api('POST', `/v1/flow-runs/${action}`, {
      projectId: client.projectId,
      ...body,
    })
    expect(status, text).toBe(200)
    return json
  }

  test('newest first and without steps', async () => {
    expect(await list('')).toEqual([4, 3, 2, 1, 0])
    for (const run of await runs.runsOf(flowId)) {
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
    expect(await list('&createdAfter=2026-01-01&createdBefore=9999-12-31')).toEqual([4, 3, 2, 1, 0])
    expect(await list('&createdBefore=2026-01-01')).toEqual([])
  })

  test('pages forth and back, and nothing twice', async () => {
    const page = (cursor?: string | null) => client.runs({ flowId: [flowId], limit: 2, cursor: cursor ?? undefined })
    const first = await page()
    expect([places(first.data), first.previous]).toEqual([[4, 3], null])
    const second = await page(first.next)
    const third = await page(second.next)
    expect([places(second.data), places(third.data), third.next]).toEqual([[2, 1], [0], null])
    const back = await page(second.previous)
    expect([places(back.data), back.previous]).toEqual([[4, 3], null])
  })

  test('what makes no sense is refused, naming the field', async () => {
    const refused = async (query: string, field: string) => {
      const { status, json } = await runs.api('GET', `/v1/flow-runs?projectId=${client.projectId}${query}`)
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
    expect((await runs.api('GET', '/v1/flow-runs')).status).toBe(400)
    expect((await runs.api('GET', `/v1/flow-runs?projectId=${NOBODY}`)).status).toBe(404)
    expect((await runs.api('GET', `/v1/flow-runs/${NOBODY}`)).json).toMatchObject({
      statusCode: 404,
      code: 'ENTITY_NOT_FOUND',
    })
    expect((await http(`${server.base}/v1/flow-runs?projectId=${client.projectId}`, { method: 'GET' })).status).toBe(
      401,
    )
    for (const action of ['retry', 'cancel', 'archive']) {
      expect(
        (await runs.api('POST', `/v1/flow-runs/${action}`, { status: ['FAILED'], strategy: 'FROM_FAILED_STEP' }))
          .status,
      ).toBe(400)
      expect(
        (
          await runs.api('POST', `/v1/flow-runs/${action}`, {
            projectId: client.projectId,
            flowRunIds: 'x',
            strategy: 'FROM_FAILED_STEP',
          })
        ).status,
      ).toBe(400)
    }
    expect(
      (await runs.api('POST', '/v1/flow-runs/retry', { projectId: client.projectId, flowRunIds: [] })).status,
    ).toBe(400)
  })

  test('counts by status', async () => {
    const { data } = await client.api.flowRuns.countByStatus({
      query: { projectId: client.projectId, createdAfter: all[0]?.created },
    })
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
        await runs.api('POST', '/v1/flow-runs/retry', {
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
    const other = await client.api.projects.create({ body: { displayName: 'Other' } })
    const ids = { projectId: other.id, flowRunIds: all.map(({ id }) => id) }
    expect(await client.api.flowRuns.archiveAll({ body: ids })).toEqual({ archived: 0 })
    expect(await client.api.flowRuns.retryAll({ body: { ...ids, strategy: 'FROM_FAILED_STEP' } })).toEqual({
      retried: 0,
    })
    expect(await client.api.flowRuns.cancelAll({ body: ids })).toEqual({ cancelled: 0 })
    expect(await client.runs({ projectId: other.id, flowId: [flowId] })).toMatchObject({ data: [] })
  })
})

describe('canceling', () => {
  const cancel = (body: object) => client.api.flowRuns.cancelAll({ body: { projectId: client.projectId, ...body } })

  test('what runs, what waits in line and what is paused', async () => {
    const ledger = join(folder, 'canceled')
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
    await runs.fire(paused)
    const { id: pausedId } = await runs.runIn(paused, 'PAUSED')
    for (let i = 0; i < 3; i++) await runs.fire(slow)
    await until(async () => {
      const statuses = (await runs.runsOf(slow)).map(({ status }) => status)
      return statuses.filter((status) => status === 'RUNNING').length === 2 && statuses.includes('QUEUED')
    })
    expect(await cancel({ flowId: slow, status: ['PAUSED'] })).toEqual({ cancelled: 0 })
    expect(await cancel({ flowId: slow, status: ['QUEUED'] })).toEqual({ cancelled: 1 })
    expect(await cancel({ flowId: slow, status: 'RUNNING' })).toEqual({ cancelled: 2 })
    expect(await cancel({ flowRunIds: [pausedId] })).toEqual({ cancelled: 1 })
    expect(await cancel({ flowRunIds: [pausedId] })).toEqual({ cancelled: 0 })
    for (const run of [...(await runs.runsOf(slow)), await client.run(pausedId)])
      expect(run).toMatchObject({ status: 'CANCELED', finishTime: expect.any(String) })
    expect(await runs.runsOf(slow, { status: 'STOPPED' })).toHaveLength(3)
    // The slots are free again at once.
    const next = await client.liveFlow([respond('step_1', { free: true })])
    expect((await runs.fire(next, {}, '/sync')).json).toEqual({ free: true })
    expect(await readFile(ledger, 'utf8')).toBe('')
    expect((await runs.runsOf(slow)).map(({ status }) => status)).toEqual(['CANCELED', 'CANCELED', 'CANCELED'])
  })

  test('a synchronous caller hears of it at once', async () => {
    const flowId = await client.liveFlow([waitForApproval('step_1')])
    const answer = runs.fire(flowId, {}, '/sync')
    const { id } = await runs.runIn(flowId, 'PAUSED')
    await cancel({ flowRunIds: [id] })
    expect((await answer).status).toBe(204)
  })

  test('a run shows its steps while it runs, and a canceled one can be tried again', async () => {
    const ledger = join(folder, 'tried-again')
    const gate = join(folder, 'tried-again.gate')
    const flowId = await client.liveFlow([
      code(
        'step_1',
        `export const code = async () => { (await import('node:fs')).appendFileSync(${JSON.stringify(ledger)}, 'x'); return "once" }`,
      ),
      code(
        'step_2',
        `export const code = async (i) => {
          const { existsSync } = await import('node:fs')
          while (!existsSync(i.gate)) await new Promise((done) => setTimeout(done, 20))
          return i.v
        }`,
        { v: '{{trigger.body.v}}', gate },
      ),
    ])
    await runs.fire(flowId, { v: 7 })
    const { id } = await until(async () => {
      const run = await runs.runIn(flowId, 'RUNNING')
      return run.steps?.step_1?.output === 'once' && run
    })
    await cancel({ flowRunIds: [id] })
    expect(await client.run(id)).toMatchObject({
      status: 'CANCELED',
      steps: { trigger: { output: { body: { v: 7 } } }, step_1: { output: 'once' } },
    })
    await writeFile(gate, '')
    const retried = await runs.api('POST', `/v1/flow-runs/${id}/retry`, { strategy: 'ON_LATEST_VERSION' })
    expect(retried.status).toBe(200)
    expect(await runs.ended((retried.json as FlowRun).id)).toMatchObject({
      status: 'SUCCEEDED',
      steps: { step_2: { output: 7 } },
    })
    expect((await runs.api('POST', `/v1/flow-runs/${id}/retry`, { strategy: 'FROM_FAILED_STEP' })).status).toBe(200)
    expect(await runs.ended(id)).toMatchObject({
      status: 'SUCCEEDED',
      steps: { step_1: { output: 'once' }, step_2: { output: 7 } },
    })
    expect(await readFile(ledger, 'utf8')).toBe('xx')
  })

  test('a paused run that was canceled waits again when it is tried again', async () => {
    const flowId = await client.liveFlow([approvalLinks('step_1'), waitForApproval('step_2')])
    await runs.fire(flowId)
    const { id } = await runs.runIn(flowId, 'PAUSED')
    await cancel({ flowRunIds: [id] })
    await client.api.flowRuns.retry({ params: { id }, body: { strategy: 'FROM_FAILED_STEP' } })
    expect(await runs.runIn(flowId, 'PAUSED', 'SUCCEEDED', 'FAILED')).toMatchObject({ id, status: 'PAUSED' })
    await cancel({ flowRunIds: [id] })
  })
})

test('the runs of a deleted flow stay', async () => {
  const flowId = await client.liveFlow([code('step_1', 'export const code = async () => "kept"')])
  await runs.fire(flowId)
  const { id } = await runs.runIn(flowId, 'SUCCEEDED')
  expect((await runs.api('DELETE', `/v1/flows/${flowId}`)).status).toBe(204)
  await until(async () => (await runs.api('GET', `/v1/flows/${flowId}`)).status === 404)
  expect(await client.run(id)).toMatchObject({ id, flowId, status: 'SUCCEEDED', steps: { step_1: { output: 'kept' } } })
  expect(await runs.runsOf(flowId)).toHaveLength(1)
  expect((await runs.api('POST', `/v1/flow-runs/${id}/retry`, { strategy: 'ON_LATEST_VERSION' })).status).toBe(404)
})
