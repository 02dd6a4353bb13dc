import type { FlowRun } from '@piecework/model/run/run'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  FEED,
  FEED_VERSION,
  type FeedApp,
  installFeed,
  makeDue,
  runTick,
  startFeedApp,
  tickOf,
} from '../../testing/feed.ts'
import { eventually, flowMaker, pieceTrigger } from '../../testing/flows.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

const THRESHOLD = 3
const MINUTE_MS = 60_000

let server: TestServer
let owner: Person
let flows: ReturnType<typeof flowMaker>
let app: FeedApp

beforeAll(async () => {
  app = await startFeedApp()
  server = await startTestServer({
    AP_CONTAINER_TYPE: 'WORKER_AND_APP',
    AP_TRIGGER_FAILURE_THRESHOLD: String(THRESHOLD),
    AP_TRIGGER_DEFAULT_POLL_INTERVAL: '7',
  })
  owner = await signUpOwner(server)
  flows = flowMaker(server, owner)
  await installFeed(server, owner)
})
beforeEach(() => app.reset())
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await app?.[Symbol.asyncDispose]()
})

const feed = (name: string) => pieceTrigger(FEED, FEED_VERSION, name, { url: app.url })
const tick = (flowId: string, kind?: 'POLL' | 'RENEW') => runTick(server, flowId, kind)
const published = async (trigger: object): Promise<string> => {
  const flow = await flows.create(trigger)
  await flows.publish(flow.id)
  return flow.id
}
const disabled = (flowId: string) =>
  eventually(async () => ((await flows.flow(flowId)).status === 'DISABLED' ? true : undefined), 'the flow disabled')
const itemsOf = async (flowId: string) => {
  const runs = await Promise.all((await flows.runs(flowId)).map((run) => flows.run(run.id)))
  return runs.map((run) => Number(Reflect.get(Object(run.steps?.trigger?.output), 'id'))).sort((a, b) => a - b)
}

test('a polling trigger keeps the interval of the settings, at a moment of its own', async () => {
  const one = await published(feed('by_item'))
  const two = await published(feed('by_item'))
  const dueAt = async (flowId: string) => (await tickOf(server, flowId))?.dueAt.getTime() ?? 0
  const now = Date.now()
  const first = [await dueAt(one), await dueAt(two)]
  for (const time of first) {
    expect(time).toBeGreaterThan(now - 1000)
    expect(time).toBeLessThanOrEqual(now + 7 * MINUTE_MS)
  }
  expect(first[0]).not.toBe(first[1])
  expect((await flows.flow(one)).triggerSource?.schedule).toEqual({
    type: 'CRON_EXPRESSION',
    cronExpression: '*/7 * * * *',
    timezone: 'UTC',
  })
  await tick(one)
  // However late one tick is, the next is where it would have been.
  expect(((await dueAt(one)) - (first[0] ?? 0)) % (7 * MINUTE_MS)).toBe(0)
  await flows.disable(one)
  await flows.disable(two)
  expect(await tickOf(server, one)).toBeUndefined()
})

test('there is one look at a time, however long it takes', async () => {
  const flowId = await published(feed('by_item'))
  app.items = [{ id: 1, at: 0 }]
  app.looks = 0
  const gate = Promise.withResolvers<void>()
  app.gate = gate.promise
  const striking = tick(flowId)
  await eventually(async () => (app.looks === 1 ? true : undefined), 'the look')
  const held = await tickOf(server, flowId)
  expect(held?.owner).not.toBeNull()
  await makeDue(server, held?.id ?? '', new Date(Date.now() - 500))
  server.server.execution.wake()
  gate.resolve()
  await striking
  expect(app.looks).toBe(1)
  await flows.disable(flowId)
})

test('a look that is repeated after a crash makes no run twice, and loses none', async () => {
  app.items = [{ id: 1, at: 0 }]
  const flowId = await published(feed('by_item'))
  const { db } = server.server
  const key = `flow_${flowId}/lastItem`
  const entry = () => db.selectFrom('store_entry').select('value').where('key', '=', key).executeTakeFirstOrThrow()
  const before = await entry()
  const { id = '' } = (await tickOf(server, flowId)) ?? {}
  const dueAt = new Date(Date.now() - 1000)
  const look = async () => {
    await makeDue(server, id, dueAt)
    await eventually(async () => {
      const job = await tickOf(server, flowId)
      return job?.owner === null && job.dueAt.getTime() > Date.now() ? true : undefined
    }, 'the end of the tick')
  }
  app.items = [{ id: 3, at: 0 }, { id: 2, at: 0 }, ...app.items]
  await look()
  await flows.finishedRuns(flowId, 2)
  // Killed right before what the trigger has seen was stored, and the job was given back.
  await db
    .updateTable('store_entry')
    .set({ value: JSON.stringify(before.value) })
    .where('key', '=', key)
    .execute()
  app.items = [{ id: 4, at: 0 }, ...app.items]
  await look()
  await flows.finishedRuns(flowId, 3)
  expect(await itemsOf(flowId)).toEqual([2, 3, 4])
  await flows.disable(flowId)
})

test('a clock that was set back brings no tick twice', async () => {
  const { body: piece } = await server.call<{ version: string }>('GET', '/v1/pieces/@activepieces/piece-schedule')
  const daily = { hour_of_the_day: 9, timezone: 'UTC', run_on_weekends: true }
  const flowId = await published(pieceTrigger('@activepieces/piece-schedule', piece.version, 'every_day', daily))
  const { id = '', dueAt = new Date(0) } = (await tickOf(server, flowId)) ?? {}
  // The clock of the database was ahead, and delivers what is due tomorrow here.
  await makeDue(server, id, dueAt)
  await flows.finishedRuns(flowId, 1)
  const next = await eventually(async () => {
    const job = await tickOf(server, flowId)
    return job?.owner === null && job.dueAt > dueAt ? job : undefined
  }, 'the next tick')
  expect(next.dueAt.getTime() - dueAt.getTime()).toBe(24 * 60 * MINUTE_MS)
  expect(await flows.runs(flowId)).toHaveLength(1)
  await flows.disable(flowId)
})

test('a poll that fails is tried again; after too many in a row a failed run says why, and the flow is disabled', async () => {
  const flowId = await published(feed('by_time'))
  app.failing.set('/items', 500)
  await tick(flowId)
  await tick(flowId)
  app.failing.clear()
  await tick(flowId)
  app.failing.set('/items', 503)
  await tick(flowId)
  await tick(flowId)
  expect((await flows.flow(flowId)).status).toBe('ENABLED')
  expect(await flows.runs(flowId)).toEqual([])
  await tick(flowId)
  await disabled(flowId)
  const [run] = await flows.finishedRuns(flowId, 1)
  expect(run).toMatchObject({ status: 'FAILED', environment: 'PRODUCTION', failedStep: { name: 'trigger' } })
  expect(run?.failedStep?.message).toMatch(/failed 3 times in a row \(AP_TRIGGER_FAILURE_THRESHOLD\).*answered 503/)
  const { steps } = await flows.run(run?.id ?? '')
  expect(steps?.trigger).toMatchObject({ status: 'FAILED', errorMessage: expect.stringContaining('answered 503') })

  // A retry asks the trigger again.
  app.failing.clear()
  app.items = [{ id: 5, at: Date.now() + 1000 }]
  const retried = await server.call<FlowRun>('POST', `/v1/flow-runs/${run?.id}/retry`, {
    token: owner.token,
    body: { projectId: owner.projectId, strategy: 'ON_LATEST_VERSION' },
  })
  expect(retried.status, JSON.stringify(retried.body)).toBe(200)
  expect(await flows.finished(retried.body.id)).toMatchObject({ status: 'SUCCEEDED' })
})

test('a polled flow whose piece is gone says so in a failed run and is disabled', async () => {
  const flowId = await published(feed('by_item'))
  const { db } = server.server
  const row = await db.selectFrom('piece_metadata').selectAll().where('name', '=', FEED).executeTakeFirstOrThrow()
  await db.deleteFrom('piece_metadata').where('id', '=', row.id).execute()
  server.server.events.announce('PIECES_CHANGED', {})
  await tick(flowId)
  await disabled(flowId)
  const [run] = await flows.finishedRuns(flowId, 1)
  expect(run?.failedStep?.message).toContain(`${FEED}@${FEED_VERSION} is not installed`)
  await server.call('DELETE', `/v1/pieces/${row.id}`, { token: owner.token })
  await installFeed(server, owner)
})

test('a renewal that fails is tried again long before its next turn', async () => {
  const flowId = await published(feed('hook'))
  const turn = (await tickOf(server, flowId, 'RENEW'))?.dueAt.getTime() ?? 0
  expect(turn).toBeGreaterThan(Date.now())
  const minutesAhead = async () => ((await tickOf(server, flowId, 'RENEW'))?.dueAt.getTime() ?? 0) - Date.now()
  app.failing.set('/renew', 500)
  await tick(flowId, 'RENEW')
  expect(Math.round((await minutesAhead()) / MINUTE_MS)).toBe(8)
  await tick(flowId, 'RENEW')
  expect(Math.round((await minutesAhead()) / MINUTE_MS)).toBe(16)
  app.failing.clear()
  await tick(flowId, 'RENEW')
  expect((await tickOf(server, flowId, 'RENEW'))?.dueAt.getTime()).toBe(turn)
  expect(app.calls.filter((call) => call.path === '/renew')).toHaveLength(3)
  expect((await flows.flow(flowId)).status).toBe('ENABLED')
  await flows.disable(flowId)
})

test.each([
  ['every_x_minutes', { minutes: 7 }, '*/7 * * * *', 'UTC'],
  ['every_hour', { run_on_weekends: false }, '0 * * * 1-5', 'UTC'],
  ['every_day', { hour_of_the_day: 5, timezone: 'Asia/Tokyo', run_on_weekends: false }, '0 5 * * 1-5', 'Asia/Tokyo'],
  ['every_week', { day_of_the_week: 0, hour_of_the_day: 3, timezone: 'UTC' }, '0 3 * * 0', 'UTC'],
  [
    'every_month',
    { day_of_the_month: 31, hour_of_the_day: 0, timezone: 'America/New_York' },
    '0 0 31 * *',
    'America/New_York',
  ],
  // The builder offers this one first.
  ['cron_expression', { cronExpression: '0/5 * * * *', timezone: 'UTC' }, '0/5 * * * *', 'UTC'],
])('the schedule %s can be published, and ticks', async (name, input, cronExpression, timezone) => {
  const { body: piece } = await server.call<{ version: string }>('GET', '/v1/pieces/@activepieces/piece-schedule')
  const flowId = await published(pieceTrigger('@activepieces/piece-schedule', piece.version, name, input))
  const schedule = { type: 'CRON_EXPRESSION', cronExpression, timezone }
  expect((await flows.flow(flowId)).triggerSource?.schedule).toEqual(schedule)
  await tick(flowId)
  const [run] = await flows.finishedRuns(flowId, 1)
  expect((await flows.run(run?.id ?? '')).steps?.trigger).toMatchObject({ status: 'SUCCEEDED' })
  await flows.disable(flowId)
})

test('a schedule that is none is refused when it is published, with the reason', async () => {
  const { body: piece } = await server.call<{ version: string }>('GET', '/v1/pieces/@activepieces/piece-schedule')
  const input = { cronExpression: 'every noon', timezone: 'UTC' }
  const flow = await flows.create(pieceTrigger('@activepieces/piece-schedule', piece.version, 'cron_expression', input))
  const refused = await flows.operate(flow.id, 'LOCK_AND_PUBLISH', { status: 'ENABLED' })
  expect(refused).toMatchObject({ status: 400, body: { code: 'TRIGGER_UPDATE_STATUS' } })
  expect(JSON.stringify(refused.body)).toMatch(/InvalidCronExpressionError.*every noon.*five fields/)
  expect((await flows.flow(flow.id)).status).toBe('DISABLED')
})
