import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { codeAction, eventually, flowMaker, pieceTrigger } from '../../testing/flows.ts'
import { pieceArchive } from '../../testing/piece-archive.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

const NAME = '@acme/piece-feed'
const VERSION = '1.0.0'
const SECRET = 'the secret of the app'

/** An app with items, that hears what triggers do with it. Every request to it goes on the record. */
const SOURCE = `
  import { createPiece, createTrigger, DedupeStrategy, PieceAuth, pollingHelper, Property, TriggerStrategy,
    WebhookHandshakeStrategy, WebhookRenewStrategy } from '@piecework/framework'
  const props = { url: Property.ShortText({ displayName: 'URL', required: true }) }
  const base = { description: '', auth: PieceAuth.None(), props, sampleData: { sample: true } }
  const call = async (url, body) => {
    const answer = await fetch(url, body ? { method: 'POST', body: JSON.stringify(body) } : {})
    if (!answer.ok) throw new Error('the app answered ' + answer.status)
    return answer.json()
  }
  const polling = (name, poll) => createTrigger({
    ...base, name, displayName: name, type: TriggerStrategy.POLLING,
    onEnable: (ctx) => pollingHelper.onEnable(poll, ctx),
    onDisable: (ctx) => pollingHelper.onDisable(poll, ctx),
    run: (ctx) => pollingHelper.poll(poll, ctx),
    test: (ctx) => pollingHelper.test(poll, ctx),
  })
  const byTime = polling('by_time', {
    strategy: DedupeStrategy.TIMEBASED,
    items: async ({ propsValue }) =>
      (await call(propsValue.url + '/items')).map((item) => ({ epochMilliSeconds: item.at, data: item })),
  })
  const byItem = polling('by_item', {
    strategy: DedupeStrategy.LAST_ITEM,
    items: async ({ propsValue }) => (await call(propsValue.url + '/items')).map((item) => ({ id: item.id, data: item })),
  })
  const hook = createTrigger({
    ...base, name: 'hook', displayName: 'Hook', type: TriggerStrategy.WEBHOOK,
    handshakeConfiguration: { strategy: WebhookHandshakeStrategy.QUERY_PRESENT, paramName: 'challenge' },
    renewConfiguration: { strategy: WebhookRenewStrategy.CRON, cronExpression: '0 0 1 1 *' },
    onEnable: async (ctx) => {
      await call(ctx.propsValue.url + '/subscribe', { to: ctx.webhookUrl })
      await ctx.store.put('subscription', ctx.webhookUrl)
    },
    onDisable: async (ctx) => { await call(ctx.propsValue.url + '/unsubscribe', { to: await ctx.store.get('subscription') }) },
    onRenew: async (ctx) => { await call(ctx.propsValue.url + '/renew', { to: await ctx.store.get('subscription') }) },
    onHandshake: async (ctx) => ({ status: 202, body: { echo: ctx.payload.queryParams.challenge } }),
    run: async (ctx) => [].concat(ctx.payload.body.events ?? ctx.payload.body),
  })
  const appHook = createTrigger({
    ...base, name: 'app_hook', displayName: 'App hook', type: TriggerStrategy.APP_WEBHOOK,
    onEnable: async (ctx) => { ctx.app.createListeners({ events: ['message'], identifierValue: ctx.propsValue.url }) },
    onDisable: async () => {},
    run: async (ctx) => [ctx.payload.body.message],
  })
  export const feed = createPiece({
    displayName: 'Feed', logoUrl: 'x', authors: [], description: '', auth: PieceAuth.None(), actions: [],
    triggers: [byTime, byItem, hook, appHook],
    events: {
      parseAndReply: ({ payload }) => payload.body.challenge
        ? { reply: { headers: { 'x-app': 'yes' }, body: { challenge: payload.body.challenge } } }
        : { event: payload.body.type, identifierValue: payload.body.team },
      verify: ({ webhookSecret, payload }) => payload.headers['x-signature'] === webhookSecret,
    },
  })`

let server: TestServer
let owner: Person
let flows: ReturnType<typeof flowMaker>
let app: Server
let appUrl = ''
let items: { id: number; at: number }[] = []
let calls: { path: string; to: string }[] = []
let handshake: unknown
/** What the app answers to a path instead of 200. */
let failing = new Map<string, number>()

beforeAll(async () => {
  app = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const path = request.url ?? ''
    const { to = '' } = JSON.parse(Buffer.concat(chunks).toString() || '{}') as { to?: string }
    if (request.method === 'POST') calls.push({ path, to })
    // Many apps call the webhook back before they take it.
    if (path === '/subscribe' && !to.endsWith('/test')) {
      const url = `${server.origin}${new URL(to).pathname}?challenge=42`
      const answer = await fetch(url, { method: 'POST' })
      handshake = { status: answer.status, body: await answer.json() }
    }
    response.writeHead(failing.get(path) ?? 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(path === '/items' ? items : {}))
  })
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  appUrl = `http://127.0.0.1:${(app.address() as AddressInfo).port}`
  server = await startTestServer({
    AP_CONTAINER_TYPE: 'WORKER_AND_APP',
    AP_TRIGGER_FAILURE_THRESHOLD: '3',
    AP_APP_WEBHOOK_SECRETS: JSON.stringify({ [NAME]: { webhookSecret: SECRET } }),
  })
  owner = await signUpOwner(server)
  flows = flowMaker(server, owner)
  const form = new FormData()
  const fields = { packageType: 'ARCHIVE', scope: 'PLATFORM', pieceName: NAME, pieceVersion: VERSION }
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('pieceArchive', new Blob([new Uint8Array(await pieceArchive(NAME, VERSION, SOURCE))]), 'p.tgz')
  const made = await server.call('POST', '/v1/pieces', { token: owner.token, body: form })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
})
beforeEach(() => {
  items = []
  calls = []
  handshake = undefined
  failing = new Map()
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  app.closeAllConnections()
  await new Promise((resolve) => app.close(resolve))
})

const trigger = (name: string) => pieceTrigger(NAME, VERSION, name, { url: appUrl })

/** Lets the clock of a flow's schedule strike now. */
async function tick(flowId: string, kind: 'POLL' | 'RENEW' = 'POLL'): Promise<void> {
  const { db, execution } = server.server
  const source = await db
    .selectFrom('trigger_source')
    .select('id')
    .where('flowId', '=', flowId)
    .where('deleted', 'is', null)
    .executeTakeFirstOrThrow()
  const key = kind === 'POLL' ? `tick:${source.id}` : `renew:${source.id}`
  const due = await db.selectFrom('job').select('dueAt').where('key', '=', key).executeTakeFirstOrThrow()
  const past = new Date(Date.now() - 1000)
  await db.updateTable('job').set({ dueAt: past, ready: true }).where('key', '=', key).execute()
  execution.wake()
  await eventually(async () => {
    const job = await db.selectFrom('job').select(['dueAt', 'owner']).where('key', '=', key).executeTakeFirst()
    // A flow that was disabled meanwhile has no clock any more.
    return !job || (job.owner === null && job.dueAt >= due.dueAt) ? true : undefined
  }, 'the end of the tick')
}

const outputs = async (flowId: string, count: number) => {
  await flows.finishedRuns(flowId, count)
  const runs = await Promise.all((await flows.runs(flowId)).map((run) => flows.run(run.id)))
  return runs.map((run) => run.steps?.trigger?.output).reverse()
}

test('polling by time makes a run of every new item, once', async () => {
  items = [{ id: 1, at: Date.now() - 60_000 }]
  const flow = await flows.create(trigger('by_time'))
  await flows.publish(flow.id)
  await tick(flow.id)
  const next = Date.now() + 1000
  items = [{ id: 2, at: next }, { id: 3, at: next + 1 }, ...items]
  await tick(flow.id)
  await tick(flow.id)
  expect((await outputs(flow.id, 2)).map((item) => (item as { id: number }).id).sort()).toEqual([2, 3])
  await flows.disable(flow.id)
  expect(await server.server.db.selectFrom('job').select('id').where('kind', '=', 'POLL').execute()).toEqual([])
})

test('polling by the last item makes a run of every item before the one that was seen last', async () => {
  items = [{ id: 1, at: 0 }]
  const flow = await flows.create(trigger('by_item'))
  await flows.publish(flow.id)
  items = [{ id: 3, at: 0 }, { id: 2, at: 0 }, ...items]
  await tick(flow.id)
  await tick(flow.id)
  items = [{ id: 4, at: 0 }, ...items]
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
  expect(status.body.pieces[NAME]).toMatchObject({ dailyStats: { [today]: { failure: 0 } } })
  expect(status.body.pieces[NAME]?.totalRuns).toBeGreaterThanOrEqual(6)
  await flows.disable(flow.id)
})

test('a poll that fails is tried again, and the flow is disabled after too many in a row', async () => {
  const flow = await flows.create(trigger('by_time'))
  await flows.publish(flow.id)
  failing.set('/items', 500)
  await tick(flow.id)
  await tick(flow.id)
  failing.clear()
  await tick(flow.id)
  failing.set('/items', 500)
  await tick(flow.id)
  await tick(flow.id)
  expect((await flows.flow(flow.id)).status).toBe('ENABLED')
  await tick(flow.id)
  await eventually(
    async () => ((await flows.flow(flow.id)).status === 'DISABLED' ? true : undefined),
    'the flow disabled',
  )
})

test('a webhook is registered once for each change, answers its handshake meanwhile, and is renewed', async () => {
  const flow = await flows.create(trigger('hook'), [codeAction('step_1', 'export const code = async () => 1')])
  await flows.publish(flow.id)
  expect(handshake).toEqual({ status: 202, body: { echo: '42' } })
  await flows.publish(flow.id)
  expect(calls.map((call) => call.path)).toEqual(['/subscribe'])
  await tick(flow.id, 'RENEW')
  expect(calls.at(-1)).toMatchObject({ path: '/renew', to: calls[0]?.to })

  // A new version takes the place of the old one.
  calls = []
  await flows.operate(flow.id, 'UPDATE_TRIGGER', { ...trigger('hook'), displayName: 'Changed' })
  await flows.publish(flow.id)
  expect(calls.map((call) => call.path)).toEqual(['/unsubscribe', '/subscribe'])
  await flows.disable(flow.id)
  await flows.disable(flow.id)
  expect(calls.map((call) => call.path)).toEqual(['/unsubscribe', '/subscribe', '/unsubscribe'])
  expect((await server.call('POST', `/v1/webhooks/${flow.id}`, { body: {} })).status).toBe(404)
})

test('a trigger that the app refuses leaves the flow disabled, cleaned up, and says why', async () => {
  failing.set('/subscribe', 403)
  const flow = await flows.create(trigger('hook'))
  const refused = await flows.operate(flow.id, 'LOCK_AND_PUBLISH', { status: 'ENABLED' })
  expect(refused).toMatchObject({ status: 400, body: { code: 'TRIGGER_UPDATE_STATUS' } })
  expect(JSON.stringify(refused.body)).toContain('the app answered 403')
  expect((await flows.flow(flow.id)).status).toBe('DISABLED')
  expect(calls.map((call) => call.path)).toEqual(['/subscribe', '/unsubscribe'])
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
  items = [{ id: 7, at: 1 }]
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
    body: { data: [{ sourceName: `${NAME}@1.0:by_item`, payload: { id: 7 } }] },
  })
  failing.set('/items', 500)
  expect(await testTrigger(polled, 'TEST_FUNCTION')).toMatchObject({
    status: 400,
    body: { code: 'TEST_TRIGGER_FAILED' },
  })

  const flow = await flows.create(trigger('hook'))
  expect((await testTrigger(flow, 'SIMULATION')).status).toBe(200)
  expect(calls).toMatchObject([{ path: '/subscribe', to: expect.stringMatching(/\/test$/) }])
  await server.call('POST', `/v1/webhooks/${flow.id}/test`, { body: { real: true } })
  expect(await events(flow.id)).toEqual([{ real: true }])
  expect(calls.map((call) => call.path)).toEqual(['/subscribe', '/unsubscribe'])
  expect(await flows.runs(flow.id)).toEqual([])

  expect((await testTrigger(flow, 'SIMULATION')).status).toBe(200)
  const cancel = () => server.call('DELETE', '/v1/test-trigger', { token, body: { projectId, flowId: flow.id } })
  expect((await cancel()).status).toBe(204)
  expect((await cancel()).status).toBe(204)
  expect(calls.map((call) => call.path)).toEqual(['/subscribe', '/unsubscribe', '/subscribe', '/unsubscribe'])

  const mocked = await server.call('POST', '/v1/trigger-events', {
    token,
    body: { projectId, flowId: flow.id, mockData: { made: 'up' } },
  })
  expect(mocked).toMatchObject({ status: 200, body: { payload: { made: 'up' } } })
  expect(await events(flow.id)).toEqual([{ made: 'up' }, { real: true }])

  // What listens when its flow is deleted, stops; what was kept goes with the flow.
  expect((await testTrigger(flow, 'SIMULATION')).status).toBe(200)
  calls = []
  await server.call('DELETE', `/v1/flows/${flow.id}`, { token })
  const left = () => server.server.db.selectFrom('file').select('id').where('type', '=', 'TRIGGER_EVENT_FILE').execute()
  await eventually(async () => (calls.length > 0 ? true : undefined), 'the end of the registration')
  expect(calls).toMatchObject([{ path: '/unsubscribe' }])
  await server.call('DELETE', `/v1/flows/${polled.id}`, { token })
  await eventually(async () => ((await left()).length === 0 ? true : undefined), 'the end of the kept events')
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
  const event = { type: 'message', team: appUrl, message: { text: 'hi' } }
  expect((await send(event)).status).toBe(400)
  expect((await send(event, 'forged')).status).toBe(400)
  expect((await send({ ...event, team: 'others' }, SECRET)).status).toBe(200)
  expect((await send(event, SECRET)).status).toBe(200)
  expect(await outputs(flow.id, 1)).toEqual([{ text: 'hi' }])
  expect((await fetch(`${server.origin}/api/v1/app-events/nobody`, { method: 'POST' })).status).toBe(400)
  await flows.disable(flow.id)
  const routings = await server.server.db.selectFrom('app_event_routing').select('id').execute()
  expect(routings).toEqual([])
})
