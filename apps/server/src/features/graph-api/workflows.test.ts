import type { Execution } from '@piecework/api/graph/executions'
import type { Workflow, WorkflowSummary } from '@piecework/api/graph/workflows'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { graphClient, projectKey } from '../../testing/graph.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let owner: Person
let call: ReturnType<typeof graphClient>

beforeAll(async () => {
  server = await startTestServer({ AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_WORKER_CONCURRENCY: '2' })
  owner = await signUpOwner(server)
  call = graphClient(server, await projectKey(server, owner))
})
afterAll(() => server[Symbol.asyncDispose]())

const code = (text: string, input: object = {}) => ({ code: `export const code = async (i) => (${text})`, input })

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)

/** Doubles the numbers of its input, those above ten by another branch, and answers with their sum. */
const graph = {
  nodes: [
    { id: 'start', type: 'trigger', data: { label: 'Start' }, position: { x: 0, y: 0 } },
    { id: 'each', type: 'loop', data: { items: '{{trigger.numbers}}' }, position: { x: 0, y: 100 } },
    {
      id: 'big',
      type: 'condition',
      data: { conditions: [[{ firstValue: '{{each.item}}', operator: 'NUMBER_IS_GREATER_THAN', secondValue: 10 }]] },
      position: { x: 0, y: 200 },
    },
    {
      id: 'double-1',
      type: 'code',
      data: code('i.n * i.by', { n: '{{each.item}}', by: '{{variables.factor}}' }),
      position: { x: 0, y: 300 },
    },
    { id: 'none', type: 'code', data: code('0'), position: { x: 200, y: 300 } },
    {
      id: 'sum',
      type: 'code',
      data: code('i.all.length', { all: '{{each.iterations}}' }),
      position: { x: 0, y: 400 },
      mine: { keep: true },
    },
    {
      id: 'answer',
      type: 'respond',
      data: { status: 201, body: { total: '{{sum}}', hello: '{{start.name}}' } },
      position: { x: 0, y: 500 },
    },
  ],
  edges: [
    { id: 'e1', source: 'start', target: 'each' },
    { id: 'e2', source: 'each', target: 'big', sourceHandle: 'body' },
    { id: 'e3', source: 'big', target: 'none', sourceHandle: 'true', label: 'too big' },
    { id: 'e4', source: 'big', target: 'double-1', sourceHandle: 'false' },
    { id: 'e5', source: 'double-1', target: 'each' },
    { id: 'e6', source: 'none', target: 'each' },
    { id: 'e7', source: 'each', target: 'sum', sourceHandle: 'done' },
    { id: 'e8', source: 'sum', target: 'answer' },
  ],
  variables: { factor: 2 },
}

async function published(body: object = graph): Promise<Workflow> {
  const made = await call<Workflow>('POST', '/workflows', { body: { name: 'Numbers', status: 'published', ...body } })
  if (!made.success) throw new Error(JSON.stringify(made.error))
  return made.data
}

describe('workflows', () => {
  test('come back as they were sent, from either door', async () => {
    const made = await call<Workflow>('POST', '/workflows', {
      body: { name: 'Mine', description: 'What it does', ...graph },
    })
    expect(made).toMatchObject({ status: 201, data: { name: 'Mine', description: 'What it does', status: 'draft' } })
    expect(made.data).toMatchObject(graph)
    const read = await call<Workflow>('GET', `/workflows/${made.data.id}`)
    expect(read.data).toEqual(made.data)
    const flow = await server.call<{ version: { displayName: string } }>('GET', `/v1/flows/${made.data.id}`, {
      token: owner.token,
    })
    expect(flow).toMatchObject({
      status: 200,
      body: { version: { displayName: 'Mine', trigger: { nextAction: { name: 'each' } } } },
    })
    const request = {
      stepName: 'sum',
      parentStep: 'sum',
      action: {
        type: 'CODE',
        name: 'step_1',
        displayName: 'New',
        valid: true,
        settings: { sourceCode: { code: '', packageJson: '{}' }, input: {} },
      },
    }
    await server.call('POST', `/v1/flows/${made.data.id}`, {
      token: owner.token,
      body: { type: 'ADD_ACTION', request },
    })
    const edited = await call<Workflow>('GET', `/workflows/${made.data.id}`)
    expect(edited.data.nodes).toEqual([
      ...graph.nodes.map((node) => expect.objectContaining(node)),
      expect.objectContaining({ id: 'step_1' }),
    ])
    expect(edited.data.edges.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['e1', 'e7', 'sum-step_1', 'step_1-answer']),
    )
  })

  test('of the other door are readable', async () => {
    const { token, projectId } = owner
    const made = await server.call<{ id: string }>('POST', '/v1/flows', {
      token,
      body: { displayName: 'Built', projectId },
    })
    expect((await call('GET', `/workflows/${made.body.id}`)).data).toMatchObject({
      name: 'Built',
      nodes: [],
      edges: [],
      variables: {},
    })
  })

  test('are listed by page and by cursor, by status and by name', async () => {
    for (const name of ['List 1', 'List 2', 'List 3']) await call('POST', '/workflows', { body: { name } })
    const first = await call<WorkflowSummary[]>('GET', '/workflows?search=list&limit=2')
    expect(first).toMatchObject({
      meta: { page: 1, limit: 2, total: 3, has_more: true, next_cursor: expect.any(String) },
    })
    const second = await call<WorkflowSummary[]>('GET', '/workflows?search=list&limit=2&page=2')
    expect(second.meta).toMatchObject({ page: 2, total: 3, has_more: false, next_cursor: null })
    const byCursor = await call<WorkflowSummary[]>(
      'GET',
      `/workflows?search=list&limit=2&cursor=${encodeURIComponent(first.meta.next_cursor ?? '')}`,
    )
    expect(byCursor.data).toEqual(second.data)
    expect([...first.data, ...second.data].map(({ name }) => name).sort()).toEqual(['List 1', 'List 2', 'List 3'])
    const { id } = await published({ ...graph, name: 'List 4' })
    const live = await call<WorkflowSummary[]>('GET', '/workflows?search=list&status=published')
    expect(live.data.map((one) => one.id)).toEqual([id])
    expect((await call<WorkflowSummary[]>('GET', '/workflows?search=list&status=draft')).meta.total).toBe(3)
    expect(live.data[0]).toMatchObject({ created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) })
  })

  test('change in any part, are published, taken out of service and deleted', async () => {
    const made = await call<Workflow>('POST', '/workflows', { body: { name: 'Old', ...graph } })
    const path = `/workflows/${made.data.id}`
    expect((await call<Workflow>('PATCH', path, { body: { name: 'New', description: 'd' } })).data).toMatchObject({
      name: 'New',
      description: 'd',
      nodes: graph.nodes,
    })
    expect((await call<Workflow>('PATCH', path, { body: { status: 'published' } })).data).toMatchObject({
      status: 'published',
      has_unpublished_changes: false,
    })
    expect((await call<Workflow>('PATCH', path, { body: { variables: { factor: 3 } } })).data).toMatchObject({
      status: 'published',
      has_unpublished_changes: true,
      variables: { factor: 3 },
    })
    expect((await call<Workflow>('PATCH', path, { body: { status: 'draft' } })).data.status).toBe('draft')
    expect((await call('DELETE', path)).data).toEqual({ id: made.data.id, deleted: true })
    expect((await call('GET', path)).status).toBe(404)
    expect((await call('DELETE', path)).status).toBe(404)
  })

  test('that cannot be structured are refused with the ids, and nothing of them stays', async () => {
    const nodes = [
      { id: 't', type: 'trigger' },
      { id: 'a', type: 'code' },
      { id: 'b', type: 'code' },
    ]
    const edges = [
      { id: 'x', source: 't', target: 'a' },
      { id: 'y', source: 'a', target: 'b' },
      { id: 'z', source: 'b', target: 'a' },
    ]
    const { total: before } = (await call('GET', '/workflows')).meta
    const refused = await call('POST', '/workflows', { body: { name: 'Ring', nodes, edges } })
    expect(refused).toMatchObject({
      status: 400,
      error: { code: 'VALIDATION_ERROR', details: { nodes: ['a', 'b'], edges: expect.arrayContaining(['y', 'z']) } },
    })
    expect((await call('GET', '/workflows')).meta.total).toBe(before)
  })

  test('may be incomplete as drafts, and are not published then', async () => {
    const nodes = [
      { id: 't', type: 'trigger' },
      { id: 'call', type: 'http', data: { method: 'GET' } },
    ]
    const edges = [{ source: 't', target: 'call' }]
    const made = await call<Workflow>('POST', '/workflows', { body: { name: 'Half', nodes, edges } })
    expect(made.status).toBe(201)
    const refused = await call('PATCH', `/workflows/${made.data.id}`, { body: { status: 'published' } })
    expect(refused).toMatchObject({ status: 400, error: { code: 'VALIDATION_ERROR', details: { nodes: ['call'] } } })
    const renamed = await call('PATCH', `/workflows/${made.data.id}`, {
      body: { name: 'Not taken', nodes, status: 'published' },
    })
    expect(renamed.status).toBe(400)
    expect((await call('GET', `/workflows/${made.data.id}`)).data.name).toBe('Half')
    const empty = await call<Workflow>('POST', '/workflows', { body: { name: 'Empty', nodes: [], edges: [] } })
    expect((await call('PATCH', `/workflows/${empty.data.id}`, { body: { status: 'published' } })).status).toBe(400)
  })
})

describe('executions', () => {
  test('take the input as the trigger, and give output and logs by node', async () => {
    const { id } = await published()
    const done = await call<Execution & { execution_id: string }>('POST', `/workflows/${id}/execute?wait=30`, {
      body: { input: { numbers: [1, 20, 3], name: 'Ada' } },
    })
    expect(done.data).toMatchObject({
      status: 'completed',
      workflow_id: id,
      error: null,
      output: { total: 3, hello: 'Ada' },
    })
    const logs = done.data.logs
    expect(logs.find(({ node_id }) => node_id === 'start')?.output).toEqual({ numbers: [1, 20, 3], name: 'Ada' })
    expect(logs.filter(({ node_id }) => node_id === 'double-1')).toMatchObject([
      {
        output: 2,
        input: { n: 1, by: 2 },
        iteration: [0],
        status: 'completed',
        started_at: TIME,
        completed_at: TIME,
        duration_ms: expect.any(Number),
      },
      { output: 6, iteration: [2] },
    ])
    const read = await call<Execution>('GET', `/executions/${done.data.execution_id}`)
    expect(read.data).toMatchObject({
      id: done.data.execution_id,
      status: 'completed',
      completed_at: expect.any(String),
    })
    const listed = await call<Execution[]>(
      'GET',
      `/workflows/${id}/executions?status=completed&from=2020-01-01&to=2100-01-01`,
    )
    expect(listed).toMatchObject({ data: [{ id: done.data.id }], meta: { total: 1, has_more: false } })
    expect((await call('GET', `/executions?status=failed&workflow_id=${id}`)).data).toEqual([])
    const flowRun = await server.call('GET', `/v1/flow-runs/${done.data.id}`, { token: owner.token })
    expect(flowRun.status).toBe(200)
  })

  test('answer at once without wait, and once for each idempotency key', async () => {
    const { id } = await published()
    const headers = { 'Idempotency-Key': 'order-1' }
    const body = { input: { numbers: [] } }
    const first = await call<{ execution_id: string }>('POST', `/workflows/${id}/execute`, { body, headers })
    expect(first.data).toMatchObject({
      execution_id: expect.any(String),
      status: expect.stringMatching(/pending|running/),
      started_at: expect.any(String),
    })
    const again = await call<{ execution_id: string }>('POST', `/workflows/${id}/execute?wait=30`, { body, headers })
    expect(again.data).toMatchObject({ execution_id: first.data.execution_id, status: 'completed' })
    const other = await call('POST', `/workflows/${id}/execute`, { body: { input: { numbers: [1] } }, headers })
    expect(other).toMatchObject({
      status: 400,
      error: { code: 'VALIDATION_ERROR', details: { fields: { 'Idempotency-Key': expect.any(String) } } },
    })
    expect((await call('GET', `/workflows/${id}/executions`)).meta.total).toBe(1)
  })

  test('say which node failed and why, and go on there', async () => {
    const nodes = [
      { id: 't', type: 'trigger' },
      { id: 'bad', type: 'code', data: { code: 'export const code = async () => { throw new Error("No luck") }' } },
    ]
    const { id } = await published({ nodes, edges: [{ source: 't', target: 'bad' }] })
    const failed = await call<Execution>('POST', `/workflows/${id}/execute?wait=30`, { body: {} })
    expect(failed.data).toMatchObject({
      status: 'failed',
      error: { node_id: 'bad', message: expect.stringContaining('No luck') },
    })
    const retried = await call<Execution>('POST', `/executions/${failed.data.id}/retry`, { body: {} })
    expect(retried.data).toMatchObject({ id: failed.data.id })
    const anew = await call<Execution>('POST', `/workflows/${id}/execute?wait=30`, { body: {} })
    const again = await call<Execution>('POST', `/executions/${anew.data.id}/retry`, { body: { from: 'start' } })
    expect(again.data.id).not.toBe(anew.data.id)
  })

  test('are cancelled while they wait', async () => {
    const nodes = [
      { id: 't', type: 'trigger' },
      { id: 'wait', type: 'delay', data: { minutes: 60 } },
    ]
    const { id } = await published({ nodes, edges: [{ source: 't', target: 'wait' }] })
    const begun = await call<{ execution_id: string }>('POST', `/workflows/${id}/execute`, { body: { input: {} } })
    const path = `/executions/${begun.data.execution_id}`
    expect((await call<Execution>('POST', `${path}/cancel`)).data.status).toBe('cancelled')
    expect(await call('POST', `${path}/cancel`)).toMatchObject({ status: 400, error: { code: 'VALIDATION_ERROR' } })
  })

  test('of drafts, and of too much patience, are refused', async () => {
    const { data } = await call<Workflow>('POST', '/workflows', { body: { name: 'Draft', ...graph } })
    expect(await call('POST', `/workflows/${data.id}/execute`, { body: {} })).toMatchObject({
      status: 400,
      error: { details: { fields: { status: expect.any(String) } } },
    })
    const { id } = await published()
    expect(await call('POST', `/workflows/${id}/execute?wait=9999`, { body: {} })).toMatchObject({
      status: 400,
      error: { details: { fields: { wait: expect.any(String) } } },
    })
  })
})
