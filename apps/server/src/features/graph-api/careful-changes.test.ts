import { connect } from 'node:net'
import type { Execution, ExecutionSummary } from '@piecework/api/graph/executions'
import type { Workflow } from '@piecework/api/graph/workflows'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { graphClient, projectKey } from '../../testing/graph.ts'
import { signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let key: string
let call: ReturnType<typeof graphClient>

beforeAll(async () => {
  server = await startTestServer({ AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_WORKER_CONCURRENCY: '1' })
  key = await projectKey(server, await signUpOwner(server))
  call = graphClient(server, key)
})
afterAll(() => server[Symbol.asyncDispose]())

const START = { id: 'start', type: 'trigger', data: {} }
const clock = (cron: string, timezone = 'UTC') => ({ id: 'clock', type: 'trigger.schedule', data: { cron, timezone } })

test('a graph whose trigger is refused does not take the one before out of service', async () => {
  const answers = { id: 'r', type: 'respond', data: { body: { from: 'before' } } }
  const edges = [{ source: 'start', target: 'r' }]
  const before = { name: 'Before', nodes: [START, answers], edges, status: 'published' }
  const { data: made } = await call<Workflow>('POST', '/workflows', { body: before })
  // A time that never comes is known when the trigger is taken into service.
  const never = { name: 'After', nodes: [clock('{{1}} 0 31 2 *')], edges: [], status: 'published' }
  const refused = await call('PATCH', `/workflows/${made.id}`, { body: never })
  expect(refused).toMatchObject({
    status: 400,
    error: {
      code: 'VALIDATION_ERROR',
      message: expect.stringContaining('The trigger cannot be taken into service: '),
      details: { nodes: ['clock'], fields: { 'nodes.clock': expect.any(String) } },
    },
  })
  const { data: now } = await call<Workflow>('GET', `/workflows/${made.id}`)
  expect(now).toMatchObject({ status: 'published', has_unpublished_changes: true })
  const executed = await call<Execution>('POST', `/workflows/${made.id}/execute?wait=30`, { body: {} })
  expect(executed.data).toMatchObject({ status: 'completed', output: { from: 'before' } })
})

test.each([
  ['every noon', 'UTC', /five fields/],
  ['0 0 31 2 *', 'UTC', /never comes/],
  ['0 12 * * *', 'Mars/Olympus', /Mars\/Olympus/],
])('the schedule %s in %s is refused with its field, before anything is written', async (cron, timezone, reason) => {
  const refused = await call('POST', '/workflows', { body: { name: cron, nodes: [clock(cron, timezone)] } })
  expect(refused).toMatchObject({
    status: 400,
    error: { message: expect.stringMatching(reason), details: { nodes: ['clock'] } },
  })
  expect(refused.error.details.fields).toMatchObject({ 'clock.data.cron': expect.stringMatching(reason) })
})

test('the refusal of a graph without a trigger says what it lacks, and names no node that it does not have', async () => {
  const node = { id: 'a', type: 'code', data: {} }
  const refused = await call('POST', '/workflows', { body: { name: 'x', nodes: [node], status: 'published' } })
  expect(refused).toMatchObject({
    status: 400,
    error: {
      message: expect.stringContaining('has no trigger'),
      details: { nodes: [], fields: { nodes: expect.any(String) } },
    },
  })
})

test('ids in messages are as they were sent', async () => {
  const nodes = [START, { id: 'a', type: 'code', data: {} }]
  const edges = [
    { source: 'start', target: 'a' },
    { source: 'a', target: 'a' },
  ]
  const { error } = await call('POST', '/workflows', { body: { name: 'x', nodes, edges } })
  expect(error.message).toMatch(/^The node a forms a cycle/)
})

test('the answer of a respond node in a loop is the output, and logs have the types of nodes', async () => {
  const nodes = [
    START,
    { id: 'each', type: 'loop', data: { items: [4, 5] } },
    { id: 'answer', type: 'respond', data: { body: { first: '{{each.item}}' } } },
  ]
  const edges = [
    { source: 'start', target: 'each' },
    { source: 'each', target: 'answer', sourceHandle: 'body' },
  ]
  for (const goesOn of [false, true]) {
    const drawn = nodes.map((node) =>
      node.id === 'answer' ? { ...node, data: { ...node.data, continue: goesOn } } : node,
    )
    const body = { name: 'x', nodes: drawn, edges, status: 'published' }
    const { data: made } = await call<Workflow>('POST', '/workflows', { body })
    const { data } = await call<Execution>('POST', `/workflows/${made.id}/execute?wait=30`, { body: {} })
    expect(data).toMatchObject({ status: 'completed', output: { first: 4 } })
    expect(data.logs.slice(0, 3).map(({ type }) => type)).toEqual(['trigger', 'loop', 'respond'])
  }
})

test('a connection that is cut while it waits ends nothing: who comes again gets the same execution', async () => {
  const nodes = [
    START,
    {
      id: 'slow',
      type: 'code',
      data: { code: 'export const code = () => new Promise((done) => setTimeout(() => done("done"), 3000))' },
    },
  ]
  const body = { name: 'Slow', nodes, edges: [{ source: 'start', target: 'slow' }], status: 'published' }
  const { data: made } = await call<Workflow>('POST', '/workflows', { body })
  const lines = [
    `POST /v1/workflows/${made.id}/execute?wait=30 HTTP/1.1`,
    ...['host: x', `authorization: Bearer ${key}`, 'idempotency-key: cut', 'content-type: application/json'],
    ...['content-length: 2', '', '{}'],
  ]
  const listed = () => call<ExecutionSummary[]>('GET', `/workflows/${made.id}/executions`)
  const socket = connect(Number(new URL(server.origin).port), '127.0.0.1')
  socket.on('error', () => {})
  socket.write(lines.join('\r\n'))
  await expect.poll(async () => (await listed()).data.length, { timeout: 20_000 }).toBe(1)
  socket.resetAndDestroy()
  const again = await call<Execution>('POST', `/workflows/${made.id}/execute?wait=30`, {
    body: {},
    headers: { 'idempotency-key': 'cut' },
  })
  expect(again.data).toMatchObject({ status: 'completed', output: 'done' })
  expect((await listed()).data.map(({ id }) => id)).toEqual([again.data.id])
})

test('changes of different parts at once are all kept', async () => {
  const { data } = await call('POST', '/workflows', { body: { name: 'Many hands' } })
  const path = `/workflows/${data.id}`
  const changes = [
    { nodes: [{ id: 't', type: 'trigger' }] },
    { description: 'By several' },
    { variables: { by: 2 } },
    { name: 'Many hands at once', description: 'By several' },
  ]
  const answers = await Promise.all(changes.map((body) => call('PATCH', path, { body })))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  expect((await call('GET', path)).data).toMatchObject({
    ...{ name: 'Many hands at once', description: 'By several', variables: { by: 2 }, nodes: [{ id: 't' }] },
  })
})
