import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { API_PLANS } from '@piecework/api/graph/plans'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Client } from '../../../../../packages/sdk-js/src/index.ts'
import { testDatabase } from '../../database/testing.ts'
import { graphClient, projectKey } from '../../testing/graph.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

/** The page that the API is made after, line by line and in its order. */

let server: TestServer
let owner: Person
let key: string
let call: ReturnType<typeof graphClient>

beforeAll(async () => {
  server = await startTestServer({ AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_WORKER_CONCURRENCY: '1' })
  owner = await signUpOwner(server)
  key = await projectKey(server, owner)
  call = graphClient(server, key)
})
afterAll(() => server[Symbol.asyncDispose]())

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/)
const ID = expect.any(String)
const published = { nodes: [{ id: 't', type: 'trigger', data: {} }], edges: [], status: 'published' }
type Made = { id: string }

test('getting started, response format: a key of the settings, success, error', async () => {
  const bare = await fetch(`${server.origin}/v1/workflows`, { headers: { Authorization: `Bearer ${key}` } })
  expect(await bare.json()).toMatchObject({ success: true, data: [], meta: { page: 1, limit: 20, total: 0 } })
  expect(await call('GET', '/workflows/nothing')).toMatchObject({
    success: false,
    error: { code: 'NOT_FOUND', message: expect.any(String), details: expect.any(Object) },
  })
})

describe('rate limits', () => {
  test.each([
    ['free', 60, 1000],
    ['starter', 120, 10_000],
    ['pro', 300, 50_000],
    ['business', 600, 200_000],
  ] as const)('%s: %i a minute, %i a day, in the headers of every answer', async (plan, minute, day) => {
    expect(API_PLANS[plan]).toEqual({ minute, day })
    const { token } = owner
    const project = await server.call<Made>('POST', '/v1/projects', { token, body: { displayName: plan } })
    await server.call('POST', `/v1/projects/${project.body.id}`, { token, body: { apiPlan: plan } })
    const theirs = graphClient(server, await projectKey(server, { ...owner, projectId: project.body.id }))
    const { headers } = await theirs('GET', '/workflows')
    expect(headers.get('x-ratelimit-limit')).toBe(String(minute))
    expect(headers.get('x-ratelimit-remaining')).toBe(String(minute - 1))
    const reset = Number(headers.get('x-ratelimit-reset'))
    expect(reset).toBeGreaterThan(Date.now() / 1000 - 60)
    expect(reset).toBeLessThan(Date.now() / 1000 + 61)
  })
})

test('workflows: list, get, create, update, delete', async () => {
  const body = { name: 'New Workflow', description: 'Workflow description', nodes: [], edges: [] }
  const made = await call<Made>('POST', '/workflows', { body })
  const path = `/workflows/${made.data.id}`
  const whole = { id: ID, ...body, status: 'draft', variables: {}, created_at: TIME, updated_at: TIME }
  expect((await call('GET', path)).data).toMatchObject(whole)
  const summary = { id: made.data.id, name: body.name, status: 'draft', created_at: TIME, updated_at: TIME }
  const listed = await call('GET', '/workflows?page=1&limit=20&status=draft&search=new')
  expect(listed).toMatchObject({ data: [summary], meta: { total: 1 } })
  expect((await call('GET', '/workflows?status=published')).data).toEqual([])
  const { nodes } = published
  const changed = await call('PATCH', path, { body: { name: 'Updated Name', nodes, status: 'published' } })
  expect(changed.data).toMatchObject({ name: 'Updated Name', status: 'published' })
  expect((await call('DELETE', path)).status).toBe(200)
  expect((await call('GET', path)).status).toBe(404)
})

test('workflow execution: execute, status, list', async () => {
  const { data } = await call<Made>('POST', '/workflows', { body: { name: 'Lead Notification', ...published } })
  const input = { email: 'user@example.com', name: 'John Doe' }
  const begun = await call<{ execution_id: string }>('POST', `/workflows/${data.id}/execute`, { body: { input } })
  expect(begun.data).toMatchObject({
    execution_id: ID,
    status: expect.stringMatching(/^(pending|running)$/),
    started_at: TIME,
  })
  const execution = `/executions/${begun.data.execution_id}`
  await expect
    .poll(async () => (await call('GET', execution)).data, { timeout: 60_000 })
    .toMatchObject({
      ...{ id: begun.data.execution_id, workflow_id: data.id, status: 'completed', started_at: TIME },
      ...{ completed_at: TIME, logs: [{ node_id: 't', output: input, started_at: TIME, completed_at: TIME }] },
    })
  expect((await call<object>('GET', execution)).data).toHaveProperty('output')
  for (const status of ['pending', 'running', 'completed', 'failed'])
    expect((await call('GET', `/workflows/${data.id}/executions?status=${status}`)).meta.total).toBe(
      status === 'completed' ? 1 : 0,
    )
  const from = '2024-01-15T10:00:00Z'
  const between = (to: string) => call('GET', `/workflows/${data.id}/executions?from=${from}&to=${to}`)
  expect((await between('2999-01-01')).meta.total).toBe(1)
  expect((await between('2024-01-20T15:30:00Z')).meta.total).toBe(0)
})

test('forms: create, list, get, submit, submissions', async () => {
  const fields = [
    { name: 'email', type: 'email', required: true },
    { name: 'message', type: 'textarea', required: true },
  ]
  const made = await call<Made>('POST', '/forms', { body: { name: 'Contact Form', fields } })
  const path = `/forms/${made.data.id}`
  expect((await call('GET', '/forms')).data).toMatchObject([{ id: made.data.id, name: 'Contact Form' }])
  expect((await call('GET', path)).data).toMatchObject({ name: 'Contact Form', fields })
  const data = { email: 'user@example.com', message: 'Hello!' }
  expect(await call('POST', `${path}/submissions`, { body: { data } })).toMatchObject({ status: 201, data: { data } })
  expect((await call('GET', `${path}/submissions`)).data).toMatchObject([{ data, submitted_at: TIME }])
})

test('credentials and integrations: create, list without values, test, delete', async () => {
  const body = { name: 'Slack Bot Token', type: 'api_key', value: 'xoxb-your-token' }
  const made = await call<Made>('POST', '/credentials', { body })
  const listed = await call('GET', '/credentials')
  expect(listed.data).toMatchObject([{ id: made.data.id, name: body.name, type: 'api_key' }])
  expect(JSON.stringify([made, listed])).not.toContain(body.value)
  expect((await call('GET', '/integrations')).data).toMatchObject([{ id: made.data.id }])
  expect((await call('POST', `/integrations/${made.data.id}/test`)).data).toMatchObject({ ok: true })
  expect((await call('DELETE', `/credentials/${made.data.id}`)).status).toBe(200)
  expect((await call('GET', '/credentials')).data).toEqual([])
})

test('webhooks: create, list, delete', async () => {
  const events = ['workflow.executed', 'form.submitted']
  const body = { url: 'https://yoursite.com/webhook', events, secret: 'your-webhook-secret' }
  const made = await call<Made>('POST', '/webhooks', { body })
  expect(made).toMatchObject({ status: 201, data: { url: body.url, events } })
  expect((await call('GET', '/webhooks')).data).toMatchObject([{ id: made.data.id, url: body.url, events }])
  expect((await call('DELETE', `/webhooks/${made.data.id}`)).status).toBe(200)
  expect((await call('GET', '/webhooks')).data).toEqual([])
})

describe('error codes', () => {
  test.each([
    ['UNAUTHORIZED', 401, () => call('GET', '/workflows', { key: 'none' })],
    [
      'FORBIDDEN',
      403,
      async () => call('POST', '/workflows', { key: await projectKey(server, owner, ['read']), body: { name: 'x' } }),
    ],
    ['NOT_FOUND', 404, () => call('GET', '/nothing')],
    ['VALIDATION_ERROR', 400, () => call('POST', '/workflows', { body: {} })],
    [
      'RATE_LIMITED',
      429,
      async () => {
        const { token } = owner
        const project = await server.call<Made>('POST', '/v1/projects', { token, body: { displayName: 'Busy' } })
        await server.call('POST', `/v1/projects/${project.body.id}`, { token, body: { apiPlan: 'free' } })
        const busy = graphClient(server, await projectKey(server, { ...owner, projectId: project.body.id }))
        for (;;) {
          const answer = await busy('GET', '/workflows?limit=1')
          if (answer.status === 429) return answer
        }
      },
    ],
    [
      'INTERNAL_ERROR',
      500,
      async () => {
        await using database = await testDatabase()
        await using broken = await startTestServer({ AP_POSTGRES_URL: String(database.url), AP_LOG_LEVEL: 'fatal' })
        const caller = graphClient(broken, await projectKey(broken, await signUpOwner(broken)))
        // A real fault: the table of the forms is gone.
        await database.db.schema.alterTable('form').renameTo('form_elsewhere').execute()
        return await caller('GET', '/forms')
      },
    ],
  ] as const)('%s', async (code, status, refused) => {
    expect(await refused()).toMatchObject({ status, error: { code, message: expect.any(String) } })
  })
})

test('SDKs: list and execute, in TypeScript and in Python', async () => {
  const made = await call<Made>('POST', '/workflows', { body: { name: 'By a client', ...published } })
  const client = new Client(key, { baseUrl: server.origin })
  expect((await client.workflows.list()).data).toContainEqual(expect.objectContaining({ id: made.data.id }))
  const input = { email: 'user@example.com' }
  expect(await client.workflows.execute(made.data.id, { input })).toMatchObject({ execution_id: ID })
  const program = `
from piecework import Client
client = Client('${key}', base_url='${server.origin}')
workflows = client.workflows.list()
print(any(workflow['id'] == '${made.data.id}' for workflow in workflows))
print(bool(client.workflows.execute('${made.data.id}', input={'email': 'user@example.com'})['execution_id']))
`
  const PYTHONPATH = new URL('../../../../../packages/sdk-python/src', import.meta.url).pathname
  const env = { PATH: process.env.PATH, PYTHONPATH, PYTHONDONTWRITEBYTECODE: '1' }
  const { stdout } = await promisify(execFile)('python3', ['-c', program], { env })
  expect(stdout).toBe('True\nTrue\n')
  await expect
    .poll(async () => (await call('GET', `/workflows/${made.data.id}/executions?status=completed`)).meta.total, {
      timeout: 60_000,
    })
    .toBe(2)
})

test('pagination by cursor, and the version in the address', async () => {
  const { data } = await call<Made>('POST', '/workflows', { body: { name: 'Often', ...published } })
  for (let n = 0; n < 3; n++) await call('POST', `/workflows/${data.id}/execute?wait=30`, { body: { input: { n } } })
  const seen: unknown[] = []
  let cursor = ''
  do {
    const page = await call<Made[]>('GET', `/executions?workflow_id=${data.id}&limit=2${cursor}`)
    seen.push(...page.data.map(({ id }) => id))
    expect(page.meta.has_more).toBe(page.meta.next_cursor !== null)
    cursor = page.meta.next_cursor ? `&cursor=${encodeURIComponent(page.meta.next_cursor)}` : ''
  } while (cursor !== '')
  expect(new Set(seen).size).toBe(3)
  expect((await call('GET', '/')).data).toMatchObject({ version: 'v1', deprecations: [] })
})
