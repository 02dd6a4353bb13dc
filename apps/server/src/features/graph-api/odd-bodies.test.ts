import { once } from 'node:events'
import { connect } from 'node:net'
import type { Form, FormSubmission } from '@piecework/api/graph/forms'
import type { Webhook } from '@piecework/api/graph/webhooks'
import type { Workflow } from '@piecework/api/graph/workflows'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { graphClient, projectKey } from '../../testing/graph.ts'
import { signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let key: string
let call: ReturnType<typeof graphClient>

beforeAll(async () => {
  server = await startTestServer()
  key = await projectKey(server, await signUpOwner(server))
  call = graphClient(server, key)
})
afterAll(() => server[Symbol.asyncDispose]())

const half = '\\ud800'

describe('a body is refused by its field, and not changed in silence,', () => {
  test.each([
    ['a number without end', '{"name":"x","variables":{"a":[1,1e999]}}', 'variables.a.1'],
    ['half a character in a name', `{"name":"${half}"}`, 'name'],
    ['half a character in a description', `{"name":"x","description":"${half}"}`, 'description'],
    ['the name __proto__', '{"name":"x","variables":{"__proto__":{"a":1}}}', 'body'],
    ['text that is no JSON', '{"name":NaN}', 'body'],
    ['a missing field', '{}', 'name'],
  ])('with %s', async (_, body, field) => {
    const refused = await call('POST', '/workflows', { body })
    expect(refused).toMatchObject({ status: 400, error: { code: 'VALIDATION_ERROR' } })
    expect(Object.keys(Object(refused.error.details.fields))).toEqual([field])
  })

  test('with a field that is missing, in plain words', async () => {
    const refused = await call('POST', '/webhooks', { body: { events: ['form.submitted'] } })
    expect(refused.error).toMatchObject({
      message: 'Body/url: is required',
      details: { fields: { url: 'is required' } },
    })
    const twice = await call('GET', '/workflows?page=1&page=2')
    expect(twice.error.details.fields).toEqual({ page: 'must be one number' })
    const time = await call('GET', '/executions?from=2026-01-31T12:00:00')
    expect(time.error.message).toContain('such as 2026-01-31T12:00:00Z')
    const cursor = await call('GET', '/workflows?cursor=x')
    expect(cursor.error.message).toMatch(/^Query\/cursor: does not belong to this list/)
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/ld+json',
    '///',
  ])('as %s', async (type) => {
    const refused = await call('POST', '/workflows', { body: '{"name":"x"}', headers: { 'content-type': type } })
    expect(refused).toMatchObject({
      status: 400,
      error: { details: { fields: { 'content-type': expect.stringContaining('application/json') } } },
    })
  })

  test('with more names of fields than anybody needs, at once; lists of objects that are alike are taken', async () => {
    const names = Object.fromEntries(Array.from({ length: 20_001 }, (_, n) => [`k${n}`, 0]))
    const refused = await call('POST', '/workflows', { body: { name: 'x', variables: names } })
    expect(refused).toMatchObject({
      status: 400,
      error: { details: { fields: { body: expect.stringMatching(/20000/) } } },
    })
    const rows = Array.from({ length: 10_000 }, (_, n) => ({ id: n, name: 'a:"b":' }))
    const { data } = await call<Workflow>('POST', '/workflows', { body: { name: 'x', variables: { rows } } })
    expect(data.variables).toEqual({ rows })
  })
})

test('a body that is announced to be larger than any may be is refused as such, also while others arrive', async () => {
  const { port } = new URL(server.origin)
  const head = (length: string) =>
    `POST /v1/workflows HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`
  const other = connect(Number(port), '127.0.0.1')
  other.write(`${head('20000000')}${' '.repeat(1_000_000)}`)
  await once(other, 'connect')
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(head('99999999999999'))
  const [answer] = (await once(socket, 'data')).map(String)
  socket.destroy()
  other.destroy()
  expect(answer).toMatch(/^HTTP\/1.1 413 /)
  expect(answer).toContain('"code":"VALIDATION_ERROR"')
})

describe('forms', () => {
  test.each([
    [{ type: 'select', options: ['x', 'x'] }, 'fields.0.options'],
    [{ type: 'multiselect', options: ['x'], min: 2 }, 'fields.0.min'],
    [{ type: 'text', min: -1 }, 'fields.0.min'],
    [{ type: 'text', max: 1.5 }, 'fields.0.max'],
    [{ type: 'checkbox', max: 1 }, 'fields.0.max'],
  ])('have no field such as %j', async (field, place) => {
    const refused = await call('POST', '/forms', { body: { name: 'F', fields: [{ name: 'a', ...field }] } })
    expect(refused.status).toBe(400)
    expect(Object.keys(Object(refused.error.details.fields))).toEqual([place])
  })

  test('take a file of exactly 1 MiB, and no blanks where an answer is required', async () => {
    const fields = [
      { name: 'file', type: 'file' },
      { name: 'text', type: 'text', required: true },
    ]
    const { data: form } = await call<Form>('POST', '/forms', { body: { name: 'F', fields } })
    const file = (bytes: number) => ({ name: 'a.bin', data: Buffer.alloc(bytes).toString('base64') })
    const submit = (data: object) =>
      call<FormSubmission>('POST', `/forms/${form.id}/submissions`, { body: { data: { text: 'x', ...data } } })
    expect((await submit({ file: file(1024 * 1024) })).status).toBe(201)
    expect((await submit({ file: file(1024 * 1024 + 1) })).error.details.fields).toEqual({
      'data.file': 'must be at most 1048576 bytes',
    })
    expect((await submit({ text: ' \t' })).error.details.fields).toEqual({ 'data.text': 'is required' })
  })
})

test('the secret of a webhook is a key, and can be replaced', async () => {
  const url = 'https://example.com/x'
  const events = ['form.submitted']
  for (const secret of ['whsec_***', 'whsec_AAAA', 'whsec_AAAAAAAAAAA*'])
    expect((await call('POST', '/webhooks', { body: { url, events, secret } })).error.details.fields).toEqual({
      secret: expect.stringContaining('base64'),
    })
  const secret = `whsec_${Buffer.from('a secret of a shop').toString('base64')}`
  const { data } = await call<Webhook>('POST', '/webhooks', { body: { url, events, secret } })
  expect((await call('PATCH', `/webhooks/${data.id}`, { body: { secret: 'short' } })).status).toBe(400)
  const stored = () =>
    server.server.db.selectFrom('event_destination').select('secret').where('id', '=', data.id).executeTakeFirst()
  const before = await stored()
  expect((await call('PATCH', `/webhooks/${data.id}`, { body: { secret: 'another secret' } })).status).toBe(200)
  expect(await stored()).not.toEqual(before)
})

test('names that mean nothing are refused with their field: a form, a piece; short names of pieces work everywhere', async () => {
  const nodes = [{ id: 'start', type: 'trigger.form', data: { form_id: 'nowhere' } }]
  const { data: draft } = await call<Workflow>('POST', '/workflows', { body: { name: 'x', nodes } })
  for (const [method, path, body] of [
    ['POST', '/workflows', { name: 'y', nodes, status: 'published' }],
    ['PATCH', `/workflows/${draft.id}`, { status: 'published' }],
  ] as const)
    expect(await call(method, path, { body })).toMatchObject({
      status: 400,
      error: { details: { nodes: ['start'], fields: { 'start.data.form_id': expect.stringContaining('nowhere') } } },
    })
  const credential = { name: 'x', type: 'api_key', value: 'v' }
  const refused = await call('POST', '/credentials', { body: { ...credential, piece: 'nothing' } })
  expect(refused).toMatchObject({ status: 400, error: { details: { fields: { piece: expect.any(String) } } } })
  await call('POST', '/credentials', { body: { ...credential, piece: 'http' } })
  expect((await call<object[]>('GET', '/integrations?piece=http')).data).toHaveLength(1)
})
