import { createHmac } from 'node:crypto'
import type { Credential } from '@piecework/api/graph/credentials'
import type { Execution } from '@piecework/api/graph/executions'
import type { Form, FormSubmission } from '@piecework/api/graph/forms'
import type { Webhook, WebhookDelivery } from '@piecework/api/graph/webhooks'
import type { Workflow } from '@piecework/api/graph/workflows'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../testing/flows.ts'
import { graphClient, projectKey } from '../../testing/graph.ts'
import { startReceiver } from '../../testing/receiver.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let owner: Person
let call: ReturnType<typeof graphClient>

beforeAll(async () => {
  server = await startTestServer({
    AP_CONTAINER_TYPE: 'WORKER_AND_APP',
    AP_WORKER_CONCURRENCY: '2',
    AP_SSRF_ALLOW_LIST: '127.0.0.1',
    AP_EVENT_DESTINATIONS_ALLOW_HTTP: 'true',
  })
  owner = await signUpOwner(server)
  call = graphClient(server, await projectKey(server, owner))
})
afterAll(() => server[Symbol.asyncDispose]())

const fields = [
  { name: 'email', type: 'email', required: true },
  { name: 'message', type: 'textarea', required: true },
  { name: 'age', type: 'number', min: 0, max: 150 },
  { name: 'topics', type: 'multiselect', options: ['a', 'b'] },
]
const data = { email: 'user@example.com', message: 'Hello!', topics: ['b'] }

async function published(body: object): Promise<Workflow> {
  const made = await call<Workflow>('POST', '/workflows', { body: { status: 'published', ...body } })
  if (!made.success) throw new Error(JSON.stringify(made.error))
  return made.data
}

test('forms are made, changed, listed and deleted; what is submitted is checked field by field', async () => {
  const made = await call<Form>('POST', '/forms', { body: { name: 'Contact Form', fields } })
  expect(made).toMatchObject({ status: 201, data: { name: 'Contact Form', created_at: expect.any(String) } })
  expect(made.data.fields).toMatchObject(fields)
  const path = `/forms/${made.data.id}`
  expect((await call('GET', path)).data).toEqual(made.data)
  expect(await call('GET', '/forms?limit=1')).toMatchObject({ data: [{ id: made.data.id }], meta: { total: 1 } })
  const sent = await call<FormSubmission>('POST', `${path}/submissions`, { body: { data } })
  expect(sent).toMatchObject({ status: 201, data: { form_id: made.data.id, data, source: { type: 'api' } } })
  const wrong = { email: 'x', age: 200, topics: ['c'], extra: 1 }
  const refused = await call('POST', `${path}/submissions`, { body: { data: wrong } })
  expect(refused).toMatchObject({ status: 400, error: { code: 'VALIDATION_ERROR' } })
  expect(Object.keys(Object(refused.error.details.fields)).sort()).toEqual(
    ['data.age', 'data.email', 'data.extra', 'data.message', 'data.topics'].sort(),
  )
  expect(await call('GET', `${path}/submissions`)).toMatchObject({ data: [{ id: sent.data.id }], meta: { total: 1 } })
  expect((await call<Form>('PATCH', path, { body: { name: 'Other' } })).data).toMatchObject({ name: 'Other', fields })
  const changes = Array.from({ length: 5 }, (_, at) => [{ description: `of ${at}` }, { thanks: `for ${at}` }]).flat()
  expect((await Promise.all(changes.map((body) => call('PATCH', path, { body })))).map(({ status }) => status)).toEqual(
    changes.map(() => 200),
  )
  const both = { description: expect.stringContaining('of '), thanks: expect.stringContaining('for ') }
  expect((await call<Form>('GET', path)).data).toMatchObject({ name: 'Other', ...both })
  for (const odd of [
    [],
    [{ name: '__proto__', type: 'text' }],
    [fields[0], fields[0]],
    [{ name: 'x', type: 'select' }],
  ])
    expect((await call('POST', '/forms', { body: { name: 'x', fields: odd } })).status).toBe(400)
  expect((await call('DELETE', path)).data).toEqual({ id: made.data.id, deleted: true })
  for (const gone of ['', '/submissions']) expect((await call('GET', path + gone)).status).toBe(404)
})

test('submissions are exported as CSV, which no spreadsheet takes for formulas', async () => {
  const form = await call<Form>('POST', '/forms', { body: { name: 'Sheet', fields } })
  const path = `/forms/${form.data.id}`
  const first = { email: 'a@example.com', message: 'one, "two"\nthree', age: 7, topics: ['a', 'b'] }
  const second = { email: 'b@example.com', message: '=HYPERLINK("https://example.com")' }
  for (const sent of [first, second]) await call('POST', `${path}/submissions`, { body: { data: sent } })
  await call('PATCH', path, { body: { fields: fields.filter(({ name }) => name !== 'age') } })
  const key = await projectKey(server, owner, ['read'])
  const exported = async (query = '') => {
    const headers = { authorization: `Bearer ${key}` }
    return fetch(`${server.origin}/v1${path}/submissions.csv${query}`, { headers })
  }
  const answer = await exported()
  expect(answer.headers.get('content-type')).toContain('text/csv')
  expect(answer.headers.get('content-disposition')).toContain('attachment')
  expect(answer.headers.get('x-ratelimit-remaining')).toMatch(/^\d+$/)
  expect((await answer.text()).replaceAll(/^\w{21},[^,]+Z,/gm, '<id>,<time>,')).toBe(
    [
      'id,submitted_at,email,message,topics,other',
      `<id>,<time>,b@example.com,"'=HYPERLINK(""https://example.com"")",,`,
      '<id>,<time>,a@example.com,"one, ""two""\nthree",a; b,"{""age"":7}"',
      '',
    ].join('\r\n'),
  )
  expect(await (await exported('?to=2020-01-01')).text()).toBe('id,submitted_at,email,message,topics,other\r\n')
  expect(await call('GET', '/forms/nowhere/submissions.csv')).toMatchObject({
    status: 404,
    error: { code: 'NOT_FOUND' },
  })
})

test('a submission starts the workflows of its form', async () => {
  const form = await call<Form>('POST', '/forms', { body: { name: 'Starts', fields } })
  const { id } = await published({
    name: 'By form',
    nodes: [
      { id: 't', type: 'trigger.form', data: { form_id: form.data.id } },
      {
        id: 'copy',
        type: 'code',
        data: { code: 'export const code = async (i) => i', input: { to: '{{trigger.data.email}}' } },
      },
    ],
    edges: [{ source: 't', target: 'copy' }],
  })
  await call('POST', `/forms/${form.data.id}/submissions`, { body: { data } })
  const run = await eventually(async () => {
    const [found] = (await call<Execution[]>('GET', `/workflows/${id}/executions?status=completed`)).data
    return found
  }, 'the execution')
  expect((await call<Execution>('GET', `/executions/${run.id}`)).data.output).toEqual({ to: 'user@example.com' })
})

test('credentials are kept without being shown, and integrations say how they are', async () => {
  const secret = 'xoxb-very-secret-token'
  const body = { name: 'Slack Bot Token', type: 'api_key', value: secret }
  const made = await call<Credential>('POST', '/credentials', { body })
  expect(made).toMatchObject({ status: 201, data: { name: 'Slack Bot Token', type: 'api_key', status: 'active' } })
  const listed = await call<Credential[]>('GET', '/credentials')
  expect(listed).toMatchObject({ data: [made.data], meta: { total: 1 } })
  expect(JSON.stringify([made, listed])).not.toContain(secret)
  const integrations = await call('GET', '/integrations')
  expect(integrations).toMatchObject({ data: [{ id: made.data.id, status: 'active' }], meta: { total: 1 } })
  expect((await call('POST', `/integrations/${made.data.id}/test`)).data).toEqual({
    id: made.data.id,
    ok: true,
    reason: null,
  })
  const { id } = await published({
    name: 'Uses it',
    nodes: [
      { id: 't', type: 'trigger' },
      {
        id: 'n',
        type: 'code',
        data: {
          code: 'export const code = async (i) => i.token.length',
          input: { token: `{{connections['${made.data.external_id}'].secret_text}}` },
        },
      },
    ],
    edges: [{ source: 't', target: 'n' }],
  })
  const done = await call<Execution>('POST', `/workflows/${id}/execute?wait=30`, { body: {} })
  expect(done.data).toMatchObject({ status: 'completed', output: secret.length })
  expect((await call('DELETE', `/credentials/${made.data.id}`)).data).toMatchObject({ deleted: true })
  expect((await call('DELETE', `/credentials/${made.data.id}`)).status).toBe(404)
})

test('webhooks get the events of their project, signed, with a list of deliveries', async () => {
  const receiver = await startReceiver()
  const secret = 'your-webhook-secret'
  const events = ['workflow.executed', 'workflow.failed', 'workflow.published', 'form.submitted']
  const hook = await call<Webhook & { secret: string }>('POST', '/webhooks', {
    body: { url: receiver.url, events, secret },
  })
  expect(hook).toMatchObject({ status: 201, data: { url: receiver.url, events, status: 'enabled', secret } })
  const path = `/webhooks/${hook.data.id}`
  expect(JSON.stringify(await call('GET', '/webhooks'))).not.toContain(secret)
  const { id } = await published({ name: 'Told', nodes: [{ id: 't', type: 'trigger' }] })
  const bad = await published({
    name: 'Bad',
    nodes: [
      { id: 't', type: 'trigger' },
      // The name of its step is another one.
      { id: 'x-1', type: 'code', data: { code: 'export const code = async () => { throw new Error("no") }' } },
    ],
    edges: [{ source: 't', target: 'x-1' }],
  })
  const done = await call<Execution>('POST', `/workflows/${id}/execute?wait=30`, { body: {} })
  const failed = await call<Execution>('POST', `/workflows/${bad.id}/execute?wait=30`, { body: {} })
  expect(failed.data.error?.node_id).toBe('x-1')
  expect((await call<Execution[]>('GET', `/workflows/${bad.id}/executions`)).data[0]?.error?.node_id).toBe('x-1')
  const form = await call<Form>('POST', '/forms', { body: { name: 'F', fields } })
  await call('POST', `/forms/${form.data.id}/submissions`, { body: { data } })
  const told = await eventually(async () => {
    const all = receiver.received.map(({ headers, body }) => ({
      headers,
      body,
      event: JSON.parse(body) as Record<string, object>,
    }))
    return new Set(all.map(({ event }) => event.type)).size === events.length ? all : undefined
  }, 'one event of each type')
  for (const { headers, body, event } of told) {
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    const signature = createHmac('sha256', secret).update(signed).digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${signature}`)
    expect(headers['webhook-id']).toBe(event.id)
  }
  const ofType = (type: string) =>
    told.filter(({ event }) => String(event.type) === type).map(({ event }) => event.data)
  expect(ofType('workflow.executed')).toEqual([
    expect.objectContaining({ execution_id: done.data.id, workflow_id: id, status: 'completed' }),
  ])
  expect(ofType('workflow.failed')).toEqual([
    expect.objectContaining({ workflow_id: bad.id, error: { node: 'x-1', message: expect.stringContaining('no') } }),
  ])
  expect(ofType('workflow.published')).toContainEqual(expect.objectContaining({ workflow_id: id }))
  expect(ofType('form.submitted')).toEqual([expect.objectContaining({ form_id: form.data.id, data })])
  const sent = await call<WebhookDelivery[]>('GET', `${path}/deliveries`)
  expect(sent.data[0]).toMatchObject({
    event: expect.any(String),
    status: expect.any(String),
    attempts: expect.any(Number),
  })
  const again = await call<WebhookDelivery>('POST', `${path}/deliveries/${sent.data[0]?.id}/redeliver`, { body: {} })
  expect(again.data).toMatchObject({ id: sent.data[0]?.id, status: 'waiting' })
  expect((await call<Webhook>('PATCH', path, { body: { status: 'disabled' } })).data.status).toBe('disabled')
  expect((await call('DELETE', path)).data).toEqual({ id: hook.data.id, deleted: true })
  expect(
    (await call('POST', '/webhooks', { body: { url: 'ftp://x', events: ['nothing'] } })).error.details.fields,
  ).toEqual({
    url: expect.any(String),
    'events.0': expect.any(String),
  })
  const platform = await server.call<{ data: unknown[] }>('GET', '/v1/event-destinations', { token: owner.token })
  expect(platform.body.data).toEqual([])
})

test('a project of the plan free has its limit, and hears when to come again', async () => {
  const { token, projectId } = owner
  await server.call('POST', `/v1/projects/${projectId}`, { token, body: { apiPlan: 'free' } })
  const key = await projectKey(server, owner)
  const limited = await eventually(async () => {
    const answer = await call('GET', '/forms', { key })
    return answer.status === 429 ? answer : undefined
  }, 'the limit')
  expect(limited).toMatchObject({ error: { code: 'RATE_LIMITED' } })
  expect(limited.headers.get('x-ratelimit-limit')).toBe('60')
  expect(limited.headers.get('x-ratelimit-remaining')).toBe('0')
  expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0)
})
