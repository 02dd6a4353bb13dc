import type { PopulatedFlow } from '@piecework/model/flow/flow'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeAction, eventually, flowMaker, pieceAction, webhookTrigger } from '../../testing/flows.ts'
import { graphClient, projectKey } from '../../testing/graph.ts'
import { pieceArchive } from '../../testing/piece-archive.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

const NAME = '@acme/piece-shop'
const VERSION = '1.0.0'
const SOURCE = `
  import { createAction, createPiece, PieceAuth, Property } from '@piecework/framework'
  const auth = PieceAuth.SecretText({
    displayName: 'Key', required: true,
    validate: async ({ auth }) =>
      auth.startsWith('good') ? { valid: true } : { valid: false, error: 'the shop does not know this key' },
  })
  const order = createAction({
    name: 'order', displayName: 'Order', description: '', auth,
    props: {
      shelf: Property.ShortText({ displayName: 'Shelf', required: true }),
      item: Property.Dropdown({
        displayName: 'Item', required: true, auth, refreshers: ['shelf'], refreshOnSearch: true,
        options: async ({ auth, shelf }, { searchValue, flows }) => {
          if (shelf === 'broken') throw new Error('no such shelf')
          const label = [shelf, searchValue, auth?.secret_text].filter(Boolean).join('/')
          return { options: [{ label, value: flows.current }] }
        },
      }),
      details: Property.DynamicProperties({
        displayName: 'Details', required: true, auth, refreshers: ['item'],
        props: async ({ item }) => ({ size: Property.Number({ displayName: 'Size of ' + item, required: true }) }),
      }),
    },
    run: async () => ({ done: true }),
    test: async ({ propsValue }) => ({ tested: propsValue.shelf }),
  })
  export const shop = createPiece({
    displayName: 'Shop', logoUrl: 'x', authors: [], description: '', auth, actions: [order], triggers: [],
  })`

let server: TestServer
let owner: Person
let flows: ReturnType<typeof flowMaker>

beforeAll(async () => {
  server = await startTestServer({ AP_CONTAINER_TYPE: 'WORKER_AND_APP' })
  owner = await signUpOwner(server)
  flows = flowMaker(server, owner)
  const form = new FormData()
  const fields = { packageType: 'ARCHIVE', scope: 'PLATFORM', pieceName: NAME, pieceVersion: VERSION }
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('pieceArchive', new Blob([new Uint8Array(await pieceArchive(NAME, VERSION, SOURCE))]), 'p.tgz')
  const made = await server.call('POST', '/v1/pieces', { token: owner.token, body: form })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
})
afterAll(() => server[Symbol.asyncDispose]())

const connect = (externalId: string, value: object) =>
  server.call('POST', '/v1/app-connections', {
    token: owner.token,
    body: {
      externalId,
      displayName: externalId,
      pieceName: NAME,
      projectId: owner.projectId,
      type: 'SECRET_TEXT',
      value: { type: 'SECRET_TEXT', ...value },
    },
  })

const saveSample = (flowId: string, stepName: string, payload: unknown) =>
  flows.operate(flowId, 'SAVE_SAMPLE_DATA', { stepName, payload, type: 'OUTPUT' })

const options = (flow: PopulatedFlow, propertyName: string, input: object, more: object = {}) =>
  server.call('POST', '/v1/pieces/options', {
    token: owner.token,
    body: {
      projectId: owner.projectId,
      pieceName: NAME,
      pieceVersion: VERSION,
      actionOrTriggerName: 'order',
      propertyName,
      flowId: flow.id,
      flowVersionId: flow.version.id,
      input,
      ...more,
    },
  })

test('a connection is kept only when the piece accepts it', async () => {
  const refused = await connect('bad', { secret_text: 'wrong' })
  expect(refused).toMatchObject({
    status: 400,
    body: { code: 'INVALID_APP_CONNECTION', params: { error: 'the shop does not know this key' } },
  })
  const otherKind = await server.call('POST', '/v1/app-connections', {
    token: owner.token,
    body: {
      externalId: 'kind',
      displayName: 'kind',
      pieceName: NAME,
      projectId: owner.projectId,
      type: 'BASIC_AUTH',
      value: { type: 'BASIC_AUTH', username: 'a', password: 'b' },
    },
  })
  expect(otherKind).toMatchObject({ status: 400, body: { code: 'INVALID_APP_CONNECTION' } })
  expect((await connect('key', { secret_text: 'good1' })).status).toBe(201)
  const list = await server.call<{ data: { externalId: string }[] }>('GET', '/v1/app-connections', {
    token: owner.token,
    query: { projectId: owner.projectId },
  })
  expect(list.body.data.map((connection) => connection.externalId)).toEqual(['key'])
})

test('dropdowns and dynamic properties see the variables of a flow', async () => {
  const call = graphClient(server, await projectKey(server, owner))
  const nodes = [
    { id: 'start', type: 'trigger', data: {} },
    { id: 'each', type: 'loop', data: { items: '{{variables.shelves}}' } },
  ]
  const body = {
    name: 'x',
    nodes,
    edges: [{ source: 'start', target: 'each' }],
    variables: { shelves: ['top', 'low'] },
  }
  const made = await call<{ id: string }>('POST', '/workflows', { body })
  const flow = await flows.flow(made.data.id)
  const auth = "{{connections['key']}}"
  for (const shelf of ['{{variables.shelves[0]}}', "{{each['item']}}", '{{variables.shelves.toSorted()[1]}}'])
    expect(await options(flow, 'item', { auth, shelf }, { searchValue: 'tea' })).toMatchObject({
      status: 200,
      body: { options: { options: [{ label: 'top/tea/good1' }] } },
    })
})

test('dropdowns and dynamic properties see resolved inputs, sample data, loops, the search and the connection', async () => {
  const loop = {
    type: 'LOOP_ON_ITEMS',
    name: 'step_1',
    displayName: 'loop',
    valid: true,
    lastUpdatedDate: new Date().toISOString(),
    settings: { items: "{{trigger['body']['shelves']}}" },
  }
  const made = await flows.create(webhookTrigger(), [loop])
  await saveSample(made.id, 'trigger', { body: { shelves: ['top', 'low'] } })
  const flow = await flows.flow(made.id)
  const auth = "{{connections['key']}}"
  expect(await options(flow, 'item', { auth, shelf: "{{step_1['item']}}" }, { searchValue: 'tea' })).toMatchObject({
    status: 200,
    body: {
      type: 'DROPDOWN',
      options: {
        options: [{ label: 'top/tea/good1', value: { id: flow.id, version: { id: flow.version.id } } }],
      },
    },
  })
  expect(await options(flow, 'details', { auth, item: "{{step_1['index']}}" })).toMatchObject({
    body: { type: 'DYNAMIC', options: { size: { type: 'NUMBER', displayName: 'Size of 1' } } },
  })
  expect(await options(flow, 'item', { shelf: 'broken' })).toMatchObject({
    status: 200,
    body: { options: { disabled: true, options: [] } },
  })
  // No connection yet is no connection, however the form says so.
  expect(await options(flow, 'item', { auth: null, shelf: 'top' })).toMatchObject({
    body: { options: { options: [{ label: 'top' }] } },
  })
  expect((await options(flow, 'item', {}, { pieceName: '@acme/piece-other' })).status).toBe(404)
})

test('the answer names the wrong field when a request for options names something that the piece does not have', async () => {
  const flow = await flows.create(webhookTrigger())
  const refused = async (propertyName: string, more?: object) => {
    const answer = await options(flow, propertyName, {}, more)
    expect(answer).toMatchObject({ status: 400, body: { code: 'ENGINE_OPERATION_FAILURE' } })
    return answer.body.params
  }
  expect(await refused('item', { actionOrTriggerName: 'sell' })).toEqual({
    message: `actionOrTriggerName: ${NAME}@${VERSION} has no action or trigger sell`,
  })
  expect(await refused('colour')).toEqual({ message: 'propertyName: order has no property colour' })
  expect(await refused('shelf')).toEqual({
    message: 'propertyName: shelf of order is a SHORT_TEXT, which has no options',
  })
  expect(await refused('constructor')).toEqual({ message: 'propertyName: order has no property constructor' })
})

test('one step is tested over the sample data of the others, and its result becomes its sample data', async () => {
  const doubled = codeAction('step_1', 'export const code = async ({ n }) => n * 2', { n: "{{trigger['body']['n']}}" })
  const order = pieceAction('step_2', NAME, VERSION, 'order', {
    auth: "{{connections['key']}}",
    shelf: '{{step_1}}',
    item: 1,
    details: {},
  })
  const made = await flows.create(webhookTrigger(), [doubled, order])
  await saveSample(made.id, 'trigger', { body: { n: 21 } })
  const sample = async (stepName: string, type = 'OUTPUT') =>
    (
      await server.call<unknown>('GET', '/v1/sample-data', {
        token: owner.token,
        query: { projectId: owner.projectId, flowId: made.id, flowVersionId: made.version.id, stepName, type },
      })
    ).body
  const run = async (stepName: string) => {
    const answer = await server.call<{ id: string }>('POST', '/v1/sample-data/test-step', {
      token: owner.token,
      body: { projectId: owner.projectId, flowVersionId: made.version.id, stepName },
    })
    expect(answer).toMatchObject({ status: 200, body: { environment: 'TESTING', stepNameToTest: stepName } })
    return flows.finished(answer.body.id)
  }
  expect(await run('step_1')).toMatchObject({ status: 'SUCCEEDED', steps: { step_1: { output: 42 } } })
  await eventually(async () => ((await sample('step_1')) === 42 ? true : undefined), 'the sample data of step_1')
  expect(await sample('step_1', 'INPUT')).toEqual({ n: 21 })

  // The action's own test goes before its run, and connections never reach the sample data.
  expect(await run('step_2')).toMatchObject({ status: 'SUCCEEDED', steps: { step_2: { output: { tested: '42' } } } })
  await eventually(async () => {
    return JSON.stringify(await sample('step_2')).includes('tested') ? true : undefined
  }, 'the sample data of step_2')
  expect(JSON.stringify(await sample('step_2', 'INPUT'))).not.toContain('good1')

  expect(await flows.runs(made.id)).toEqual([])
  const trigger = { projectId: owner.projectId, flowVersionId: made.version.id, stepName: 'trigger' }
  expect((await server.call('POST', '/v1/sample-data/test-step', { token: owner.token, body: trigger })).status).toBe(
    400,
  )
})
