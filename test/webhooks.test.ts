// Over 400 lines: every form of a webhook call against one server, which is slow to start.
import { createHmac } from 'node:crypto'
import { type IncomingMessage, request } from 'node:http'
import type { FlowRun } from '@piecework/model/run/run'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, code, respond, router, signIn, until, webhook } from './support/client.ts'
import { http, type RawRequest } from './support/http.ts'
import { type ServerProcess, startServer, temporaryFolder } from './support/process.ts'

const NOBODY = '000000000000000000000'
const ENDED = ['SUCCEEDED', 'FAILED', 'TIMEOUT', 'INTERNAL_ERROR', 'MEMORY_LIMIT_EXCEEDED']

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: ServerProcess
let client: Client
/** Answers with what its trigger saw. */
let echo: string

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startServer(folder.path, {
    // More than any answer takes on a busy machine, less than the run that is meant to be late.
    AP_WEBHOOK_TIMEOUT_SECONDS: '15',
    AP_MAX_WEBHOOK_PAYLOAD_SIZE_MB: '1',
  })
  client = await signIn(server.base)
  echo = await client.liveFlow([respond('step_1', '{{trigger}}')])
})

afterAll(async () => {
  await server?.stop()
  await folder?.remove()
})

const url = (flowId: string, form = '') => `${server.base}/v1/webhooks/${flowId}${form}`
const sync = (flowId: string, call?: RawRequest, query = '') => http(url(flowId, `/sync${query}`), call)
/** @returns the call as the trigger saw it. */
const seen = async (call: RawRequest, query = '') => {
  const { status, json, text } = await sync(echo, call, query)
  expect(status, text).toBe(200)
  return json as {
    method: string
    body: unknown
    rawBody?: string
    headers: Record<string, string>
    queryParams: object
  }
}
const runsOf = async (flowId: string) => (await client.runs({ flowId: [flowId], limit: 100 })).data
/** The runs of a flow, oldest first and with their steps, once all of `count` are over. */
const endedRuns = async (flowId: string, count = 1): Promise<FlowRun[]> => {
  const runs = await until(async () => {
    const ended = (await runsOf(flowId)).filter(({ status }) => ENDED.includes(status))
    return ended.length >= count && ended
  })
  return Promise.all(runs.reverse().map(({ id }) => client.run(id)))
}

describe('what the trigger sees of a call', () => {
  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('the method %s', async (method) => {
    expect(await seen({ method })).toMatchObject({ method, body: {} })
  })

  test('a call whose URL ends with a slash', async () => {
    expect(await http(url(echo, '/sync/?a=1'))).toMatchObject({ status: 200, json: { queryParams: { a: '1' } } })
    expect((await http(url(echo, '/'))).status).toBe(200)
  })

  test('a HEAD call runs the flow and answers without a body', async () => {
    const flow = await client.liveFlow([respond('step_1', { method: '{{trigger.method}}' }, {})])
    expect(await sync(flow, { method: 'HEAD' })).toMatchObject({ status: 200, text: '' })
    expect((await endedRuns(flow))[0]?.steps).toMatchObject({ step_1: { output: { body: { method: 'HEAD' } } } })
  })

  test('JSON, with its exact text as the raw body', async () => {
    const text = '{"n": 1.50, "s":"ä\\u0000", "list":[ ]}'
    expect(await seen({ body: text, headers: { 'content-type': 'application/json; charset=utf-8' } })).toMatchObject({
      body: { n: 1.5, s: 'ä\u0000', list: [] },
      rawBody: text,
    })
    const marked = await seen({ body: '\ufeff{"bom":1}', headers: { 'content-type': 'application/json' } })
    expect(marked.body).toEqual({ bom: 1 })
    const problem = await seen({ body: '{"status":400}', headers: { 'content-type': 'application/problem+json' } })
    expect(problem.body).toEqual({ status: 400 })
  })

  test.each(['[1,2]', '"text"', '42', 'null', 'false'])('the JSON value %s', async (body) => {
    expect((await seen({ body, headers: { 'content-type': 'application/json' } })).body).toEqual(
      body === 'null' ? null : JSON.parse(body),
    )
  })

  test('an empty body is an empty object', async () => {
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'application/xml'])
      expect((await seen({ body: '', headers: { 'content-type': type } })).body).toEqual({})
    expect((await seen({})).body).toEqual({})
  })

  test('text, forms and XML', async () => {
    const as = (type: string, body: string) => seen({ body, headers: { 'content-type': type } })
    expect(await as('text/plain', 'plain words')).toMatchObject({ body: 'plain words', rawBody: 'plain words' })
    expect((await as('text/csv', 'a;b\n1;2')).body).toBe('a;b\n1;2')
    expect(await as('application/x-www-form-urlencoded', 'a=1&b=2&b=3&c[d]=4&e=%C3%A4+x')).toMatchObject({
      body: { a: '1', b: ['2', '3'], c: { d: '4' }, e: 'ä x' },
      rawBody: 'a=1&b=2&b=3&c[d]=4&e=%C3%A4+x',
    })
    const xml = '<?xml version="1.0"?><order id="7"><item>a</item><item>b</item></order>'
    for (const type of ['application/xml', 'text/xml', 'application/soap+xml'])
      expect(await as(type, xml)).toMatchObject({ body: { order: { '@_id': '7', item: ['a', 'b'] } }, rawBody: xml })
  })

  test('a form with files: the fields, and links to the files', async () => {
    const form = new FormData()
    form.append('name', 'Ada')
    form.append('tag', 'a')
    form.append('tag', 'b')
    form.append('doc', new Blob([new Uint8Array([0, 255, 10])], { type: 'image/png' }), 'ä b.png')
    const { body } = await seen({ body: form })
    expect(body).toMatchObject({ name: 'Ada', tag: ['a', 'b'], doc: expect.stringContaining('/v1/step-files/signed') })
    const file = await fetchFile((body as { doc: string }).doc)
    expect(file.headers.get('content-type')).toBe('image/png')
    expect(file.headers.get('content-disposition')).toContain(encodeURIComponent('ä b.png'))
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(new Uint8Array([0, 255, 10]))
  })

  test('other bytes as a link to a file', async () => {
    const bytes = new Uint8Array([1, 2, 3, 250])
    for (const type of ['application/octet-stream', 'image/jpeg', 'application/pdf']) {
      const { body } = await seen({ body: bytes, headers: { 'content-type': type } })
      const file = await fetchFile((body as { fileUrl: string }).fileUrl)
      expect(file.headers.get('content-type')).toBe(type)
      expect(new Uint8Array(await file.arrayBuffer())).toEqual(bytes)
    }
  })

  const fetchFile = async (link: string) => {
    const { pathname, search } = new URL(link)
    const file = await fetch(new URL(pathname + search, server.base))
    expect(file.status).toBe(200)
    return file
  }

  test('headers and query', async () => {
    const { headers, queryParams } = await seen(
      { method: 'GET', headers: { 'X-Thing': 'A b' } },
      '?a=1&b=x%20y&b=z&c[d]=1&e=',
    )
    expect(headers).toMatchObject({ 'x-thing': 'A b' })
    expect(queryParams).toEqual({ a: '1', b: ['x y', 'z'], c: { d: '1' }, e: '' })
  })

  test('a header that is called like the prototype of an object', async () => {
    const headers = ['host', 'localhost', 'content-length', '0', '__proto__', 'sent']
    const call = request(url(echo, '/sync'), { method: 'POST', headers })
    const answer = await new Promise<IncomingMessage>((resolve) => call.once('response', resolve).end())
    const shown: { headers: object } = JSON.parse((await answer.toArray()).join(''))
    expect(Object.entries(shown.headers)).toContainEqual(['__proto__', 'sent'])
  })

  test('only the JSON body, when the caller asks for it and is authorised', async () => {
    const headers = { 'ap-raw-payload': 'true' }
    const raw = await sync(echo, { json: { a: 1 }, headers: { ...headers, authorization: 'Bearer x' } })
    expect(raw.json).toEqual({ a: 1 })
    expect((await seen({ json: { a: 1 }, headers })).body).toEqual({ a: 1 })
  })
})

describe('a call that is refused starts no run', () => {
  let flow: string
  beforeAll(async () => {
    flow = await client.liveFlow([respond('step_1', {})])
  })

  test('a body that is not what its content type says: 400, naming the body', async () => {
    const malformed: [string, string][] = [
      ['application/json', '{"a":'],
      ['application/json', 'nothing'],
      ['application/xml', '<a><b></a>'],
      ['multipart/form-data; boundary=x', 'nothing'],
      ['multipart/form-data', 'nothing'],
    ]
    for (const form of ['', '/sync', '/draft', '/test'])
      for (const [type, body] of malformed) {
        const answer = await http(url(flow, form), { body, headers: { 'content-type': type } })
        expect(answer.json, `${form} ${type}`).toMatchObject({
          statusCode: 400,
          code: expect.any(String),
          params: { message: expect.stringMatching(/body/) },
        })
        expect(answer.status).toBe(400)
      }
  })

  test('unknown, malformed and deleted flows are gone: 410', async () => {
    const id = await client.draft()
    await fetch(`${server.base}/v1/flows/${id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${client.token}` },
    })
    for (const gone of [NOBODY, 'no-id', "'--", id])
      for (const form of ['', '/sync', '/draft', '/draft/sync', '/test'])
        expect(await http(url(gone, form), { json: {} })).toMatchObject({
          status: 410,
          json: { statusCode: 410, params: {} },
        })
  })

  test('a disabled flow is not found: 404; enabled again, it runs', async () => {
    await client.operate(flow, { type: 'CHANGE_STATUS', request: { status: 'DISABLED' } })
    for (const form of ['', '/sync']) expect((await http(url(flow, form), { json: {} })).status).toBe(404)
    await client.operate(flow, { type: 'CHANGE_STATUS', request: { status: 'ENABLED' } })
    expect((await sync(flow)).status).toBe(200)
  })

  test('a payload over the limit: 413, also without its length', async () => {
    const big = 'x'.repeat(1024 * 1024 + 1)
    for (const form of ['', '/sync', '/draft', '/test']) {
      const answer = await http(url(flow, form), { body: big, headers: { 'content-type': 'text/plain' } })
      expect(answer).toMatchObject({ status: 413, json: { statusCode: 413 } })
    }
    const status = await new Promise((resolve, reject) => {
      const call = request(url(flow, '/sync'), { method: 'POST', headers: { 'content-type': 'text/plain' } })
      call.on('response', (answer) => resolve(answer.resume().statusCode)).on('error', reject)
      for (let i = 0; i < 40; i++) call.write('y'.repeat(100_000))
      call.end()
    })
    expect(status).toBe(413)
    const fits = 'x'.repeat(1024 * 1024 - 100)
    expect((await seen({ body: fits, headers: { 'content-type': 'text/plain' } })).body).toHaveLength(fits.length)
  })

  test('none of these made a run', async () => {
    // The one of the flow that was enabled again.
    expect(await runsOf(flow)).toHaveLength(1)
  })
})

describe('authentication of the trigger', () => {
  const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` })
  const sign = (body: string, secret = 'key', algorithm = 'sha256') =>
    createHmac(algorithm, secret).update(body).digest('hex')
  const secret = { hmacSecret: 'key', hmacAlgorithm: 'sha256', hmacEncoding: 'hex', hmacSignaturePrefix: 'v1=' }
  const kinds: {
    authType: string
    fields: Record<string, unknown>
    good: Record<string, string>
    bad: Record<string, string>[]
  }[] = [
    {
      authType: 'basic',
      fields: { username: 'ada', password: 'pa:ss' },
      good: basic('ada:pa:ss'),
      bad: [{}, basic('ada:wrong'), { authorization: 'Bearer x' }, { authorization: '' }],
    },
    {
      authType: 'header',
      fields: { headerName: 'X-Key', headerValue: 's3cret' },
      good: { 'x-key': 's3cret' },
      bad: [{}, { 'x-key': 'S3cret' }],
    },
    {
      authType: 'hmac',
      fields: { hmacHeaderName: 'X-Sig', ...secret },
      good: { 'x-sig': `v1=${sign('{"a":1}')}` },
      bad: [
        {},
        { 'x-sig': sign('{"a":1}') },
        { 'x-sig': `v1=${sign('{"a": 1}')}` },
        { 'x-sig': `v1=${sign('{"a":1}', 'other')}` },
      ],
    },
  ]

  test.each(kinds)(
    '$authType: who passes is answered, who does not gets 401 and no run',
    async ({ authType, fields, good, bad }) => {
      const flow = await client.liveFlow([respond('step_1', { in: true })], webhook(authType, fields))
      expect(await sync(flow, { json: { a: 1 }, headers: good })).toMatchObject({ status: 200, json: { in: true } })
      expect((await http(url(flow), { json: { a: 1 }, headers: good })).status).toBe(200)
      await endedRuns(flow, 2)
      for (const headers of bad)
        for (const form of ['', '/sync'])
          expect(await http(url(flow, form), { json: { a: 1 }, headers })).toMatchObject({
            status: 401,
            json: { statusCode: 401 },
          })
      expect(await runsOf(flow)).toHaveLength(2)
    },
  )

  test.each(kinds)('$authType with settings that are expressions', async ({ authType, fields, good, bad }) => {
    const expressions = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, `{{${JSON.stringify(value)}}}`]),
    )
    const flow = await client.liveFlow([respond('step_1', '{{trigger.body}}')], webhook(authType, expressions))
    expect(await sync(flow, { json: { a: 1 }, headers: good })).toMatchObject({ status: 200, json: { a: 1 } })
    expect((await http(url(flow), { json: { a: 1 }, headers: good })).status).toBe(200)
    for (const headers of bad)
      for (const form of ['', '/sync'])
        expect(
          (await http(url(flow, form), { json: { a: 1 }, headers })).status,
          `${form} ${JSON.stringify(headers)}`,
        ).toBe(401)
    expect(await endedRuns(flow, 2)).toHaveLength(2)
  })
})

describe('the answer of a synchronous call', () => {
  test('JSON, with the status and headers that the flow chose', async () => {
    const fields = {
      status: '{{trigger.body.status}}',
      headers: { 'X-Flow': '{{trigger.body.who}}' },
      body: { sum: '{{1+2}}' },
    }
    const flow = await client.liveFlow([respond('step_1', {}, { fields })])
    const answer = await sync(flow, { json: { status: 201, who: 'me' } })
    expect(answer).toMatchObject({ status: 201, json: { sum: 3 } })
    expect(answer.headers.get('x-flow')).toBe('me')
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect(await sync(flow, { json: { status: '404', who: 'me' } })).toMatchObject({ status: 404, json: { sum: 3 } })
  })

  test('raw text, with a content type of its own', async () => {
    const fields = { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<b>{{trigger.body.x}}</b>' }
    const flow = await client.liveFlow([respond('step_1', '', { responseType: 'raw', fields })])
    const answer = await sync(flow, { json: { x: 'ä' } })
    expect(answer).toMatchObject({ status: 200, text: '<b>ä</b>' })
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
  })

  test('a redirect', async () => {
    const fields = { body: 'example.com/there?x=1' }
    const flow = await client.liveFlow([respond('step_1', '', { responseType: 'redirect', fields })])
    const answer = await sync(flow, { method: 'GET' })
    expect([answer.status, answer.headers.get('location')]).toEqual([301, 'https://example.com/there?x=1'])
  })

  test.each([[['list', 1]], [7], [true], [null], ['text']])('the JSON value %j', async (value) => {
    const flow = await client.liveFlow([respond('step_1', '{{trigger.body.value}}')])
    const { status, text } = await sync(flow, { json: { value } })
    expect(status).toBe(200)
    if (value !== null) expect(text).toBe(typeof value === 'string' ? value : JSON.stringify(value))
  })

  test('a status that is none, or headers that are none, are the mistake of the step that made them', async () => {
    for (const fields of [
      { status: 99, headers: {}, body: {} },
      { status: 1000, headers: {}, body: {} },
      { status: 'well', headers: {}, body: {} },
    ]) {
      const flow = await client.liveFlow([respond('step_1', {}, { fields })])
      expect((await sync(flow)).status).toBe(204)
      expect((await endedRuns(flow))[0]).toMatchObject({ status: 'FAILED', failedStep: { name: 'step_1' } })
    }
  })

  test.each([
    { 'content-length': '3' },
    { 'transfer-encoding': 'chunked' },
    { connection: 'upgrade', upgrade: 'websocket' },
  ])('the headers %j break no answer', async (headers) => {
    const flow = await client.liveFlow([
      respond('step_1', {}, { fields: { status: 200, headers, body: { whole: 'answer' } } }),
    ])
    const answer = await sync(flow)
    expect(answer).toMatchObject({ status: 200, json: { whole: 'answer' } })
    expect(answer.headers.get('set-cookie')).toBeNull()
  })

  test.each([{ 'bad name': 'x' }, { 'x-lines': 'a\r\nset-cookie: b=c' }, { 'x-snow': '☃' }])(
    'the headers %j, which HTTP cannot carry, fail the step that asks for them',
    async (headers) => {
      const flow = await client.liveFlow([respond('step_1', {}, { fields: { status: 200, headers, body: {} } })])
      const answer = await sync(flow)
      expect([answer.status, answer.headers.get('set-cookie')]).toEqual([204, null])
      const [run] = await endedRuns(flow)
      expect(run).toMatchObject({ status: 'FAILED', failedStep: { message: expect.stringContaining('header') } })
    },
  )

  test('the first of two answers', async () => {
    const flow = await client.liveFlow([
      respond('step_1', { answer: 1 }, { respond: 'respond' }),
      respond('step_2', { answer: 2 }),
    ])
    expect((await sync(flow, { method: 'POST' })).json).toEqual({ answer: 1 })
  })

  test('respond and go on', async () => {
    const flow = await client.liveFlow([
      respond('step_1', { early: true }, { respond: 'respond' }),
      code(
        'step_2',
        'export const code = async () => { await new Promise((done) => setTimeout(done, 300)); return "after" }',
      ),
      respond('step_3', { late: true }),
    ])
    expect((await sync(flow)).json).toEqual({ early: true })
    expect((await endedRuns(flow))[0]).toMatchObject({ status: 'SUCCEEDED', steps: { step_2: { output: 'after' } } })
  })

  test('a stop ends the run there', async () => {
    const flow = await client.liveFlow([
      router('step_1', [{ steps: [respond('step_2', { stopped: true })] }]),
      code('step_3', 'export const code = async () => 1'),
    ])
    expect((await sync(flow)).json).toEqual({ stopped: true })
    const [run] = await endedRuns(flow)
    expect(run?.status).toBe('SUCCEEDED')
    expect(run?.steps).not.toHaveProperty('step_3')
  })

  test('204 without a response, also when the run fails', async () => {
    for (const source of ['async () => 1', 'async () => { throw new Error("no") }']) {
      const flow = await client.liveFlow([code('step_1', `export const code = ${source}`)])
      expect(await sync(flow, { json: {} })).toMatchObject({ status: 204, text: '' })
    }
    expect((await sync(await client.liveFlow([]))).status).toBe(204)
  })

  test('408 after the time limit; the run goes on to its end', async () => {
    const flow = await client.liveFlow([
      code(
        'step_1',
        'export const code = async () => { await new Promise((done) => setTimeout(done, 20_000)); return "done" }',
      ),
      respond('step_2', { late: true }),
    ])
    const started = Date.now()
    expect(await sync(flow, { json: {} })).toMatchObject({ status: 408, json: { statusCode: 408 } })
    expect(Date.now() - started).toBeLessThan(20_000)
    expect((await endedRuns(flow))[0]).toMatchObject({ status: 'SUCCEEDED', steps: { step_1: { output: 'done' } } })
  })

  test('each of many callers gets its own', async () => {
    const flow = await client.liveFlow([
      code(
        'step_1',
        'export const code = async ({ n }) => { await new Promise((done) => setTimeout(done, n % 7)); return n }',
        { n: '{{trigger.body.n}}' },
      ),
      respond('step_2', { n: '{{step_1}}' }),
    ])
    const numbers = Array.from({ length: 60 }, (_, n) => n)
    const answers = await Promise.all(numbers.map((n) => sync(flow, { json: { n } })))
    expect(answers.map(({ json }) => json)).toEqual(numbers.map((n) => ({ n })))
    await endedRuns(flow, 60)
  })

  test('a caller that hangs up stops nothing', async () => {
    const flow = await client.liveFlow([
      code(
        'step_1',
        'export const code = async () => { await new Promise((done) => setTimeout(done, 200)); return "done" }',
      ),
    ])
    await new Promise<void>((resolve) => {
      const call = request(url(flow, '/sync'), { method: 'POST' }, () => {})
      call.on('error', () => resolve())
      call.end(() => setTimeout(() => call.destroy(new Error('hung up')), 100))
    })
    expect((await endedRuns(flow))[0]).toMatchObject({ status: 'SUCCEEDED' })
  })
})

describe('the forms of the URL', () => {
  /** Published with `live`, edited to `draft` since. */
  const edited = async (status: 'ENABLED' | 'DISABLED' = 'ENABLED') => {
    const flow = await client.liveFlow([respond('step_1', { version: 'live' })])
    await client.operate(flow, { type: 'UPDATE_ACTION', request: respond('step_1', { version: 'draft' }) })
    if (status === 'DISABLED') await client.operate(flow, { type: 'CHANGE_STATUS', request: { status } })
    return flow
  }
  const sampleOf = async (flowId: string) =>
    (await client.api.triggers.listEvents({ query: { projectId: client.projectId, flowId } })).data

  test('without a suffix: accepted at once, with an id; the published version runs', async () => {
    const flow = await edited()
    const answer = await http(url(flow), { json: { a: 1 } })
    expect(answer).toMatchObject({ status: 200, json: {} })
    expect(answer.headers.get('x-webhook-id')).toMatch(/^[0-9A-Za-z]{21}$/)
    const [run] = await endedRuns(flow)
    expect(run).toMatchObject({
      environment: 'PRODUCTION',
      steps: { trigger: { output: { body: { a: 1 } } }, step_1: { output: { body: { version: 'live' } } } },
    })
    expect(await sampleOf(flow)).toEqual([])
  })

  test('/sync: the published version answers', async () => {
    const flow = await edited()
    expect((await sync(flow)).json).toEqual({ version: 'live' })
    expect((await endedRuns(flow))[0]?.environment).toBe('PRODUCTION')
  })

  test('/draft: the latest version runs and the call is kept as a sample; a disabled flow only keeps it', async () => {
    const flow = await edited()
    expect(await http(url(flow, '/draft'), { json: { a: 1 } })).toMatchObject({ status: 200, json: {} })
    expect((await endedRuns(flow))[0]?.steps).toMatchObject({ step_1: { output: { body: { version: 'draft' } } } })
    expect(await sampleOf(flow)).toMatchObject([{ payload: { body: { a: 1 } } }])
    const disabled = await edited('DISABLED')
    expect((await http(url(disabled, '/draft'), { json: { a: 2 } })).status).toBe(200)
    expect(await sampleOf(disabled)).toMatchObject([{ payload: { body: { a: 2 } } }])
    expect(await runsOf(disabled)).toEqual([])
  })

  test('/draft/sync: the latest version answers, as a test that the list leaves out, also of a disabled flow', async () => {
    const flow = await edited('DISABLED')
    expect(await http(url(flow, '/draft/sync'), { json: { a: 3 } })).toMatchObject({
      status: 200,
      json: { version: 'draft' },
    })
    expect(await sampleOf(flow)).toMatchObject([{ payload: { body: { a: 3 } } }])
    expect(await runsOf(flow)).toEqual([])
  })

  test('/test: kept as a sample and never run', async () => {
    const flow = await edited()
    expect(await http(url(flow, '/test'), { json: { a: 4 } })).toMatchObject({ status: 200, json: {} })
    expect(await sampleOf(flow)).toMatchObject([{ payload: { body: { a: 4 } } }])
    expect(await runsOf(flow)).toEqual([])
  })

  test('a flow that was never published runs its draft only there', async () => {
    const id = await client.draft()
    await client.operate(id, { type: 'UPDATE_TRIGGER', request: webhook() })
    await client.operate(id, {
      type: 'ADD_ACTION',
      request: { parentStep: 'trigger', action: respond('step_1', { ok: 1 }) },
    })
    expect((await sync(id)).status).toBe(404)
    expect((await http(url(id, '/draft/sync'))).json).toEqual({ ok: 1 })
  })

  test('browsers of other origins may call', async () => {
    const preflight = await http(url(echo, '/sync'), {
      method: 'OPTIONS',
      headers: {
        origin: 'https://else.where',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-key',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
    expect(preflight.headers.get('access-control-allow-headers')).toContain('x-key')
    const call = await sync(echo, { json: {}, headers: { origin: 'https://else.where' } })
    expect(call.headers.get('access-control-allow-origin')).toBe('*')
  })
})

describe('a run that calls another flow', () => {
  test('is the parent of the run that it starts, if it is one of the same project', async () => {
    const parent = await client.liveFlow([code('step_1', 'export const code = async () => 1')])
    await http(url(parent))
    const [{ id = '' } = {}] = await endedRuns(parent)
    const child = await client.liveFlow([])
    await http(url(child), { headers: { 'ap-parent-run-id': id, 'ap-fail-parent-on-failure': 'true' } })
    await http(url(child, '/sync'), { headers: { 'ap-parent-run-id': id } })
    await http(url(child), { headers: { 'ap-parent-run-id': NOBODY, 'ap-fail-parent-on-failure': 'true' } })
    expect(await endedRuns(child, 3)).toMatchObject([
      { parentRunId: id, failParentOnFailure: true },
      { parentRunId: id, failParentOnFailure: false },
      { parentRunId: null },
    ])
  })

  test('or of the run that it asks for by the API', async () => {
    const flow = await client.liveFlow([
      code('step_1', 'export const code = async (seen) => seen', {
        order: '{{trigger.body.order}}',
        method: '{{trigger.method}}',
        token: '{{trigger.headers.authorization}}',
      }),
    ])
    const ask = (parent: string, id = flow) =>
      http(`${server.base}/v1/flows/${id}/run`, {
        json: { order: 7 },
        headers: {
          authorization: `Bearer ${client.token}`,
          'ap-parent-run-id': parent,
          'ap-fail-parent-on-failure': 'true',
        },
      })
    const parent = (await ask(NOBODY)).json as FlowRun
    expect(parent).toMatchObject({ flowId: flow, environment: 'PRODUCTION', status: 'QUEUED', parentRunId: null })
    const [first] = await endedRuns(flow)
    expect(first?.steps).toMatchObject({ step_1: { output: { order: 7, method: 'POST', token: '' } } })
    expect((await ask(parent.id)).json).toMatchObject({ parentRunId: parent.id, failParentOnFailure: true })
    await client.operate(flow, { type: 'CHANGE_STATUS', request: { status: 'DISABLED' } })
    expect(await ask(NOBODY)).toMatchObject({ status: 400, json: { code: 'FLOW_OPERATION_INVALID' } })
    expect((await ask(NOBODY, NOBODY)).status).toBe(404)
    expect((await http(`${server.base}/v1/flows/${flow}/run`)).status).toBe(401)
  })
})
