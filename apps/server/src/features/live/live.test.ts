// Over 400 lines: what clients of live updates hear, against one server, which is slow to start.
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FlowRun } from '@piecework/model/run/run'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeAction, eventually, flowMaker, pieceAction, pieceTrigger, webhookTrigger } from '../../testing/flows.ts'
import { connectLive, type LiveClient } from '../../testing/live.ts'
import { addColleague } from '../../testing/people.ts'
import { pieceArchive } from '../../testing/piece-archive.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

const JWT_SECRET = 'a secret of these tests, long enough'
const NAME = '@acme/piece-talker'
const SOURCE = `
  import { createAction, createPiece, PieceAuth } from '@piecework/framework'
  const talk = createAction({
    name: 'talk', displayName: 'Talk', description: '', auth: PieceAuth.None(), props: {},
    run: async ({ output }) => {
      await output.update({ data: { percent: 50 } })
      await new Promise((resolve) => setTimeout(resolve, 300))
      return { percent: 100 }
    },
  })
  export const talker = createPiece({
    displayName: 'Talker', logoUrl: 'x', authors: [], description: '', auth: PieceAuth.None(), actions: [talk], triggers: [],
  })`

let server: TestServer
let owner: Person
let flows: ReturnType<typeof flowMaker>

beforeAll(async () => {
  server = await startTestServer({ AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_JWT_SECRET: JWT_SECRET })
  owner = await signUpOwner(server)
  flows = flowMaker(server, owner)
  await install('1.0.0')
})
afterAll(() => server[Symbol.asyncDispose]())

async function install(version: string): Promise<string> {
  const form = new FormData()
  const fields = { packageType: 'ARCHIVE', scope: 'PLATFORM', pieceName: NAME, pieceVersion: version }
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('pieceArchive', new Blob([new Uint8Array(await pieceArchive(NAME, version, SOURCE))]), 'p.tgz')
  const made = await server.call<{ id: string }>('POST', '/v1/pieces', { token: owner.token, body: form })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  return made.body.id
}

const connect = ({ token, projectId }: Person = owner): Promise<LiveClient> =>
  connectLive(server.origin, { token, projectId })
const refusal = (auth: object) =>
  connectLive(server.origin, auth).then(
    () => 'connected',
    (error: Error & { data?: unknown }) => ({ message: error.message, ...Object(error.data) }),
  )

test('only people with a role in the project are let in, and the others hear why not', async () => {
  const { token, projectId, platformId } = owner
  expect(await refusal({ token })).toMatchObject({
    code: 'AUTHENTICATION',
    message: expect.stringContaining('projectId'),
  })
  expect(await refusal({ token: 'nonsense', projectId })).toMatchObject({
    statusCode: 401,
    code: 'INVALID_BEARER_TOKEN',
  })
  const unseen = { statusCode: 404, code: 'ENTITY_NOT_FOUND' }
  expect(await refusal({ token, projectId: 'another' })).toMatchObject(unseen)
  const engine = await server.server.tokens.engine({ id: 'job', projectId, platformId })
  expect(await refusal({ token: engine, projectId })).toMatchObject({ statusCode: 403, code: 'AUTHORIZATION' })
  const stranger = await addColleague(server, owner, 'Stranger')
  expect(await refusal({ token: stranger.token, projectId })).toMatchObject(unseen)
  using client = await connect()
  expect(client.socket.connected).toBe(true)
})

test('without a WebSocket, the answer says what the proxy lacks; other upgrades are refused', async () => {
  const polling = await fetch(`${server.origin}/api/socket.io/?EIO=4&transport=polling`)
  expect(polling.status).toBe(426)
  expect(await polling.json()).toMatchObject({ message: expect.stringContaining('WebSocket') })
  const elsewhere = new WebSocket(`${server.origin.replace('http', 'ws')}/api/elsewhere`)
  await new Promise((resolve) => elsewhere.addEventListener('error', resolve))
  expect(elsewhere.readyState).toBe(WebSocket.CLOSED)
})

test('a flow is tested over the socket, and every step is seen as it ends', async () => {
  using client = await connect()
  using colleague = await connect(await addColleague(server, owner, 'Vera', 'Viewer'))
  const made = await flows.create(webhookTrigger(), [
    codeAction('step_1', 'export const code = async ({ n }) => n + 1', { n: "{{trigger['body']['n']}}" }),
    codeAction('step_2', 'export const code = async () => { await new Promise((r) => setTimeout(r, 500)); return 2 }'),
  ])
  await flows.operate(made.id, 'SAVE_SAMPLE_DATA', {
    stepName: 'trigger',
    payload: { body: { n: 41 } },
    type: 'OUTPUT',
  })
  client.socket.emit('TEST_FLOW_RUN', { flowVersionId: made.version.id })
  const started = await client.next('TEST_FLOW_RUN_STARTED')
  expect(started).toMatchObject({ environment: 'TESTING', flowId: made.id, triggeredBy: owner.userId })
  const ofRun = ({ flowRun }: { flowRun: FlowRun }) => flowRun.id === started.id
  const first = await client.next('UPDATE_RUN_PROGRESS', (update) => ofRun(update) && update.step?.name === 'step_1')
  // Seen while the next one still runs.
  expect(first).toMatchObject({
    flowRun: { status: 'RUNNING' },
    step: { path: [], output: { status: 'SUCCEEDED', output: 42 } },
  })
  expect(client.all('UPDATE_RUN_PROGRESS').some(({ step }) => step?.name === 'step_2')).toBe(false)
  const end = await client.next(
    'UPDATE_RUN_PROGRESS',
    (update) => ofRun(update) && update.flowRun.status === 'SUCCEEDED',
  )
  expect(end.flowRun).toMatchObject({ steps: null, stepsCount: 2, flowVersion: { displayName: 'A flow' } })
  expect(
    client
      .all('UPDATE_RUN_PROGRESS')
      .filter(ofRun)
      .flatMap(({ step }) => step?.name ?? []),
  ).toEqual(['trigger', 'step_1', 'step_2'])
  // Who hears of the end finds it, too.
  expect((await flows.run(started.id)).status).toBe('SUCCEEDED')
  // Others of the project see the run, but are not made to look at it.
  await colleague.next('FLOW_RUN_PROGRESS', ({ runId, status }) => runId === started.id && status === 'SUCCEEDED')
  expect(colleague.all('TEST_FLOW_RUN_STARTED')).toEqual([])
})

test('who begins to watch while a run goes on sees the steps that end from then on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-live-'))
  const [begun, gate] = [join(folder, 'begun'), join(folder, 'gate')]
  const made = await flows.create(webhookTrigger(), [
    codeAction(
      'step_1',
      `export const code = async ({ begun, gate }) => {
        const { existsSync, writeFileSync } = await import('node:fs')
        writeFileSync(begun, '')
        while (!existsSync(gate)) await new Promise((done) => setTimeout(done, 20))
        return 'seen'
      }`,
      { begun, gate },
    ),
  ])
  await flows.publish(made.id)
  await server.call('POST', `/v1/webhooks/${made.id}`, { body: {} })
  await eventually(async () => existsSync(begun), 'the step has begun')
  using client = await connect()
  await writeFile(gate, '')
  const update = await client.next('UPDATE_RUN_PROGRESS', ({ step }) => step?.name === 'step_1')
  expect(update.step?.output).toMatchObject({ status: 'SUCCEEDED', output: 'seen' })
  await rm(folder, { recursive: true })
})

test('requests that are wrong or not permitted are refused as over the API', async () => {
  using client = await connect()
  using viewer = await connect(await addColleague(server, owner, 'Victor', 'Viewer'))
  const made = await flows.create(webhookTrigger())
  const empty = await server.call<{ version: { id: string } }>('POST', '/v1/flows', {
    token: owner.token,
    body: { displayName: 'Empty', projectId: owner.projectId },
  })
  const test = (flowVersionId: unknown, who = client) => who.ask('TEST_FLOW_RUN', { flowVersionId })
  expect(await test('nowhere')).toMatchObject({ error: { statusCode: 404, code: 'ENTITY_NOT_FOUND' } })
  expect(await test(7)).toMatchObject({
    error: { statusCode: 400, params: { message: expect.stringContaining('message/flowVersionId') } },
  })
  expect(await test(empty.body.version.id)).toMatchObject({ error: { code: 'FLOW_OPERATION_INVALID' } })
  expect(await test(made.version.id, viewer)).toMatchObject({
    error: { statusCode: 403, code: 'PERMISSION_DENIED', params: { permission: 'WRITE_FLOW' } },
  })
  expect(await client.ask('MANUAL_TRIGGER_RUN_STARTED', { flowVersionId: made.version.id })).toMatchObject({
    error: { code: 'FLOW_OPERATION_INVALID', params: { message: expect.stringContaining('is not manual') } },
  })
  expect(await client.ask('DANCE', {})).toMatchObject({
    error: { code: 'INVALID_REQUEST', params: { message: expect.stringContaining('TEST_FLOW_RUN') } },
  })
  // A client that asks for no acknowledgement gets an event.
  client.socket.emit('TEST_FLOW_RUN', { flowVersionId: 'nowhere' })
  expect(await client.next('ERROR')).toMatchObject({ event: 'TEST_FLOW_RUN', error: { code: 'ENTITY_NOT_FOUND' } })
})

test('a flow with a manual trigger is run by hand: a test as a draft, in production once it is live', async () => {
  using client = await connect()
  const trigger = pieceTrigger('@activepieces/piece-manual-trigger', '0.1.0', 'manual_trigger')
  const made = await flows.create(trigger, [codeAction('step_1', 'export const code = async () => 1')])
  client.socket.emit('MANUAL_TRIGGER_RUN_STARTED', { flowVersionId: made.version.id })
  const draft = await client.next('MANUAL_TRIGGER_RUN_STARTED')
  expect(draft.environment).toBe('TESTING')
  expect((await flows.finished(draft.id)).steps).toMatchObject({ trigger: { output: {} }, step_1: { output: 1 } })
  const live = await flows.publish(made.id)
  const run = await client.ask('MANUAL_TRIGGER_RUN_STARTED', { flowVersionId: live.version.id })
  expect(run).toMatchObject({ environment: 'PRODUCTION', triggeredBy: owner.userId })
  await client.next(
    'FLOW_RUN_PROGRESS',
    ({ status, environment }) => status === 'SUCCEEDED' && environment === 'PRODUCTION',
  )
  expect((await flows.runs(made.id)).map(({ id }) => id)).toEqual([Object(run).id])
})

test('the test of a step tells how far it is, and what came of it with its sample data', async () => {
  using client = await connect()
  const gone = await install('2.0.0')
  const made = await flows.create(webhookTrigger(), [
    pieceAction('step_1', NAME, '1.0.0', 'talk'),
    codeAction('step_2', `export const code = async () => { console.log('so far', 1); throw new Error('no luck') }`),
    pieceAction('step_3', NAME, '2.0.0', 'talk'),
    codeAction('step_4', `export const code = async () => 'x'.repeat(600_000)`),
  ])
  const run = async (stepName: string) => {
    const { body } = await server.call<FlowRun>('POST', '/v1/sample-data/test-step', {
      token: owner.token,
      body: { projectId: owner.projectId, flowVersionId: made.version.id, stepName },
    })
    return client.next('TEST_STEP_FINISHED', ({ runId }) => runId === body.id)
  }
  const talked = await run('step_1')
  expect(talked).toMatchObject({
    success: true,
    stepName: 'step_1',
    input: {},
    output: { percent: 100 },
    standardError: '',
  })
  expect(client.all('TEST_STEP_PROGRESS')).toMatchObject([
    { runId: talked.runId, output: { percent: 50 }, success: true },
  ])
  const { version } = await flows.flow(made.id)
  expect(version.trigger.nextAction?.settings.sampleData).toMatchObject({ sampleDataFileId: talked.sampleDataFileId })

  expect(await run('step_2')).toMatchObject({
    success: false,
    standardError: expect.stringContaining('no luck'),
    standardOutput: 'so far 1\n',
  })
  await server.call('DELETE', `/v1/pieces/${gone}`, { token: owner.token })
  // Nobody waits forever, also when the step cannot even begin.
  expect(await run('step_3')).toMatchObject({ success: false, standardError: expect.stringContaining('not installed') })
  expect(await run('step_4')).toMatchObject({ success: true, truncated: true, output: '(truncated)' })
  // A single step is no run to look at.
  expect(client.all('UPDATE_RUN_PROGRESS')).toEqual([])
})

test('of a run with many and large steps the last ones are seen, and what is large is left out', async () => {
  using client = await connect()
  const loop = {
    type: 'LOOP_ON_ITEMS',
    name: 'step_2',
    displayName: 'loop',
    valid: true,
    lastUpdatedDate: new Date().toISOString(),
    settings: { items: '{{ Array.from({ length: 600 }, (_, i) => i) }}' },
  }
  const large = codeAction('step_1', `export const code = async () => 'x'.repeat(100_000)`)
  const made = await flows.create(webhookTrigger(), [large, loop])
  const body = codeAction('step_3', 'export const code = async ({ item }) => item', { item: "{{step_2['item']}}" })
  await flows.operate(made.id, 'ADD_ACTION', {
    parentStep: 'step_2',
    stepLocationRelativeToParent: 'INSIDE_LOOP',
    action: body,
  })
  await flows.publish(made.id)
  await server.call('POST', `/v1/webhooks/${made.id}`, { body: {} })
  const end = await client.next('UPDATE_RUN_PROGRESS', ({ flowRun }) => flowRun.status === 'SUCCEEDED')
  expect(end.flowRun).toMatchObject({ environment: 'PRODUCTION', stepsCount: 602 })
  const steps = client.all('UPDATE_RUN_PROGRESS').flatMap(({ step }) => step ?? [])
  expect(steps.find(({ name }) => name === 'step_1')?.output).toMatchObject({
    status: 'SUCCEEDED',
    output: '(truncated)',
  })
  // The last ones are seen in any case.
  expect(steps.slice(-2)).toMatchObject([
    { name: 'step_3', path: [['step_2', 599]], output: { output: 599 } },
    { name: 'step_2', path: [], output: { status: 'SUCCEEDED', output: { item: 599, index: 600 } } },
  ])
})

test('a run that is canceled, and one that fails, are seen to be', async () => {
  using client = await connect()
  const made = await flows.create(webhookTrigger(), [
    codeAction(
      'step_1',
      `export const code = async ({ kind }) => {
      if (kind === 'fail') throw new Error('failed on purpose')
      await new Promise(() => setInterval(() => {}, 1000))
    }`,
      { kind: "{{trigger['body']['kind']}}" },
    ),
  ])
  await flows.publish(made.id)
  await server.call('POST', `/v1/webhooks/${made.id}`, { body: { kind: 'fail' } })
  const failed = await client.next('UPDATE_RUN_PROGRESS', ({ flowRun }) => flowRun.status === 'FAILED')
  expect(failed.flowRun.failedStep).toMatchObject({ name: 'step_1', message: expect.stringContaining('on purpose') })
  await server.call('POST', `/v1/webhooks/${made.id}`, { body: { kind: 'hang' } })
  const running = (
    await client.next('FLOW_RUN_PROGRESS', ({ status, runId }) => status === 'RUNNING' && runId !== failed.flowRun.id)
  ).runId
  await server.call('POST', '/v1/flow-runs/cancel', {
    token: owner.token,
    body: { projectId: owner.projectId, flowRunIds: [running] },
  })
  await client.next('FLOW_RUN_PROGRESS', ({ runId, status }) => runId === running && status === 'CANCELED')
})

test('a call of the draft that waits for its answer shows its run in the builder', async () => {
  using client = await connect()
  const made = await flows.create(webhookTrigger(), [codeAction('step_1', 'export const code = async () => 1')])
  await server.call('POST', `/v1/webhooks/${made.id}/draft/sync`, { body: {} })
  expect(await client.next('TEST_FLOW_RUN_STARTED')).toMatchObject({ flowId: made.id, environment: 'TESTING' })
})

test('a lock belongs to one editor until it is released, taken over, or nobody renews it', async () => {
  const eve = await addColleague(server, owner, 'Eve', 'Editor')
  using mine = await connect()
  using hers = await connect(eve)
  using viewers = await connect(await addColleague(server, owner, 'Viola', 'Viewer'))
  const lock = (client: LiveClient, resourceId: string, more = {}) =>
    client.ask('LOCK_RESOURCE', { resourceId, ...more })
  expect(await lock(mine, 'flow')).toEqual({ acquired: true, lock: null })
  expect(await lock(mine, 'flow')).toEqual({ acquired: true, lock: null })
  const holder = { userId: owner.userId, userDisplayName: 'Ada Owner' }
  expect(await lock(hers, 'flow')).toEqual({ acquired: false, lock: holder })
  expect(await hers.next('RESOURCE_LOCKED')).toEqual({ resourceId: 'flow', ...holder })
  expect(await lock(viewers, 'flow')).toMatchObject({ error: { code: 'PERMISSION_DENIED' } })

  // A renewal is no news, and nobody hears of what they did themselves.
  expect(await lock(hers, 'flow', { force: true })).toEqual({ acquired: true, lock: null })
  expect(await mine.next('RESOURCE_LOCKED')).toEqual({
    resourceId: 'flow',
    userId: eve.userId,
    userDisplayName: 'Eve Colleague',
  })
  expect(await mine.ask('UNLOCK_RESOURCE', { resourceId: 'flow' })).toEqual({ released: false })
  expect(await hers.ask('UNLOCK_RESOURCE', { resourceId: 'flow' })).toEqual({ released: true })
  await mine.next('RESOURCE_UNLOCKED', ({ resourceId }) => resourceId === 'flow')
  expect(hers.all('RESOURCE_LOCKED')).toHaveLength(1)

  await lock(mine, 'stale')
  const { db } = server.server
  await db
    .updateTable('live_lock')
    .set({ expiresAt: new Date(0) })
    .where('resourceId', '=', 'stale')
    .execute()
  await hers.next('RESOURCE_UNLOCKED', ({ resourceId }) => resourceId === 'stale')
  expect(await lock(hers, 'stale')).toEqual({ acquired: true, lock: null })

  // Who vanishes keeps the lock a moment longer, no more.
  await lock(mine, 'left')
  mine.socket.disconnect()
  const remaining = () =>
    db
      .selectFrom('live_lock')
      .select('expiresAt')
      .where('resourceId', '=', 'left')
      .executeTakeFirstOrThrow()
      .then(({ expiresAt }) => Date.parse(expiresAt) - Date.now())
  await eventually(async () => ((await remaining()) < 11_000 ? true : undefined), 'the lock to be shortened')
  expect(await lock(hers, 'left')).toMatchObject({ acquired: false })
})

test('who looks at a resource is seen by the others, once, until they leave or vanish', async () => {
  const mia = await addColleague(server, owner, 'Mia', 'Viewer')
  using mine = await connect()
  using hers = await connect(mia)
  const me = { userId: owner.userId, userDisplayName: 'Ada Owner', userEmail: 'owner@example.com', userImageUrl: null }
  const she = { userId: mia.userId, userDisplayName: 'Mia Colleague', userEmail: 'mia@example.com', userImageUrl: null }
  const join = (client: LiveClient, resourceId = 'page') => client.ask('JOIN_PRESENCE', { resourceId })
  expect(await join(mine)).toEqual({ users: [me] })
  expect(await join(hers)).toEqual({ users: [me, she] })
  expect(await mine.next('PRESENCE_UPDATED', ({ users }) => users.length === 2)).toEqual({
    resourceId: 'page',
    users: [me, she],
  })
  {
    // A second window of the same person is no second person.
    using window = await connect(mia)
    expect(await join(window)).toEqual({ users: [me, she] })
  }
  expect(await join(mine)).toEqual({ users: [me, she] })
  expect(await hers.ask('LEAVE_PRESENCE', { resourceId: 'page' })).toEqual({ users: [me] })
  await join(hers)
  hers.socket.disconnect()
  const seen = mine.all('PRESENCE_UPDATED').length
  await eventually(async () => {
    const last = mine.all('PRESENCE_UPDATED').at(-1)
    return mine.all('PRESENCE_UPDATED').length >= seen && last?.users.length === 1 ? true : undefined
  }, 'the end of her presence')

  using watcher = await connect()
  await join(mine, 'other')
  await server.server.db
    .updateTable('live_presence')
    .set({ expiresAt: new Date(0) })
    .execute()
  expect(
    await watcher.next('PRESENCE_UPDATED', ({ resourceId, users }) => resourceId === 'other' && users.length === 0),
  ).toBeDefined()
})

test('a connection ends with its token, and says so', async () => {
  const cleo = await addColleague(server, owner, 'Cleo', 'Editor')
  const claims = { type: 'USER', id: cleo.userId, platform: { id: cleo.platformId } }
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', kid: '1' })
    .setIssuer('activepieces')
    .setExpirationTime(Math.floor(Date.now() / 1000) + 2)
    .sign(new TextEncoder().encode(JWT_SECRET))
  using hers = await connect({ ...cleo, token })
  await eventually(async () => (hers.socket.connected ? undefined : true), 'the end of the connection')
  expect(hers.all('ERROR')).toMatchObject([{ error: { code: 'SESSION_EXPIRED' } }])
  expect(await refusal({ token, projectId: cleo.projectId })).toMatchObject({ code: 'INVALID_BEARER_TOKEN' })
})

test('nobody can flood the server, and a session that ends ends the connection', async () => {
  using client = await connect()
  const answers = await Promise.all(Array.from({ length: 60 }, () => client.ask('LEAVE_PRESENCE', { resourceId: 'x' })))
  const refused = answers.filter((answer) => Object(answer).error?.code === 'RATE_LIMITED')
  expect(refused.length).toBeGreaterThan(0)
  for (let request = 0; request < 700; request++) client.socket.emit('LEAVE_PRESENCE', { resourceId: 'x' })
  await eventually(async () => (client.socket.connected ? undefined : true), 'the end of the connection')
  expect(client.all('ERROR').at(-1)).toMatchObject({ error: { code: 'RATE_LIMITED' } })
  expect(answers.filter((answer) => !Object(answer).error).length).toBeGreaterThanOrEqual(40)

  using large = await connect()
  large.socket.emit('JOIN_PRESENCE', { resourceId: 'x'.repeat(100_000) })
  await eventually(async () => (large.socket.connected ? undefined : true), 'the end of the connection')

  const bob = await addColleague(server, owner, 'Bob', 'Editor')
  using his = await connect(bob)
  await server.call('POST', `/v1/users/${bob.userId}`, { token: owner.token, body: { status: 'INACTIVE' } })
  await his.next('ERROR', ({ error }) => error.code === 'SESSION_EXPIRED')
})
