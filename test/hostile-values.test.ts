import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, code, piece, respond, signIn, until, webhook } from './support/client.ts'
import { http } from './support/http.ts'
import { type ServerProcess, startServer, temporaryFolder } from './support/process.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: ServerProcess
let client: Client
let answers: string
let authorization: Record<string, string>

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startServer(folder.path)
  client = await signIn(server.base)
  authorization = { authorization: `Bearer ${client.token}` }
  answers = await client.liveFlow([respond('step_1', '{{trigger.body}}')])
})

afterAll(async () => {
  await server?.stop()
  await folder?.remove()
})

const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
const lists = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
const JSON_TYPE = { 'content-type': 'application/json' }

describe('JSON that nests too deep is refused with the bound', () => {
  test.each([2_000, 4_500, 7_000, 200_000, 1_000_000])('%i levels', async (levels) => {
    const paths = [`/v1/webhooks/${answers}`, `/v1/webhooks/${answers}/sync`, '/v1/authentication/sign-in', '/v1/flows']
    for (const path of paths)
      for (const body of [objects(levels), lists(levels)]) {
        const answer = await http(server.base + path, { headers: { ...JSON_TYPE, ...authorization }, body })
        expect([path, answer.status, answer.json]).toMatchObject([path, 400, { code: 'INVALID_REQUEST' }])
        expect(answer.text).toMatch(/nest/)
      }
  })

  test('what is within the bound comes back', async () => {
    const body = objects(900)
    const answer = await http(`${server.base}/v1/webhooks/${answers}/sync`, { headers: JSON_TYPE, body })
    expect(answer.text).toBe(body)
  })
})

describe('texts and times that cannot be stored are refused, and named', () => {
  const post = (path: string, json: unknown) => http(server.base + path, { json, headers: authorization })
  const get = (path: string) => http(server.base + path, { method: 'GET', headers: authorization })

  test.each([
    ['a webhook', '/v1/webhooks/a%00b', 'params/flowId'],
    ['a flow', '/v1/flows/a%00b', 'params/id'],
    ['a run', '/v1/flow-runs/a%00b', 'params/id'],
    ['a project in a query', '/v1/flows?projectId=a%00b', 'query/projectId'],
    ['the year 0', '/v1/flow-runs?projectId=PROJECT&createdAfter=0000-01-01T00:00:00Z', 'query/createdAfter'],
  ])('%s', async (_name, path, field) => {
    const answer = await get(path.replace('PROJECT', client.projectId))
    expect(answer.json).toMatchObject({ statusCode: 400, params: { message: expect.stringContaining(field) } })
  })

  test('bodies', async () => {
    const flowId = await client.draft()
    const half = '\ud800'
    const tries: [string, unknown][] = [
      ['/v1/authentication/sign-in', { email: 'a\u0000@example.com', password: 'Long-enough-1' }],
      ['/v1/folders', { displayName: 'a\u0000b', projectId: client.projectId }],
      [`/v1/flows/${flowId}`, { type: 'UPDATE_METADATA', request: { metadata: { a: half } } }],
      ['/v1/store-entries', { key: `a\u0000b`, value: 1 }],
    ]
    for (const [path, body] of tries) {
      const { status } = await post(path, body)
      // The server may keep values that a column can hold; none of them may be a fault of the server.
      expect([path, status < 500]).toEqual([path, true])
    }
  })

  test('a file name of a webhook', async () => {
    const body = '--x\r\nContent-Disposition: form-data; name="f"; filename="a\u0000b.txt"\r\n\r\nx\r\n--x--\r\n'
    const headers = { 'content-type': 'multipart/form-data; boundary=x' }
    const { status } = await http(`${server.base}/v1/webhooks/${answers}`, { headers, body })
    expect([200, 400]).toContain(status)
  })

  test('nothing of this is a failure of the server', () => {
    expect(server.output()).not.toMatch(/"level":50/)
  })
})

describe('what a flow answers', () => {
  test('is a page with an origin of its own, whatever headers it sets', async () => {
    const flowId = await client.liveFlow([
      piece('step_1', '@activepieces/piece-webhook', '0.1.33', 'return_response', {
        responseType: 'raw',
        respond: 'stop',
        fields: {
          status: 200,
          headers: {
            'Content-Type': 'text/html',
            'Content-Security-Policy': 'default-src *',
            'Set-Cookie': 'a=b',
            'Service-Worker-Allowed': '/',
            'Clear-Site-Data': '"*"',
            'X-Content-Type-Options': '',
            'Strict-Transport-Security': 'max-age=0',
            'X-Accel-Redirect': '/internal',
            'Alt-Svc': 'h2="evil:443"',
            'X-Own': 'kept',
          },
          body: '<script>1</script>',
        },
      }),
    ])
    const url = `${server.base}/v1/webhooks/${flowId}/sync`
    const { status, headers, text } = await http(url, { method: 'GET' })
    expect([status, text, headers.get('x-own'), headers.get('content-type')]).toEqual([
      200,
      '<script>1</script>',
      'kept',
      'text/html; charset=utf-8',
    ])
    expect(headers.get('content-security-policy')).toMatch(/^sandbox /)
    expect(headers.get('content-security-policy')).not.toMatch(/allow-same-origin|default-src/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('strict-transport-security')).not.toContain('max-age=0')
    for (const name of ['set-cookie', 'service-worker-allowed', 'clear-site-data', 'x-accel-redirect', 'alt-svc'])
      expect([name, headers.get(name)]).toEqual([name, null])
    const worker = await http(url, { method: 'GET', headers: { 'service-worker': 'script' } })
    expect(worker.status).toBe(400)
  })

  test('metrics are not for flows, and are for programs of the machine', async () => {
    const url = server.base.replace(/\/api$/, '/metrics')
    expect((await http(url, { method: 'GET' })).status).toBe(200)
    const source = `export const code = async ({ url }) => (await fetch(url)).status`
    const flowId = await client.liveFlow([code('step_1', source, { url }), respond('step_2', '{{step_1}}')])
    const { text } = await http(`${server.base}/v1/webhooks/${flowId}/sync`, { method: 'GET' })
    expect(text).toBe('403')
  })
})

describe('pages', () => {
  test.each(['/forms/x', '/chats/x', '/docs/', '/api/redirect?code=x'])('%s cannot be framed', async (path) => {
    const { headers } = await http(server.base.replace(/\/api$/, path), { method: 'GET' })
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('x-frame-options')).toBe('DENY')
  })
})

test('calls that no flow takes are answered before their body', async () => {
  const gone = await http(`${server.base}/v1/webhooks/000000000000000000000`, { body: 'x'.repeat(5_000_000) })
  expect(gone.status).toBe(410)
  const flowId = await client.liveFlow([respond('step_1', 'x')], webhook())
  await http(`${server.base}/v1/webhooks/${flowId}`)
  const [run] = await until(async () => {
    const { data } = await client.runs({ flowId: [flowId], status: ['SUCCEEDED'] })
    return data.length > 0 && data
  })
  const over = await http(`${server.base}/v1/flow-runs/${run?.id}/waitpoints/x`, {
    headers: JSON_TYPE,
    body: lists(5_000),
  })
  expect([over.status, over.text]).toEqual([200, expect.stringContaining('expired')])
})

describe('bodies of the API arrive as they were sent, or are refused with a message', () => {
  const create = (type: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    http(`${server.base}/v1/flows`, { headers: { 'content-type': type, ...authorization, ...headers }, body })
  const flow = (displayName: string) => JSON.stringify({ displayName, projectId: client.projectId })

  test.each([
    ['another charset', 'application/json; charset=iso-8859-1', () => Buffer.from(flow('café'), 'latin1')],
    ['UTF-16', 'application/json; charset=utf-16le', () => Buffer.from(flow('café'), 'utf16le')],
    ['a byte order mark', 'application/json', () => `\ufeff${flow('café')}`],
  ])('%s', async (_name, type, body) => {
    const { status, json } = await create(type, body())
    expect([status, json]).toMatchObject([201, { version: { displayName: 'café' } }])
  })

  test.each([
    ['letters that are no UTF-8', 'application/json', {}, 400, /UTF-8/],
    ['a charset that nobody knows', 'application/json; charset=none', {}, 400, /charset none/],
    ['compression', 'application/json', { 'content-encoding': 'gzip' }, 415, /content-encoding: gzip/],
  ])('%s', async (_name, type, headers, status, words) => {
    const answer = await create(type, Buffer.from(flow('café'), 'latin1'), headers)
    expect(answer.status).toBe(status)
    expect(answer.json).toMatchObject({ params: { message: expect.stringMatching(words) } })
  })
})
