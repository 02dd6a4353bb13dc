import { createHmac } from 'node:crypto'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, respond, signIn, webhook } from './support/client.ts'
import { http } from './support/http.ts'
import { type ServerProcess, startServer, temporaryFolder } from './support/process.ts'

const FORM = 'application/x-www-form-urlencoded'
const MB = 1024 * 1024

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: ServerProcess
let client: Client
let echo: string

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startServer(folder.path, { AP_MAX_WEBHOOK_PAYLOAD_SIZE_MB: '4' })
  client = await signIn(server.base)
  echo = await client.liveFlow([respond('step_1', '{{trigger}}')])
})

afterAll(async () => {
  await server?.stop()
  await folder?.remove()
})

const post = (flow: string, body: string | Buffer, headers: Record<string, string> = {}, form = '/sync') =>
  http(`${server.base}/v1/webhooks/${flow}${form}`, { method: 'POST', body, headers })
const seen = async (body: string | Buffer, contentType?: string, headers: Record<string, string> = {}) => {
  const answer = await post(echo, body, { ...(contentType ? { 'content-type': contentType } : {}), ...headers })
  expect(answer.status, answer.text).toBe(200)
  return answer.json as { body: unknown; rawBody?: string; headers: Record<string, string>; queryParams: object }
}
/** A stored file: its link names the port of the settings, which is not the one that the system chose. */
const stored = (link: string) => fetch(new URL(link.slice(new URL(link).origin.length), server.base))
const latin1 = (text: string) => Buffer.from(text, 'latin1')
const multipart = (...parts: (string | Buffer)[]) =>
  Buffer.concat([
    ...parts.flatMap((part) => [Buffer.from('--B\r\n'), Buffer.from(part), Buffer.from('\r\n')]),
    Buffer.from('--B--\r\n'),
  ])
const MULTIPART = 'multipart/form-data; boundary=B'

test.each([
  ['text/plain', 'a\ufffd', 'a\ufffd'],
  ['application/json', '{"a":"\ufffd"}', { a: '\ufffd' }],
  ['text/xml', '<r>\ufffd</r>', { r: '\ufffd' }],
  [FORM, 'a=\ufffd', { a: '\ufffd' }],
  [
    MULTIPART,
    multipart(Buffer.from('Content-Disposition: form-data; name="\ufffd"\r\n\r\n\ufffd')),
    { '\ufffd': '\ufffd' },
  ],
])('%s may hold the letter that stands for unreadable bytes', async (contentType, body, value) => {
  expect((await seen(body, contentType)).body).toEqual(value)
})

describe('letters in other charsets', () => {
  test.each([
    ['text/plain; charset=iso-8859-1', latin1('caf\xe9'), 'café'],
    ['text/csv; charset="windows-1252"', latin1('5 \x80'), '5 €'],
    ['text/plain; charset=shift_jis', Buffer.from([0x93, 0xfa, 0x96, 0x7b]), '日本'],
    ['text/plain; charset=utf-16le', Buffer.from('ü', 'utf16le'), 'ü'],
    ['text/plain; charset=nobody-knows', 'café', 'café'],
    ['text/plain', latin1('caf\xe9'), 'café'],
    ['application/json; charset=ISO-8859-1', latin1('{"a":"caf\xe9"}'), { a: 'café' }],
    ['application/json', Buffer.from('{"a":"é"}', 'utf16le'), { a: 'é' }],
    ['text/xml', latin1('<?xml version="1.0" encoding="ISO-8859-1"?><r>caf\xe9</r>'), { r: 'café' }],
    ['text/xml; charset=utf-8', '<?xml version="1.0" encoding="ISO-8859-1"?><r>café</r>', { r: 'café' }],
    [`${FORM}; charset=iso-8859-1`, 'a=caf%E9', { a: 'café' }],
    [FORM, '_charset_=iso-8859-1&a=caf%E9', { a: 'café' }],
    [
      MULTIPART,
      multipart(
        latin1('Content-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=iso-8859-2\r\n\r\n\xb9'),
      ),
      { a: 'š' },
    ],
  ])('%s %s', async (contentType, body, value) => {
    const call = await seen(body, contentType)
    if (typeof value === 'string') expect(call.body).toBe(value)
    else expect(call.body).toMatchObject(value)
    expect(call.rawBody ?? '').not.toContain('\ufffd')
  })

  test('a byte order mark is not part of the text, and stays in the raw body', async () => {
    expect(await seen('\ufeffa', 'text/plain')).toMatchObject({ body: 'a', rawBody: '\ufeffa' })
    expect(await seen('\ufeffa=1', FORM)).toMatchObject({ body: { a: '1' } })
  })

  test('a signature is checked over the bytes', async () => {
    const authFields = {
      hmacHeaderName: 'x-signature',
      hmacSecret: 'secret',
      hmacAlgorithm: 'sha256',
      hmacEncoding: 'hex',
    }
    const flow = await client.liveFlow([respond('step_1', '{{trigger.body}}')], webhook('hmac', authFields))
    const body = latin1('caf\xe9')
    const headers = {
      'content-type': 'text/plain; charset=iso-8859-1',
      'x-signature': createHmac('sha256', 'secret').update(body).digest('hex'),
    }
    expect(await post(flow, body, headers)).toMatchObject({ status: 200, text: 'café' })
    expect(await post(flow, gzipSync(body), { ...headers, 'content-encoding': 'gzip' })).toMatchObject({ text: 'café' })
    expect((await post(flow, 'cafe', headers)).status).toBe(401)
  })
})

describe('compressed bodies', () => {
  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
    ['deflate, gzip', (text: string) => gzipSync(deflateSync(text))],
    ['identity', (text: string) => Buffer.from(text)],
  ])('%s', async (encoding, compress) => {
    const encoded = { 'content-encoding': encoding }
    expect(await seen(compress('{"a":1}'), 'application/json', encoded)).toMatchObject({
      body: { a: 1 },
      rawBody: '{"a":1}',
    })
    expect(await seen(compress('hello'), 'text/plain', encoded)).toMatchObject({ body: 'hello', rawBody: 'hello' })
    expect(await seen(compress('a=1&a=2'), FORM, encoded)).toMatchObject({ body: { a: ['1', '2'] } })
  })

  test('a file is stored as it was', async () => {
    const { body } = await seen(gzipSync('%PDF'), 'application/pdf', { 'content-encoding': 'gzip' })
    expect(await (await stored((body as { fileUrl: string }).fileUrl)).text()).toBe('%PDF')
  })

  test('what is unknown, broken or too large is refused with the reason', async () => {
    const send = (body: Buffer, encoding: string) =>
      post(echo, body, { 'content-type': 'text/plain', 'content-encoding': encoding })
    expect(await send(gzipSync('a'), 'compress')).toMatchObject({
      status: 415,
      json: { code: 'UNSUPPORTED_MEDIA_TYPE', params: { message: expect.stringContaining('compress') } },
    })
    expect((await send(Buffer.from('no gzip'), 'gzip')).status).toBe(400)
    expect((await send(gzipSync('half a body').subarray(0, 15), 'gzip')).status).toBe(400)
    expect((await send(gzipSync(Buffer.alloc(5 * MB)), 'gzip')).status).toBe(413)
    expect((await send(gzipSync(gzipSync(Buffer.alloc(500 * MB))), 'gzip, gzip')).status).toBe(413)
  })
})

describe('forms', () => {
  test('keep every field, list and name', async () => {
    const fields = Array.from({ length: 1001 }, (_, i) => `f${i}=${i}`).join('&')
    expect((await seen(fields, FORM)).body).toHaveProperty('f1000', '1000')
    expect((await seen(Array(21).fill('tag=x').join('&'), FORM)).body).toEqual({ tag: Array(21).fill('x') })
    expect((await seen('constructor=a&toString=b', FORM)).body).toEqual({ constructor: 'a', toString: 'b' })
    const { queryParams } = (await http(`${server.base}/v1/webhooks/${echo}/sync?${fields}`)).json as {
      queryParams: object
    }
    expect(queryParams).toHaveProperty('f1000', '1000')
  })

  test('parts: an empty file input, a part without a name, names with escapes, a charset field', async () => {
    const { body } = await seen(
      multipart(
        'Content-Disposition: form-data; name="none"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n',
        'Content-Disposition: form-data; name="a%22b"\r\n\r\n1',
        'content-disposition: form-data; name=constructor\r\n\r\n2',
        'Content-Disposition: form-data\r\n\r\n3',
        'Content-Disposition: form-data; name="l"\r\n\r\nx',
        'Content-Disposition: form-data; name="l"\r\n\r\ny',
        'Content-Disposition: form-data; name="t"\r\nContent-Transfer-Encoding: base64\r\n\r\nw7w=',
      ),
      MULTIPART,
    )
    expect(body).toEqual({ none: '', 'a"b': '1', constructor: '2', data: '3', l: ['x', 'y'], t: 'ü' })
  })

  test('parts: files by their names, also without any, and with nothing in them', async () => {
    const { body } = await seen(
      multipart(
        'Content-Disposition: form-data; name="f"; filename*=UTF-8\'\'na%C3%AFve.txt\r\n\r\nA',
        'Content-Disposition: form-data; name="f"; filename="C:\\\\a\\\\b.txt"\r\n\r\n',
        latin1('Content-Disposition: form-data; name="g"\r\nContent-Type: image/png\r\n\r\n\x89PNG\xff'),
      ),
      MULTIPART,
    )
    const { f, g } = body as { f: string[]; g: string }
    expect(f).toHaveLength(2)
    const first = await stored(f[0] ?? '')
    expect(first.headers.get('content-disposition')).toContain('na%C3%AFve.txt')
    expect(await first.text()).toBe('A')
    expect((await stored(f[1] ?? '')).status).toBe(200)
    expect(Buffer.from(await (await stored(g)).arrayBuffer())).toEqual(latin1('\x89PNG\xff'))
  })

  test.each([
    ['multipart/form-data', 'names no boundary'],
    [MULTIPART, 'does not end with its boundary'],
  ])('a broken one is refused: %s', async (contentType, reason) => {
    const answer = await post(echo, '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\nhalf', {
      'content-type': contentType,
    })
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining(reason) })
  })
})

test.each([
  ['json', '{"a":1}'],
  ['text', 'hello'],
  ['application/json, application/json', { a: 1 }],
])('a content type that is none, %s, stops nobody', async (contentType, value) => {
  const text = value === 'hello' ? value : '{"a":1}'
  expect(await seen(text, contentType)).toMatchObject({
    body: value,
    rawBody: text,
    headers: { 'content-type': contentType },
  })
})

test('XML keeps what only looks like a number, and its letters', async () => {
  const xml =
    '<r code="&#65;"><zip>01234</zip><n>7</n><tel>+49</tel><v>1.10</v><c>M&#252;nchen &#x20AC; &amp;#65; <![CDATA[&lt;]]></c></r>'
  expect((await seen(xml, 'application/xml')).body).toEqual({
    r: { '@_code': 'A', zip: '01234', n: 7, tel: '+49', v: '1.10', c: 'München € &#65;&lt;' },
  })
})

describe('large bodies', () => {
  const rows = Array.from({ length: 40_000 }, (_, i) => i)
  const small = () => seen('{"a":1}', 'application/json')

  test.each([
    ['application/json', () => JSON.stringify(rows), rows.length],
    [FORM, () => rows.map((i) => `l=${i}`).join('&'), { l: rows.length }],
    ['application/xml', () => `<r>${rows.map((i) => `<l>${i}</l>`).join('')}</r>`, { r: { l: rows.length } }],
    [
      MULTIPART,
      () => multipart(...rows.map((i) => `Content-Disposition: form-data; name="l"\r\n\r\n${i}`)),
      { l: rows.length },
    ],
  ])('are read like small ones: %s', async (contentType, body, sizes) => {
    const flow = await client.liveFlow([respond('step_1', '{{trigger.body}}')])
    const [{ json, status, text }] = await Promise.all([post(flow, body(), { 'content-type': contentType }), small()])
    expect(status, text).toBe(200)
    const size = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.length
        : Object.fromEntries(Object.entries(Object(value)).map(([name, one]) => [name, size(one)]))
    expect(size(json)).toEqual(sizes)
  })

  test('files in a large form are where they were', async () => {
    const { body } = await seen(
      multipart(
        `Content-Disposition: form-data; name="long"\r\n\r\n${'x'.repeat(100_000)}`,
        'Content-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nfirst',
        'Content-Disposition: form-data; name="g"; filename="b.txt"\r\n\r\nsecond',
        'Content-Disposition: form-data; name="f"; filename="c.txt"\r\n\r\nthird',
      ),
      MULTIPART,
    )
    const { f, g } = body as { f: string[]; g: string }
    const contents = await Promise.all([...f, g].map(async (url) => (await stored(url)).text()))
    expect(contents).toEqual(['first', 'third', 'second'])
  })

  test('that break the rules are refused with the reason', async () => {
    const deep = `${'['.repeat(60_000)}${']'.repeat(60_000)}`
    expect(await post(echo, deep, { 'content-type': 'application/json' })).toMatchObject({
      status: 400,
      text: expect.stringContaining('nests deeper than 1000 levels'),
    })
    expect(
      (await post(echo, `${'['.repeat(900)}x${' '.repeat(100_000)}`, { 'content-type': 'application/json' })).status,
    ).toBe(400)
    const files = multipart(
      ...rows.slice(0, 1001).map(() => 'Content-Disposition: form-data; name="f"; filename="f"\r\n\r\nx'),
    )
    expect(await post(echo, files, { 'content-type': MULTIPART })).toMatchObject({
      status: 413,
      text: expect.stringContaining('1000 files'),
    })
  })
})
