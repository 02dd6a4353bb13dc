import { connect } from 'node:net'
import type { GraphEndpoint } from '@piecework/api/graph/endpoint'
import type { Form } from '@piecework/api/graph/forms'
import { graphEndpoints } from '@piecework/api/graph/index'
import { newId } from '@piecework/model/ids'
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

describe('requests without a route', () => {
  /** The head of an answer, in small letters. */
  const head = async (line: string, bearer: string): Promise<string> => {
    const { hostname, port } = new URL(server.origin)
    const socket = connect(Number(port), hostname)
    socket.end(`${line} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${bearer}\r\nConnection: close\r\n\r\n`)
    const parts: Buffer[] = []
    for await (const part of socket) parts.push(Buffer.from(part))
    return Buffer.concat(parts).toString().toLowerCase()
  }
  test.each(['TRACE /v1/workflows', 'PROPFIND /v1/workflows', 'SEARCH /v1', 'GET /v1/%zz', 'POST /v1/workflows/%zz'])(
    '%s: counts for the key, in the envelope',
    async (line) => {
      const left = async (): Promise<number> => {
        const answer = await head(line, key)
        expect(answer).toContain('"success":false')
        expect(answer).toMatch(/x-ratelimit-limit: \d+\r\n/)
        expect(answer).toMatch(/x-ratelimit-reset: \d+\r\n/)
        return Number(/x-ratelimit-remaining: (\d+)\r\n/.exec(answer)?.[1])
      }
      const before = await left()
      expect(await left()).toBe(before - 1)
    },
  )
})

describe('cursors', () => {
  test('are those of one list: another one refuses them by name', async () => {
    const field = { name: 'email', type: 'email', required: true }
    const forms = await Promise.all(
      [0, 1].map((at) => call<Form>('POST', '/forms', { body: { name: `Cursor ${at}`, fields: [field] } })),
    )
    for (const { data } of forms)
      for (const email of ['a@example.com', 'b@example.com'])
        await call('POST', `/forms/${data.id}/submissions`, { body: { data: { email } } })
    const [first, second] = forms.map(({ data }) => `/forms/${data.id}/submissions?limit=1`)
    const { next_cursor: cursor } = (await call('GET', `${first}`)).meta
    const at = `&cursor=${encodeURIComponent(String(cursor))}`
    expect(await call('GET', first + at)).toMatchObject({ status: 200, meta: { has_more: false } })
    for (const other of [second, '/forms?limit=1', '/executions?limit=1', '/webhooks?limit=1'])
      expect(await call('GET', other + at), other).toMatchObject({
        status: 400,
        error: { code: 'VALIDATION_ERROR', details: { fields: { cursor: expect.any(String) } } },
      })
    expect(await call('GET', `${first}${at.slice(0, -12)}`)).toMatchObject({
      status: 400,
      error: { details: { fields: { cursor: expect.any(String) } } },
    })
  })
})

const unknownIds = graphEndpoints.filter(({ path, method }) => path.includes(':') && ['GET', 'DELETE'].includes(method))
test.each(unknownIds.map((endpoint): [string, GraphEndpoint] => [endpoint.operationId, endpoint]))(
  '%s says in plain words what is not found',
  async (_, { method, path }) => {
    const answer = await call(
      method,
      path.replaceAll(/:\w+/g, () => newId()),
    )
    expect(answer).toMatchObject({ status: 404, error: { code: 'NOT_FOUND' } })
    expect(answer.error.message).toMatch(/^(?:Workflow|Execution|Form|Credential|Webhook) not found$/)
    for (const name of Object.keys(answer.error.details)) expect(name).toMatch(/^[a-z_]+$/)
  },
)

test('a delivery that is not found is named as the path names it', async () => {
  const body = { url: 'https://example.com/hook', events: ['workflow.executed'] }
  const { data } = await call<{ id: string }>('POST', '/webhooks', { body })
  const { error } = await call('POST', `/webhooks/${data.id}/deliveries/${newId()}/redeliver`)
  expect(error).toMatchObject({
    code: 'NOT_FOUND',
    message: 'Delivery not found',
    details: { fields: { delivery_id: 'delivery not found' }, field: 'delivery_id', entity_type: 'delivery' },
  })
})

test.each([
  ['/forms', 'redirect_url', { name: 'Odd', fields: [{ name: 'email', type: 'email', required: true }] }],
  ['/webhooks', 'url', { events: ['workflow.executed'] }],
])('%s: an address with a line break is refused by the name of its field', async (path, name, body) => {
  const refused = await call('POST', path, { body: { ...body, [name]: 'https://example.com/\nb' } })
  expect(refused).toMatchObject({
    status: 400,
    error: { code: 'VALIDATION_ERROR', details: { fields: { [name]: expect.stringContaining('control characters') } } },
  })
})
