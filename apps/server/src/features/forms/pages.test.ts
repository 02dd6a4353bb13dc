import type { Execution } from '@piecework/api/graph/executions'
import type { Form, FormSubmission } from '@piecework/api/graph/forms'
import type { PublicForm } from '@piecework/api/public-forms'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../testing/flows.ts'
import { graphClient, projectKey } from '../../testing/graph.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let owner: Person
let call: ReturnType<typeof graphClient>

beforeAll(async () => {
  server = await startTestServer({
    AP_CONTAINER_TYPE: 'WORKER_AND_APP',
    AP_FORM_SECONDS_TO_FILL: '0',
    AP_FORM_SUBMISSIONS_PER_MINUTE: '6',
    AP_FRAME_ANCESTORS: 'https://www.example.com',
  })
  owner = await signUpOwner(server)
  call = graphClient(server, await projectKey(server, owner))
})
afterAll(() => server[Symbol.asyncDispose]())

const fields = [
  { name: 'email', type: 'email', required: true },
  { name: 'age', type: 'number', min: 18 },
]

async function madeForm(more: object = {}): Promise<Form> {
  const { data } = await call<Form>('POST', '/forms', { body: { name: 'Contact', fields, ...more } })
  return data
}

const opened = ({ id }: Form, at = server) => at.call<PublicForm>('GET', `/v1/public-forms/${id}`)

const submit = (id: string, body: object, at = server) =>
  at.call('POST', `/v1/public-forms/${id}/submissions`, { body })

const answers = { email: 'a@example.com' }

test('a page shows its form to anybody, and what is submitted there starts workflows as over the API', async () => {
  const form = await madeForm({ description: 'Write to us', thanks: 'See you' })
  expect(form).toMatchObject({ status: 'open', url: expect.stringMatching(`/f/${form.id}$`) })
  const workflow = await call<{ id: string }>('POST', '/workflows', {
    body: {
      name: 'By page',
      status: 'published',
      nodes: [{ id: 't', type: 'trigger.form', data: { form_id: form.id } }],
    },
  })
  const page = await opened(form)
  expect(page).toMatchObject({
    status: 200,
    body: { id: form.id, name: 'Contact', description: 'Write to us', isOpen: true },
  })
  expect(page.body.fields).toMatchObject(fields)
  expect(JSON.stringify(page.body)).not.toContain(owner.projectId)
  const { token } = page.body
  const refused = await submit(form.id, { token, data: { age: 3, extra: 1 } })
  expect(refused).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } })
  expect(Object(refused.body.params).fields).toEqual({
    'data.email': 'is required',
    'data.age': 'must be at least 18',
    'data.extra': 'is no field of the form',
  })
  expect(await submit(form.id, { token, data: answers })).toMatchObject({
    status: 201,
    body: { thanks: 'See you', redirectUrl: null },
  })
  const kept = await call<FormSubmission[]>('GET', `/forms/${form.id}/submissions`)
  expect(kept).toMatchObject({
    data: [{ data: answers, is_spam: false, source: { type: 'page', ip: '127.0.0.1' } }],
    meta: { total: 1 },
  })
  await eventually(
    async () => (await call<Execution[]>('GET', `/workflows/${workflow.data.id}/executions?status=completed`)).data[0],
    'the execution',
  )
})

test('what programs submit is answered like the rest, marked, and starts nothing', async () => {
  const form = await madeForm({ thanks: 'See you' })
  const workflow = await call<{ id: string }>('POST', '/workflows', {
    body: { name: 'Spam', status: 'published', nodes: [{ id: 't', type: 'trigger.form', data: { form_id: form.id } }] },
  })
  const { token } = (await opened(form)).body
  const other = (await opened(await madeForm())).body.token
  const odd = [
    { token, homepage: 'https://spam.example.com', data: answers },
    { data: answers },
    { token: 'forged', data: answers },
    { token: other, data: answers },
  ]
  for (const body of odd)
    expect(await submit(form.id, body)).toMatchObject({ status: 201, body: { thanks: 'See you', redirectUrl: null } })
  await submit(form.id, { token, data: { email: 'real@example.com' } })
  const path = `/forms/${form.id}/submissions`
  expect(await call('GET', path)).toMatchObject({ data: [{ is_spam: false }], meta: { total: 1 } })
  const spam = await call<FormSubmission[]>('GET', `${path}?spam=true`)
  expect(spam.meta.total).toBe(odd.length)
  expect(spam.data.every(({ is_spam }) => is_spam)).toBe(true)
  // The real one came last, so that it would have been the last to start.
  await eventually(
    async () => (await call<Execution[]>('GET', `/workflows/${workflow.data.id}/executions?status=completed`)).data[0],
    'the execution',
  )
  expect((await call('GET', `/workflows/${workflow.data.id}/executions`)).meta.total).toBe(1)
})

test('what is submitted at once counts as spam', async () => {
  await using slow = await startTestServer({ AP_FORM_SECONDS_TO_FILL: '3600' })
  const person = await signUpOwner(slow)
  const ask = graphClient(slow, await projectKey(slow, person))
  const form = (await ask<Form>('POST', '/forms', { body: { name: 'Slow', fields } })).data
  const { token } = (await opened(form, slow)).body
  expect((await submit(form.id, { token, data: answers }, slow)).status).toBe(201)
  expect((await ask('GET', `/forms/${form.id}/submissions`)).meta.total).toBe(0)
  expect((await ask('GET', `/forms/${form.id}/submissions?spam=true`)).meta.total).toBe(1)
})

test('an address may submit a form so often in a minute, and other forms as well', async () => {
  const [form, other] = [await madeForm(), await madeForm()]
  const { token } = (await opened(form)).body
  const statuses: number[] = []
  for (let sent = 0; sent < 8; sent++) statuses.push((await submit(form.id, { token, data: answers })).status)
  expect(statuses).toEqual([201, 201, 201, 201, 201, 201, 429, 429])
  expect((await submit(other.id, { data: answers })).status).toBe(201)
  expect((await opened(form)).status).toBe(200)
})

test('a closed form shows its name alone and takes nothing, by no door; redirects go to https alone', async () => {
  const form = await madeForm({ description: 'Secret plans' })
  const { token } = (await opened(form)).body
  const path = `/forms/${form.id}`
  for (const url of ['http://example.com', 'javascript:alert(1)', '/relative'])
    expect((await call('PATCH', path, { body: { redirect_url: url } })).error.details.fields).toHaveProperty(
      'redirect_url',
    )
  const redirect = 'https://example.com/thanks'
  expect((await call('PATCH', path, { body: { redirect_url: redirect } })).data).toMatchObject({
    redirect_url: redirect,
    description: 'Secret plans',
  })
  expect((await submit(form.id, { token, data: answers })).body).toEqual({ thanks: '', redirectUrl: redirect })
  expect((await call('PATCH', path, { body: { status: 'closed' } })).data).toMatchObject({
    status: 'closed',
    redirect_url: redirect,
  })
  const closed = (await opened(form)).body
  expect(closed).toEqual({
    ...{ id: form.id, name: 'Contact', description: '', fields: [], isOpen: false, token: '' },
    brand: { name: expect.any(String), logoUrl: null, accents: null },
  })
  expect(await submit(form.id, { token, data: answers })).toMatchObject({
    status: 400,
    body: { params: { isClosed: true } },
  })
  expect(await call('POST', `${path}/submissions`, { body: { data: answers } })).toMatchObject({
    status: 400,
    error: { code: 'VALIDATION_ERROR', message: 'The form is closed' },
  })
  expect((await call('GET', `${path}/submissions`)).meta.total).toBe(1)
})

test('forms of other projects stay theirs: the page gives no way to what was submitted, or to change anything', async () => {
  const form = await madeForm()
  const { body: project } = await server.call<{ id: string }>('POST', '/v1/projects', {
    token: owner.token,
    body: { displayName: 'Other' },
  })
  const stranger = await projectKey(server, { ...owner, projectId: project.id })
  const path = `/forms/${form.id}`
  const tries = [
    ['GET', path],
    ['PATCH', path, { status: 'closed' }],
    ['DELETE', path],
    ['POST', `${path}/submissions`, { data: answers }],
    ['GET', `${path}/submissions`],
    ['GET', `${path}/submissions.csv`],
  ] as const
  for (const [method, url, body] of tries) {
    const answer = await call(method, url, { key: stranger, ...(body ? { body } : {}) })
    expect([method, url, answer.status]).toEqual([method, url, 404])
  }
  for (const gone of ['nowhere', '%00', form.id.toUpperCase()]) {
    expect((await server.call('GET', `/v1/public-forms/${gone}`)).status).toBeGreaterThanOrEqual(400)
    expect((await submit(gone, { data: answers })).status).toBeGreaterThanOrEqual(400)
  }
  for (const [method, url] of [
    ['GET', `/v1/public-forms/${form.id}/submissions`],
    ['PATCH', `/v1/public-forms/${form.id}`],
    ['DELETE', `/v1/public-forms/${form.id}`],
  ] as const)
    expect((await server.call(method, url, { body: method === 'GET' ? undefined : {} })).status).toBe(404)
  expect((await opened(form)).body.isOpen).toBe(true)
})

test('the page may be framed by the pages of the setting, and runs nothing but its own scripts', async () => {
  const { headers, status } = await fetch(`${server.origin}/f/${(await madeForm()).id}`)
  expect(status).toBe(200)
  const policy = headers.get('content-security-policy') ?? ''
  expect(policy).toContain('frame-ancestors https://www.example.com')
  expect(policy).toContain("default-src 'none'")
  expect(headers.get('x-frame-options')).toBeNull()
})
