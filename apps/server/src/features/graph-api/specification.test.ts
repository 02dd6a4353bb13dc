import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testDatabase } from '../../database/testing.ts'
import { type GraphAnswer, graphClient, projectKey } from '../../testing/graph.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

/** The page that the API is made after, line by line and in its order; its programs are in specification-examples. */

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
  const { token, projectId } = owner
  const body = { projectId, displayName: 'Named' }
  const made = await server.call<{ value: string }>('POST', '/v1/project-keys', { token, body })
  expect(made).toMatchObject({ status: 201, body: { displayName: 'Named' } })
  const kept = await server.call('GET', '/v1/project-keys', { token, query: { projectId } })
  expect(JSON.stringify(kept.body)).toContain('Named')
  expect(JSON.stringify(kept.body)).not.toContain(made.body.value)
  expect((await call('GET', '/workflows', { key: made.body.value })).status).toBe(200)
  const bare = await fetch(`${server.origin}/v1/workflows`, { headers: { Authorization: `Bearer ${key}` } })
  expect(await bare.json()).toMatchObject({ success: true, data: [], meta: { page: 1, limit: 20, total: 0 } })
  expect(await call('GET', '/workflows/nothing')).toMatchObject({
    success: false,
    error: { code: 'NOT_FOUND', message: expect.any(String), details: expect.any(Object) },
  })
})

describe('rate limits', () => {
  let metered: TestServer
  let person: Person
  let database: Awaited<ReturnType<typeof testDatabase>>
  beforeAll(async () => {
    database = await testDatabase()
    metered = await startTestServer({ AP_POSTGRES_URL: String(database.url) })
    person = await signUpOwner(metered)
  })
  afterAll(async () => {
    await metered[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  })

  /** A key of a new project with a plan. */
  async function keyOf(plan: string): Promise<{ id: string; value: string }> {
    const { token } = person
    const project = await metered.call<Made>('POST', '/v1/projects', { token, body: { displayName: plan } })
    await metered.call('POST', `/v1/projects/${project.body.id}`, { token, body: { apiPlan: plan } })
    const body = { projectId: project.body.id, displayName: plan }
    return (await metered.call<{ id: string; value: string }>('POST', '/v1/project-keys', { token, body })).body
  }

  test.each([
    ['free', 60, 1000],
    ['starter', 120, 10_000],
    ['pro', 300, 50_000],
    ['business', 600, 200_000],
  ] as const)('%s: %i a minute, %i a day, in the headers of every answer', async (plan, minute, day) => {
    const key = await keyOf(plan)
    const theirs = graphClient(metered, key.value)
    const { headers } = await theirs('GET', '/workflows')
    expect(headers.get('x-ratelimit-limit')).toBe(String(minute))
    expect(headers.get('x-ratelimit-remaining')).toBe(String(minute - 1))
    const reset = Number(headers.get('x-ratelimit-reset'))
    expect(reset).toBeGreaterThan(Date.now() / 1000 - 60)
    expect(reset).toBeLessThan(Date.now() / 1000 + 61)

    // Another app has counted nearly all calls of the day.
    const another = await keyOf(plan)
    const busy = graphClient(metered, another.value)
    const start = new Date(new Date().toISOString().slice(0, 10)).toISOString()
    const counted = { key: `PROJECT_KEY:${another.id}`, lengthMs: 86_400_000, start, used: day - 12 }
    await database.db.insertInto('api_count').values(counted).execute()
    const ask = async () => {
      const answer = await busy('GET', '/workflows')
      return [answer.headers.get('x-ratelimit-limit'), answer.status]
    }
    const often = { timeout: 60_000, interval: 250 }
    await expect.poll(ask, often).toEqual([String(day), 200])
    await expect.poll(ask, often).toEqual([String(day), 429])
    const refused = await busy('GET', '/workflows')
    expect(refused.error.code).toBe('RATE_LIMITED')
    expect(Number(refused.headers.get('x-ratelimit-reset'))).toBe(Date.parse(start) / 1000 + 86_400)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
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

describe('pagination: by page and by cursor, neither skips or repeats', () => {
  const fields = [{ name: 'n', type: 'number' }]
  const times = [1, 2, 3]
  const makeForm = async () => (await call<Made>('POST', '/forms', { body: { name: 'Paged', fields } })).data.id
  const makeWorkflow = async () =>
    (await call<Made>('POST', '/workflows', { body: { name: 'Paged', ...published } })).data.id
  const credential = { name: 'Paged', type: 'api_key', value: 'x' }
  const hook = { url: 'https://yoursite.com/webhook', events: ['workflow.published'] }
  const execute = async () => {
    const id = await makeWorkflow()
    for (const n of times) await call('POST', `/workflows/${id}/execute?wait=30`, { body: { input: { n } } })
    return id
  }

  const lists: [string, () => Promise<string>][] = [
    [
      'workflows',
      async () => {
        for (const _ of times) await makeWorkflow()
        return '/workflows?search=Paged'
      },
    ],
    [
      'forms',
      async () => {
        for (const _ of times) await makeForm()
        return '/forms?'
      },
    ],
    [
      'submissions',
      async () => {
        const id = await makeForm()
        for (const n of times) await call('POST', `/forms/${id}/submissions`, { body: { data: { n } } })
        return `/forms/${id}/submissions?`
      },
    ],
    [
      'credentials',
      async () => {
        for (const _ of times) await call('POST', '/credentials', { body: credential })
        return '/credentials?'
      },
    ],
    ['integrations', async () => '/integrations?'],
    [
      'webhooks',
      async () => {
        for (const _ of times) await call('POST', '/webhooks', { body: hook })
        return '/webhooks?'
      },
    ],
    [
      'deliveries',
      async () => {
        const { data } = await call<Made>('POST', '/webhooks', { body: hook })
        for (const _ of times) await makeWorkflow()
        const path = `/webhooks/${data.id}/deliveries`
        await expect.poll(async () => (await call('GET', path)).meta.total, { timeout: 60_000 }).toBe(3)
        return `${path}?`
      },
    ],
    ['executions', async () => `/executions?workflow_id=${await execute()}`],
    ['executions of a workflow', async () => `/workflows/${await execute()}/executions?`],
  ]
  test.each(lists)('%s', async (_, prepare) => {
    const list = await prepare()
    const whole = await call<Made[]>('GET', list)
    expect(whole.meta).toMatchObject({ page: 1, limit: 20, total: whole.data.length, next_cursor: null })
    expect(whole.data.length).toBeGreaterThan(2)
    const ids = (of: { data: Made[] }) => of.data.map(({ id }) => id)
    const second = await call<Made[]>('GET', `${list}&page=2&limit=2`)
    expect(second.meta).toMatchObject({ page: 2, limit: 2, total: whole.data.length })
    expect(ids(second)).toEqual(ids(whole).slice(2, 4))
    const seen: string[] = []
    for (let cursor: string | null | undefined = ''; typeof cursor === 'string'; ) {
      const part: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const page: GraphAnswer<Made[]> = await call<Made[]>('GET', `${list}&limit=2${part}`)
      seen.push(...ids(page))
      cursor = page.meta.next_cursor
      expect(page.meta.has_more).toBe(typeof cursor === 'string')
    }
    expect(seen).toEqual(ids(whole))
  })
})

test('the version is in the address, and says what of it is deprecated', async () => {
  expect((await call('GET', '/')).data).toMatchObject({ version: 'v1', deprecations: [] })
  expect((await fetch(`${server.origin}/v2/workflows`)).status).toBe(404)
})

test('next steps: a workflow is exported as code', async () => {
  const { data } = await call<Made>('POST', '/workflows', { body: { name: 'Taken away', ...published } })
  const path = `${server.origin}/v1/workflows/${data.id}/export`
  const answer = await fetch(path, { headers: { authorization: `Bearer ${key}` } })
  expect(answer.headers.get('content-type')).toBe('application/zip')
  expect(Buffer.from(await answer.arrayBuffer()).toString('latin1')).toContain('main.ts')
})
