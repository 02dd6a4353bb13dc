import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { FEED, FEED_VERSION, type FeedApp, installFeed, runTick, startFeedApp } from '../../testing/feed.ts'
import { codeAction, eventually, flowMaker, pieceTrigger } from '../../testing/flows.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

const SECRET = 'the secret of the app'

let server: TestServer
let owner: Person
let flows: ReturnType<typeof flowMaker>
let app: FeedApp

beforeAll(async () => {
  app = await startFeedApp()
  server = await startTestServer({
    AP_CONTAINER_TYPE: 'WORKER_AND_APP',
    AP_TRIGGER_FAILURE_THRESHOLD: '3',
    AP_APP_WEBHOOK_SECRETS: JSON.stringify({ [FEED]: { webhookSecret: SECRET } }),
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

const trigger = (name: string) => pieceTrigger(FEED, FEED_VERSION, name, { url: app.url })
const tick = (flowId: string, kind?: 'POLL' | 'RENEW') => runTick(server, flowId, kind)

const outputs = async (flowId: string, count: number) => {
  await flows.finishedRuns(flowId, count)
  const runs = await Promise.all((await flows.runs(flowId)).map((run) => flows.run(run.id)))
  return runs.map((run) => run.steps?.trigger?.output).reverse()
}

test('polling by time makes a run of every new item, once', async () => {
  app.items = [{ id: 1, at: Date.now() - 60_000 }]
  const flow = await flows.create(trigger('by_time'))
  await flows.publish(flow.id)
  await tick(flow.id)
  const next = Date.now() + 1000
  app.items = [{ id: 2, at: next }, { id: 3, at: next + 1 }, ...app.items]
  await tick(flow.id)
  await tick(flow.id)
  expect((await outputs(flow.id, 2)).map((item) => (item as { id: number }).id).sort()).toEqual([2, 3])
  await flows.disable(flow.id)
  expect(await server.server.db.selectFrom('job').select('id').where('kind', '=', 'POLL').execute()).toEqual([])
})

test('polling by the last item makes a run of every item before the one that was seen last', async () => {
  app.items = [{ id: 1, at: 0 }]
  const flow = await flows.create(trigger('by_item'))
  await flows.publish(flow.id)
  app.items = [{ id: 3, at: 0 }, { id: 2, at: 0 }, ...app.items]
  await tick(flow.id)
  await tick(flow.id)
  app.items = [{ id: 4, at: 0 }, ...app.items]
  await tick(flow.id)
  expect((await outputs(flow.id, 3)).map((item) => (item as { id: number }).id).sort()).toEqual([2, 3, 4])

  const status = await server.call<{ pieces: Record<string, { totalRuns: number }> }>(
    'GET',
    '/v1/trigger-runs/status',
    {
      token: owner.token,
    },
  )
  const today = new Date().toISOString().slice(0, 10)
  expect(status.body.pieces[FEED]).toMatchObject({ dailyStats: { [today]: { failure: 0 } } })
  expect(status.body.pieces[FEED]?.totalRuns).toBeGreaterThanOrEqual(6)
  await flows.disable(flow.id)
})

test('a webhook is registered once for each change, answers its handshake meanwhile, and is renewed', async () => {
  let handshake: unknown
  // Many apps call the webhook back before they take it.
  app.onCall = async (path, to) => {
    if (path !== '/subscribe') return
    const url = `${server.origin}${new URL(to).pathname}?challenge=42`
    const answer = await fetch(url, { method: 'POST' })
    handshake = { status: answer.status, body: await answer.json() }
  }
  const flow = await flows.create(trigger('hook'), [codeAction('step_1', 'export const code = async () => 1')])
  await flows.publish(flow.id)
  expect(handshake).toEqual({ status: 202, body: { echo: '42' } })
  await flows.publish(flow.id)
  expect(app.calls.map((call) => call.path)).toEqual(['/subscribe'])
  await tick(flow.id, 'RENEW')
  expect(app.calls.at(-1)).toMatchObject({ path: '/renew', to: app.calls[0]?.to })

  // A new version takes the place of the old one.
  app.calls = []
  await flows.operate(flow.id, 'UPDATE_TRIGGER', { ...trigger('hook'), displayName: 'Changed' })
  await flows.publish(flow.id)
  expect(app.calls.map((call) => call.path)).toEqual(['/unsubscribe', '/subscribe'])
  await flows.disable(flow.id)
  await flows.disable(flow.id)
  expect(app.calls.map((call) => call.path)).toEqual(['/unsubscribe', '/subscribe', '/unsubscribe'])
  expect((await server.call('POST', `/v1/webhooks/${flow.id}`, { body: {} })).status).toBe(404)
})

test('a trigger that the app refuses leaves the flow disabled, cleaned up, and says why', async () => {
  app.failing.set('/subscribe', 403)
  const flow = await flows.create(trigger('hook'))
  const refused = await flows.operate(flow.id, 'LOCK_AND_PUBLISH', { status: 'ENABLED' })
  expect(refused).toMatchObject({ status: 400, body: { code: 'TRIGGER_UPDATE_STATUS' } })
  expect(JSON.stringify(refused.body)).toContain('the app answered 403')
  expect((await flows.flow(flow.id)).status).toBe('DISABLED')
  expect(app.calls.map((call) => call.path)).toEqual(['/subscribe', '/unsubscribe'])
  const jobs = await server.server.db.selectFrom('job').select('key').where('kind', '=', 'RENEW').execute()
  expect(jobs).toEqual([])
})

test('one call can hold many events; those with a key that came before are dropped', async () => {
  const flow = await flows.create(trigger('hook'))
  await flows.publish(flow.id)
  const send = (events: object[]) => server.call('POST', `/v1/webhooks/${flow.id}`, { body: { events } })
  await send([{ n: 1, _dedupe_key: 'a' }, { n: 2, _dedupe_key: 'a' }, { n: 3 }])
  await flows.finishedRuns(flow.id, 2)
  await send([
    { n: 4, _dedupe_key: 'a' },
    { n: 5, _dedupe_key: 'b' },
  ])
  expect((await outputs(flow.id, 3)).sort((a, b) => (a as { n: number }).n - (b as { n: number }).n)).toEqual([
    { n: 1 },
    { n: 3 },
    { n: 5 },
  ])
  await flows.disable(flow.id)
})

test('a trigger is tested by its own test, by a real event, and by one that is made up', async () => {
  const { token, projectId } = owner
  app.items = [{ id: 7, at: 1 }]
  const polled = await flows.create(trigger('by_item'))
  const testTrigger = (flow: typeof polled, testStrategy: string) =>
    server.call('POST', '/v1/test-trigger', {
      token,
      body: { projectId, flowId: flow.id, flowVersionId: flow.version.id, testStrategy },
    })
  const events = async (flowId: string) =>
    (
      await server.call<{ data: { payload: unknown }[] }>('GET', '/v1/trigger-events', {
        token,
        query: { projectId, flowId },
      })
    ).body.data.map((event) => event.payload)
  expect(await testTrigger(polled, 'TEST_FUNCTION')).toMatchObject({
    status: 200,
    body: { data: [{ sourceName: `${FEED}@1.0:by_item`, payload: { id: 7 } }] },
  })
  app.items = [5, 4, 3, 2, 1].map((id) => ({ id, at: id }))
  await testTrigger(polled, 'TEST_FUNCTION')
  expect(await events(polled.id)).toMatchObject([1, 2, 3, 4, 5].map((id) => ({ id })))
  const empty = (
    await server.call<typeof polled>('POST', '/v1/flows', { token, body: { displayName: 'x', projectId } })
  ).body
  for (const strategy of ['TEST_FUNCTION', 'SIMULATION'])
    expect((await testTrigger(empty, strategy)).body).toMatchObject({
      code: 'TEST_TRIGGER_FAILED',
      params: { message: 'The flow has no trigger: choose one first.' },
    })
  app.failing.set('/items', 500)
  expect(await testTrigger(polled, 'TEST_FUNCTION')).toMatchObject({
    status: 400,
    body: { code: 'TEST_TRIGGER_FAILED' },
  })

  const flow = await flows.create(trigger('hook'))
  expect((await testTrigger(flow, 'SIMULATION')).status).toBe(200)
  expect(app.calls).toMatchObject([{ path: '/subscribe', to: expect.stringMatching(/\/test$/) }])
  await server.call('POST', `/v1/webhooks/${flow.id}/test`, { body: { real: true } })
  expect(await events(flow.id)).toEqual([{ real: true }])
  expect(app.calls.map((call) => call.path)).toEqual(['/subscribe', '/unsubscribe'])
  expect(await flows.runs(flow.id)).toEqual([])

  expect((await testTrigger(flow, 'SIMULATION')).status).toBe(200)
  const cancel = () => server.call('DELETE', '/v1/test-trigger', { token, body: { projectId, flowId: flow.id } })
  expect((await cancel()).status).toBe(204)
  expect((await cancel()).status).toBe(204)
  expect(app.calls.map((call) => call.path)).toEqual(['/subscribe', '/unsubscribe', '/subscribe', '/unsubscribe'])

  const mocked = await server.call('POST', '/v1/trigger-events', {
    token,
    body: { projectId, flowId: flow.id, mockData: { made: 'up' } },
  })
  expect(mocked).toMatchObject({ status: 200, body: { payload: { made: 'up' } } })
  expect(await events(flow.id)).toEqual([{ made: 'up' }, { real: true }])

  // A test that listens stops when its flow is deleted, and kept events go with the flow.
  expect((await testTrigger(flow, 'SIMULATION')).status).toBe(200)
  app.calls = []
  await server.call('DELETE', `/v1/flows/${flow.id}`, { token })
  const left = () => server.server.db.selectFrom('file').select('id').where('type', '=', 'TRIGGER_EVENT_FILE').execute()
  await eventually(async () => (app.calls.length > 0 ? true : undefined), 'the end of the registration')
  expect(app.calls).toMatchObject([{ path: '/unsubscribe' }])
  await server.call('DELETE', `/v1/flows/${polled.id}`, { token })
  await eventually(async () => ((await left()).length === 0 ? true : undefined), 'the end of the kept events')
})

test.each([
  ['in the middle of a change', { settled: false }],
  ['with a version that is not the published one', { flowVersionId: 'of a publish that never ended' }],
])('a trigger that another app left %s is registered again, once', async (_how, left) => {
  const flow = await flows.create(trigger('hook'))
  await flows.publish(flow.id)
  app.calls = []
  const { db, execution } = server.server
  const longAgo = sql<string>`now() - interval '1 hour'`
  const source = db.updateTable('trigger_source').where('flowId', '=', flow.id).where('deleted', 'is', null)
  await source.set({ ...left, created: longAgo, updated: longAgo }).execute()
  await db.updateTable('flow').set({ updated: longAgo }).where('id', '=', flow.id).execute()
  // Two look at the same time.
  await Promise.all([execution.upkeep.tick(new Date()), execution.upkeep.tick(new Date())])
  await eventually(async () => (app.calls.at(-1)?.path === '/subscribe' ? true : undefined), 'the registration')
  const unsubscribed = 'settled' in left ? ['/unsubscribe'] : []
  expect(app.calls.map((call) => call.path)).toEqual([...unsubscribed, '/subscribe'])
  expect((await flows.flow(flow.id)).status).toBe('ENABLED')
  await execution.upkeep.tick(new Date())
  expect(app.calls).toHaveLength(unsubscribed.length + 1)
  await flows.disable(flow.id)
})

test('a test listens until its trigger changes, for an hour at most', async () => {
  const { token, projectId } = owner
  const flow = await flows.create(trigger('hook'))
  const toggle = () =>
    server.call('POST', '/v1/test-trigger', {
      token,
      body: { projectId, flowId: flow.id, flowVersionId: flow.version.id, testStrategy: 'SIMULATION' },
    })
  const paths = () => app.calls.map((call) => call.path)
  await toggle()
  await flows.operate(flow.id, 'UPDATE_TRIGGER', { ...trigger('hook'), displayName: 'Renamed' })
  await flows.operate(flow.id, 'CHANGE_NAME', { displayName: 'Renamed, too' })
  expect(paths()).toEqual(['/subscribe'])
  // While its version still says what it has registered.
  await flows.operate(flow.id, 'UPDATE_TRIGGER', trigger('by_item'))
  expect(paths()).toEqual(['/subscribe', '/unsubscribe'])
  await flows.operate(flow.id, 'UPDATE_TRIGGER', trigger('hook'))

  app.calls = []
  // A click that comes twice begins and ends it.
  expect((await Promise.all([toggle(), toggle()])).map(({ status }) => status)).toEqual([200, 200])
  expect(paths()).toEqual(['/subscribe', '/unsubscribe'])

  app.calls = []
  await toggle()
  const { db, execution } = server.server
  const listening = db.updateTable('trigger_source').where('flowId', '=', flow.id).where('deleted', 'is', null)
  const aged = (minutes: number) => ({ created: sql<string>`now() - ${minutes} * interval '1 minute'` })
  await listening.set(aged(59)).execute()
  await execution.upkeep.tick(new Date())
  expect(paths()).toEqual(['/subscribe'])
  await listening.set({ ...aged(61), updated: aged(61).created }).execute()
  await execution.upkeep.tick(new Date())
  expect(paths()).toEqual(['/subscribe', '/unsubscribe'])
})

test('an app with one webhook for all flows reaches those that listen, if it signs what it sends', async () => {
  const flow = await flows.create(trigger('app_hook'))
  await flows.publish(flow.id)
  const send = async (body: object, signature?: string) => {
    const answer = await fetch(`${server.origin}/api/v1/app-events/feed`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(signature ? { 'x-signature': signature } : {}) },
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: await answer.json(), app: answer.headers.get('x-app') }
  }
  expect(await send({ challenge: 'abc' })).toEqual({ status: 200, body: { challenge: 'abc' }, app: 'yes' })
  const event = { type: 'message', team: app.url, message: { text: 'hi' } }
  expect((await send(event)).status).toBe(400)
  expect((await send(event, 'forged')).status).toBe(400)
  expect((await send({ ...event, team: 'others' }, SECRET)).status).toBe(200)
  expect((await send(event, SECRET)).status).toBe(200)
  expect(await outputs(flow.id, 1)).toEqual([{ text: 'hi' }])
  // A test of the trigger at the same time takes nothing away.
  const { token, projectId } = owner
  const strategy = { flowVersionId: flow.version.id, testStrategy: 'SIMULATION' }
  const simulated = await server.call('POST', '/v1/test-trigger', {
    token,
    body: { projectId, flowId: flow.id, ...strategy },
  })
  expect(simulated.status, JSON.stringify(simulated.body)).toBe(200)
  await server.call('DELETE', '/v1/test-trigger', { token, body: { projectId, flowId: flow.id } })
  expect((await send(event, SECRET)).status).toBe(200)
  expect(await outputs(flow.id, 2)).toEqual([{ text: 'hi' }, { text: 'hi' }])
  expect((await fetch(`${server.origin}/api/v1/app-events/nobody`, { method: 'POST' })).status).toBe(400)
  await flows.disable(flow.id)
  const routings = await server.server.db.selectFrom('app_event_routing').select('id').execute()
  expect(routings).toEqual([])
})
