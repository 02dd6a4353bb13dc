import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { newId } from '@piecework/model/ids'
import type { PieceMetadata } from '@piecework/model/piece/metadata'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, flowMaker, pieceAction, pieceTrigger } from '../../testing/flows.ts'
import { startOAuth2Server } from '../../testing/oauth2-server.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

// The piece that uses the whole SDK by the imports of published pieces, as a piece under development, in the product.

const NAME = '@acme/piece-sample'
const VERSION = '1.2.3'
const CONNECTIONS = {
  key: { type: 'SECRET_TEXT', secret_text: 'key-1' },
  login: { type: 'BASIC_AUTH', username: 'ada', password: 'secret' },
  server: {
    type: 'CUSTOM_AUTH',
    props: { baseUrl: 'https://app.example.com', token: 't', port: '8443', secure: true, region: 'eu' },
  },
}

let service: Awaited<ReturnType<typeof startOAuth2Server>>
let app: Server
let appUrl = ''
let server: TestServer
let owner: Person
let flows: ReturnType<typeof flowMaker>

beforeAll(async () => {
  app = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { url, headers } = request
      const { authorization, 'x-key': key, 'x-tenant': tenant } = headers
      const status = url?.startsWith('/denied') ? 403 : 200
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ found: [url, authorization, key ?? tenant, Buffer.concat(chunks).toString()] }))
    })
  })
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  appUrl = `http://127.0.0.1:${(app.address() as AddressInfo).port}`
  service = await startOAuth2Server()
  server = await startTestServer({
    AP_SSRF_ALLOW_LIST: '127.0.0.1',
    AP_CONTAINER_TYPE: 'WORKER_AND_APP',
    AP_DEV_PIECES: 'samples',
    AP_CUSTOM_PIECES_PATHS: fileURLToPath(new URL('../../../../../packages/framework', import.meta.url)),
    AP_APP_WEBHOOK_SECRETS: JSON.stringify({ [NAME]: { webhookSecret: 'shared' } }),
  })
  owner = await signUpOwner(server)
  flows = flowMaker(server, owner)
  for (const [externalId, value] of Object.entries(CONNECTIONS)) {
    const made = await connect(externalId, value)
    expect(made.status, JSON.stringify(made.body)).toBe(201)
  }
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await service?.[Symbol.asyncDispose]()
  app.closeAllConnections()
  app.close()
})

const connect = (externalId: string, value: { type: string; [field: string]: unknown }) => {
  const names = { externalId, displayName: externalId, pieceName: NAME, pieceVersion: VERSION }
  const body = { ...names, projectId: owner.projectId, type: value.type, value }
  return server.call('POST', '/v1/app-connections', { token: owner.token, body })
}
const auth = (externalId: keyof typeof CONNECTIONS | 'site') => ({ auth: `{{connections['${externalId}']}}` })
const step = (name: string, actionName: string, input: object = {}) =>
  pieceAction(name, NAME, VERSION, actionName, input)
const called = () => pieceTrigger(NAME, VERSION, 'called', auth('login'))
const live = async (...steps: { name: string }[]) => {
  const flow = await flows.create(called(), steps)
  await flows.publish(flow.id)
  return flow
}
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${server.origin}/api/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
/** The ended run of the steps, called once. */
const runOf = async (...steps: { name: string }[]) => {
  const flow = await live(...steps)
  await post(`webhooks/${flow.id}?id=${flow.id}`, { n: 1 })
  const [run] = await flows.finishedRuns(flow.id, 1)
  return { flow, run: await flows.run(run?.id ?? '') }
}
const outputOf = async (actionName: string, input: object) => {
  const { run } = await runOf(step('step_1', actionName, input))
  expect(run.status, run.failedStep?.message).toBe('SUCCEEDED')
  return run.steps?.step_1?.output
}

const everyInput = {
  ...auth('server'),
  text: 'hello',
  longText: 'long',
  number: '12',
  checkbox: true,
  date: '2026-01-02',
  json: '{"a":[1]}',
  map: { k: 'v' },
  list: ['a'],
  rows: [],
  file: `data:text/plain;base64,${Buffer.from('content').toString('base64')}`,
  colour: '#fff',
  choice: 'red',
  choices: ['red'],
  room: { id: 1 },
  free: 'x',
  more: { first: 'first' },
}

describe('an action', () => {
  test('has its inputs in their types, and the whole connection', async () => {
    expect(await outputOf('every_property', everyInput)).toEqual({
      text: 'hello',
      file: 'content12unknown.txt',
      more: 'first',
      json: { a: [1] },
      port: 8443,
    })
    const { run } = await runOf(step('step_1', 'every_property', { ...everyInput, number: 'many', date: 'never' }))
    expect(JSON.parse(run.failedStep?.message ?? '')).toEqual({
      number: ['Expected number, received: many'],
      date: [expect.stringContaining('received: never')],
    })
  })

  test('has the store, files, connections, tags, project and flows', async () => {
    const { flow, run } = await runOf(step('step_1', 'use_context', { ...auth('key'), key: 'k' }))
    expect(run.tags).toEqual(['seen'])
    expect(run.steps?.step_1?.output ?? run.failedStep).toEqual({
      fromProject: 1,
      fromFlow: 'of the flow',
      gone: null,
      url: expect.stringContaining('/api/v1/step-files/signed?token='),
      other: null,
      project: [owner.projectId, null],
      flows: [],
      current: [flow.id, flow.version.id],
      step: 'step_1',
      run: run.id,
      server: [expect.stringMatching(/\/api\/$/), expect.stringMatching(/\/api\/$/), true],
      bearer: 'key-1',
    })
  })

  test('calls its app, and the app by any request', async () => {
    const search = (url: string) => outputOf('search', { ...auth('key'), url, limit: 3 })
    expect(await search(`${appUrl}/search?a=b`)).toEqual({
      status: 200,
      found: ['/search?a=b&limit=3', 'Bearer key-1', 'key-1', '{"text":"x"}'],
      type: 'application/json',
    })
    expect(await search(`${appUrl}/denied`)).toMatchObject({
      failed: 403,
      why: { found: expect.arrayContaining(['/denied?limit=3']) },
    })
    const any = { url: { url: `${appUrl}/any` }, method: 'PUT', headers: {}, queryParams: {}, tenant: 't1' }
    expect(
      await outputOf('any_request', { ...auth('server'), ...any, body_type: 'json', body: { data: { b: 1 } } }),
    ).toMatchObject({ status: 200, body: { found: ['/any', 'Basic eu:t', 't1', '{"b":1}'] } })
    const { run } = await runOf(step('step_1', 'search', { ...auth('key'), url: appUrl, limit: 9 }))
    expect(JSON.parse(run.failedStep?.message ?? '')).toEqual({ errors: { limit: 'Five at most' } })
  })

  test('ends the flow, and answers its caller', async () => {
    const flow = await live(step('step_1', 'stop', { status: 418, headers: { 'x-a': 'b' } }), step('step_2', 'respond'))
    const answer = await post(`webhooks/${flow.id}/sync`, {})
    expect([answer.status, answer.headers.get('x-a'), await answer.json()]).toEqual([418, 'b', { stopped: true }])
    const early = await live(step('step_1', 'respond'))
    const told = await post(`webhooks/${early.id}/sync`, {})
    expect([told.status, await told.text()]).toEqual([202, 'later'])
  })

  test('waits for a call, whose caller the rest of the flow answers, and for a time', async () => {
    const flow = await live(step('step_1', 'wait_for_call'), step('step_2', 'stop', { status: 201, headers: {} }))
    const answer = await post(`webhooks/${flow.id}/sync`, {})
    expect(await answer.json()).toEqual({ accepted: true })
    const paused = await eventually(async () => {
      const [run] = await flows.runs(flow.id)
      return run?.status === 'PAUSED' ? flows.run(run.id) : undefined
    }, 'the pause')
    const { next, plain } = Object(paused.steps?.step_1?.output)
    expect(next).toBe(`${plain}/sync?run=${paused.id}`)
    const { pathname, search } = new URL(next)
    const resumed = await post(`${pathname.replace('/api/v1/', '')}${search}&action=approve`, { more: 1 })
    expect([resumed.status, await resumed.json()]).toEqual([201, { stopped: true }])
    const { steps } = await flows.finished(paused.id)
    expect(steps?.step_1?.output).toMatchObject({ approved: true, body: { more: 1 } })
    expect(await outputOf('wait_for_time', {})).toEqual({ success: true })
  })
})

describe('a property', () => {
  const options = async (propertyName: string, more: object = {}) => {
    const flow = await flows.create(called())
    return server.call('POST', '/v1/pieces/options', {
      token: owner.token,
      body: {
        flowId: flow.id,
        flowVersionId: flow.version.id,
        projectId: owner.projectId,
        pieceName: NAME,
        pieceVersion: VERSION,
        actionOrTriggerName: 'every_property',
        propertyName,
        input: { ...auth('server'), text: 'in', choice: 'red' },
        ...more,
      },
    })
  }

  test('offers what its connection and the search say, or nothing without them', async () => {
    const found = await options('room', { searchValue: 'rooms' })
    expect(found.body, JSON.stringify(found.body)).toMatchObject({ options: { options: expect.any(Array) } })
    expect((await options('room', { input: {} })).body).toMatchObject({
      options: { disabled: true, placeholder: 'Connect first', options: [] },
    })
    expect((await options('more')).body).toMatchObject({
      type: 'DYNAMIC',
      options: { first: { displayName: 'eu red', type: 'SHORT_TEXT' }, second: { type: 'NUMBER' } },
    })
  })
})

describe('a connection', () => {
  test('is judged by the piece', async () => {
    const wrong = await connect('wrong', { ...CONNECTIONS.key, secret_text: 'no key' })
    expect(wrong).toMatchObject({ status: 400, body: { params: { error: 'Not an API key' } } })
    const props = { ...CONNECTIONS.server.props, baseUrl: 'http://x' }
    const plain = await connect('plain', { ...CONNECTIONS.server, props })
    expect(plain).toMatchObject({ status: 400, body: { params: { error: 'No https, port 8443' } } })
  })
})

describe('a sign-in by OAuth2', () => {
  beforeAll(async () => {
    service.mode.more = { team: { id: 'T1' }, team_id: 'T1' }
    const redirectUrl = 'https://flows.example.com/redirect'
    const props = { site: service.url, region: 'eu' }
    const begun = await server.call<{ authorizationUrl: string; codeVerifier: string }>(
      'POST',
      '/v1/app-connections/oauth2/authorization-url',
      { token: owner.token, body: { pieceName: NAME, clientId: service.client.id, redirectUrl, props } },
    )
    expect(begun.body.authorizationUrl, JSON.stringify(begun.body)).toContain('scope=read+write')
    expect(new URL(begun.body.authorizationUrl).searchParams.get('audience')).toBe('api')
    const back = await service.authorize(begun.body.authorizationUrl)
    const client = { client_id: service.client.id, client_secret: service.client.secret }
    const code = { code: back.searchParams.get('code'), code_challenge: begun.body.codeVerifier, scope: 'read write' }
    const value = { type: 'OAUTH2', ...client, ...code, redirect_url: redirectUrl, props }
    const made = await connect('site', value)
    expect(made.status, JSON.stringify(made.body)).toBe(201)
  })

  test('gives an action its token, what came with it, and its properties', async () => {
    const [token, ...rest] = Object(await outputOf('who_am_i', auth('site')))
    expect(token).toBe('**REDACTED**')
    expect(rest).toEqual([{ id: 'T1' }, 'eu'])
    expect(service.calls[0]?.authorization).toMatch(/^Basic /)
  })

  test('lets a trigger hear of the events of its team, from its app alone', async () => {
    const flow = await flows.create(pieceTrigger(NAME, VERSION, 'app_event', auth('site')))
    const tried = await server.call<{ data: { payload: unknown }[] }>('POST', '/v1/test-trigger', {
      token: owner.token,
      body: {
        projectId: owner.projectId,
        flowId: flow.id,
        flowVersionId: flow.version.id,
        testStrategy: 'TEST_FUNCTION',
      },
    })
    expect(tried.body.data).toMatchObject([{ payload: { id: 2 } }])
    await flows.publish(flow.id)
    const send = async (n: number, team: string, secret: string) => {
      const answer = await post('app-events/sample', { n }, { 'x-team': team, 'x-secret': secret })
      return [answer.status, await answer.text()]
    }
    expect(await send(1, 'T1', 'forged')).toEqual([400, '{}'])
    expect(await send(2, 'T2', 'shared')).toEqual([200, 'ok'])
    expect(await send(3, 'T1', 'shared')).toEqual([200, 'ok'])
    const [run] = await flows.finishedRuns(flow.id, 1)
    expect((await flows.run(run?.id ?? '')).steps?.trigger?.output).toEqual({ n: 3 })
    await flows.disable(flow.id)
    expect(await send(4, 'T1', 'shared')).toEqual([200, 'ok'])
    expect(await flows.runs(flow.id)).toHaveLength(1)
  })
})

test('an event that the piece answers reaches the flows of every platform', async () => {
  const publish = async () => {
    const flow = await flows.create(pieceTrigger(NAME, VERSION, 'app_event', auth('site')))
    await flows.publish(flow.id)
    return flow.id
  }
  const [here, there] = [await publish(), await publish()]
  const { db } = server.server
  // Whichever platform is asked first, each has a flow that listens.
  const id = newId()
  const looks = { name: 'Other', primaryColor: '', logoIconUrl: '', fullLogoUrl: '', favIconUrl: '' }
  await db
    .insertInto('platform')
    .values({ id, ownerId: owner.userId, ...looks })
    .execute()
  const project = { ownerId: owner.userId, displayName: 'Other', type: 'TEAM', platformId: id, icon: '{}' } as const
  await db
    .insertInto('project')
    .values({ id, ...project })
    .execute()
  await db.updateTable('flow').set({ projectId: id }).where('id', '=', there).execute()
  await db.updateTable('app_event_routing').set({ projectId: id }).where('flowId', '=', there).execute()
  server.server.events.announce('FLOW_CHANGED', { flowId: there })
  const answer = await post('app-events/sample', { n: 5 }, { 'x-team': 'T1', 'x-secret': 'shared' })
  expect([answer.status, await answer.text()]).toEqual([200, 'ok'])
  await flows.finishedRuns(here, 1)
  // It has no connection there, so that the event waits, or has failed.
  const waits = db.selectFrom('job').select('id').where('projectId', '=', id)
  const failed = db.selectFrom('flow_run').select('id').where('projectId', '=', id)
  expect([...(await waits.execute()), ...(await failed.execute())]).toHaveLength(1)
  await db.deleteFrom('project').where('id', '=', id).execute()
  await flows.disable(here)
})

describe('a trigger', () => {
  test('that is a webhook registers, shakes hands, and turns calls into events', async () => {
    const { flow, run } = await runOf()
    expect(run.steps?.trigger?.output).toEqual({ body: { n: 1 }, url: expect.stringContaining('/step-files/') })
    const shaken = await post(`webhooks/${flow.id}`, {}, { 'x-hook-secret': 'abc' })
    expect([shaken.status, shaken.headers.get('x-hook-secret')]).toEqual([200, 'abc'])
    // Twice the same within seconds is once.
    await post(`webhooks/${flow.id}?id=same`, { n: 2 })
    await post(`webhooks/${flow.id}?id=same`, { n: 2 })
    await post(`webhooks/${flow.id}?id=other`, { n: 3 })
    const runs = await flows.finishedRuns(flow.id, 3)
    expect(runs).toHaveLength(3)
  })

  test('that polls is tried and asked', async () => {
    const tried = async (triggerName: string, input: object) => {
      const flow = await flows.create(pieceTrigger(NAME, VERSION, triggerName, input))
      const body = { projectId: owner.projectId, flowId: flow.id, flowVersionId: flow.version.id }
      const answer = await server.call<{ data: { payload: unknown }[] }>('POST', '/v1/test-trigger', {
        token: owner.token,
        body: { ...body, testStrategy: 'TEST_FUNCTION' },
      })
      return answer.body.data.map(({ payload }) => payload)
    }
    expect(await tried('new_by_time', { ...auth('key'), folder: 'f' })).toEqual([{ folder: 'f', key: 'key-1' }])
    expect(await tried('new_by_item', auth('key'))).toEqual([{ id: 7, since: null }])
    const flow = await flows.create(pieceTrigger(NAME, VERSION, 'new_by_time', { ...auth('key'), folder: 'f' }))
    await flows.publish(flow.id)
    const { db, execution } = server.server
    const dueAt = new Date(Date.now() - 60_000)
    await db.updateTable('job').set({ dueAt, ready: true }).where('kind', '=', 'POLL').execute()
    execution.wake()
    const [run] = await flows.finishedRuns(flow.id, 1)
    expect((await flows.run(run?.id ?? '')).steps?.trigger?.output).toEqual({ folder: 'f', key: 'key-1' })
  })
})

test('the catalogue tells all that the piece declares', async () => {
  const { body } = await server.call<PieceMetadata>('GET', `/v1/pieces/${NAME}`, { token: owner.token })
  expect(body).toMatchObject({
    displayName: 'Sample',
    description: 'Has a bit of everything',
    authors: ['ada'],
    categories: ['DEVELOPER_TOOLS'],
    minimumSupportedRelease: '0.82.0',
    maximumSupportedRelease: '9.99.99',
    contextInfo: { version: '2' },
    auth: [{ type: 'SECRET_TEXT' }, { type: 'BASIC_AUTH' }, { type: 'CUSTOM_AUTH' }, { type: 'OAUTH2', pkce: true }],
  })
  expect(Object.keys(body.actions)).toHaveLength(9)
  expect(body.actions.every_property).toMatchObject({
    errorHandlingOptions: { continueOnFailure: { defaultValue: true, hide: false } },
    props: { help: { variant: 'WARNING' }, drawn: { code: expect.stringContaining('onChange') } },
  })
  expect(body.triggers.called).toMatchObject({
    type: 'WEBHOOK',
    testStrategy: 'SIMULATION',
    handshakeConfiguration: { strategy: 'HEADER_PRESENT', paramName: 'x-hook-secret' },
    renewConfiguration: { strategy: 'CRON', cronExpression: '0 */12 * * *' },
  })
  expect(body.triggers.app_event).toMatchObject({ type: 'APP_WEBHOOK', testStrategy: 'TEST_FUNCTION' })
})
