import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import FormDataOfPackage from 'form-data'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DelegatingAuthenticationConverter } from './base-http-client.ts'
import { AxiosHttpClient, httpClient } from './http-client.ts'
import { HttpError } from './http-error.ts'
import type { HttpRequest } from './http-types.ts'

let server: Server
let base: string
const hits = new Map<string, number>()

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', base)
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const count = (hits.get(url.pathname) ?? 0) + 1
  hits.set(url.pathname, count)
  if (url.pathname.startsWith('/slow')) return
  if (url.pathname === '/busy') {
    if (count < 2) return void response.writeHead(429).end('"busy"')
    return void response.end('"free"')
  }
  if (url.pathname === '/status')
    return void response.writeHead(Number(url.searchParams.get('code'))).end('{"why":"no"}')
  if (url.pathname === '/redirect') return void response.writeHead(302, { location: '/echo?redirected=1' }).end()
  if (url.pathname.startsWith('/flaky')) {
    if (count < 3) return void response.writeHead(503).end()
    return void response.end('"up"')
  }
  if (url.pathname === '/gzip')
    return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}'))
  if (url.pathname === '/circle') return void response.writeHead(302, { location: '/circle' }).end()
  if (url.pathname === '/latin')
    return void response
      .writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1' })
      .end(Buffer.from('caf\xe9', 'latin1'))
  if (url.pathname === '/raw') return void response.end(JSON.stringify(request.rawHeaders))
  if (url.pathname === '/html') return void response.end('<p>hi</p>')
  if (url.pathname === '/empty') return void response.writeHead(204).end()
  response.writeHead(200, { 'content-type': 'application/json' }).end(
    JSON.stringify({
      method: request.method,
      headers: request.headers,
      query: Object.fromEntries(url.searchParams),
      body: Buffer.concat(chunks).toString(),
    }),
  )
}

beforeAll(async () => {
  server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const send = (path: string, request: Partial<HttpRequest> = {}) =>
  httpClient.sendRequest({ method: 'GET', url: base + path, ...request })

async function failure(promise: Promise<unknown>): Promise<HttpError> {
  const error = await promise.catch((error: unknown) => error)
  if (error instanceof HttpError) return error
  throw new Error(`Expected an HttpError, got ${String(error)}`)
}

describe('a request', () => {
  it('carries JSON, merged query and default headers', async () => {
    const { body, status } = await send('/echo?a=1', { method: 'POST', body: { x: [1] }, queryParams: { b: '2 3' } })
    expect(status).toBe(200)
    expect(body).toMatchObject({ method: 'POST', query: { a: '1', b: '2 3' }, body: '{"x":[1]}' })
    expect(body.headers).toMatchObject({ accept: 'application/json', 'content-type': 'application/json' })
  })

  it('may have a body with GET, and headers of the caller win in any case', async () => {
    const { body } = await send('/echo', { body: 'text', headers: { 'CONTENT-TYPE': 'text/plain', accept: 'x/y' } })
    expect(body).toMatchObject({ method: 'GET', body: 'text' })
    expect(body.headers).toMatchObject({ 'content-type': 'text/plain', accept: 'x/y' })
  })

  it('carries names of headers as they were typed, a name of the client, and lists in the query', async () => {
    const { body } = await send('/raw', { headers: { 'X-Api-Key': 'k' }, body: { a: 1 }, method: 'POST' })
    expect(body).toEqual(expect.arrayContaining(['X-Api-Key', 'User-Agent', 'Content-Type']))
    expect((await send('/echo', { headers: { 'user-agent': 'mine' } })).body.headers['user-agent']).toBe('mine')
    expect((await send('/echo')).body.headers['user-agent']).toMatch(/^Piecework/)
    await expect(send('/echo', { headers: { 'x-€': '1' } })).rejects.toThrow('Not a name of an HTTP header: "x-€"')
    await expect(send('/echo', { headers: { x: 'a€' } })).rejects.toThrow('The header x holds a character')
  })

  it('becomes a form when the content type says so', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const { body } = await send('/echo', { method: 'POST', headers, body: { a: 'b c', list: [1, 2], skip: undefined } })
    expect(body.body).toBe('a=b+c&list%5B%5D=1&list%5B%5D=2')
  })

  it('sends form data with its own boundary', async () => {
    const form = new FormData()
    form.append('name', 'Ada')
    form.append('file', new Blob(['content']), 'a.txt')
    const { body } = await send('/echo', { method: 'POST', body: form })
    expect(body.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    expect(body.body).toContain('filename="a.txt"')
  })

  it('sends streams, and forms of the package form-data', async () => {
    const stream = await send('/echo', {
      method: 'POST',
      body: Readable.from(['a', 'b']),
      headers: { 'content-type': 'text/plain' },
    })
    expect(stream.body).toMatchObject({ body: 'ab', headers: { 'content-type': 'text/plain' } })
    const form = new FormDataOfPackage()
    form.append('name', 'Ada')
    form.append('file', Buffer.from('content'), { filename: 'a.txt' })
    const { body } = await send('/echo', { method: 'POST', body: form, headers: form.getHeaders() })
    expect(body.headers['content-type']).toBe(`multipart/form-data; boundary=${form.getBoundary()}`)
    expect(body.body).toMatch(/name="name"\r\n\r\nAda[\s\S]*filename="a.txt"[\s\S]*content/)
    const without = new FormDataOfPackage()
    without.append('a', '1')
    expect((await send('/echo', { method: 'POST', body: without })).body.body).toContain('name="a"')
  })

  it('turns text into JSON when it says that it is JSON, unless it is that already', async () => {
    const sent = async (body: string) => (await send('/echo', { method: 'POST', body })).body.body
    expect([await sent('{"a":1}'), await sent('hello')]).toEqual(['{"a":1}', '"hello"'])
  })

  it('goes to the base URL of its client, by the authentication that the client knows', async () => {
    class Signed extends DelegatingAuthenticationConverter {
      override convert(
        authentication: Parameters<DelegatingAuthenticationConverter['convert']>[0],
        headers: Record<string, string | string[] | undefined>,
      ) {
        return super.convert(authentication, Object.assign(headers, { 'x-signed': 'yes' }))
      }
    }
    const client = new AxiosHttpClient(`${base}/echo`, new Signed())
    const authentication = { type: 'BEARER_TOKEN', token: 'abc' } as const
    const { body } = await client.sendRequest({ method: 'GET', url: '?a=1', authentication })
    expect(body).toMatchObject({ query: { a: '1' }, headers: { authorization: 'Bearer abc', 'x-signed': 'yes' } })
  })

  it('authenticates with a bearer token or a user name and password', async () => {
    const bearer = await send('/echo', { authentication: { type: 'BEARER_TOKEN', token: 'abc' } })
    expect(bearer.body.headers.authorization).toBe('Bearer abc')
    const basic = await send('/echo', { authentication: { type: 'BASIC', username: 'ü', password: 'p' } })
    expect(basic.body.headers.authorization).toBe(`Basic ${Buffer.from('ü:p').toString('base64')}`)
  })
})

describe('an answer', () => {
  it('is decompressed and parsed, and stays text when it is not JSON', async () => {
    expect((await send('/gzip')).body).toEqual({ a: 1 })
    expect((await send('/html')).body).toBe('<p>hi</p>')
    expect((await send('/empty')).body).toBe('')
    expect((await send('/latin')).body).toBe('café')
  })

  it('comes as bytes or as plain text when asked', async () => {
    const bytes = await send('/gzip', { responseType: 'arraybuffer' })
    expect(Buffer.isBuffer(bytes.body) && bytes.body.toString()).toBe('{"a":1}')
    expect((await send('/gzip', { responseType: 'text' })).body).toBe('{"a":1}')
    const blob = (await send('/gzip', { responseType: 'blob' })).body
    expect(blob instanceof Blob && (await blob.text())).toBe('{"a":1}')
  })

  it('follows redirects unless told not to', async () => {
    expect((await send('/redirect')).body.query).toEqual({ redirected: '1' })
    expect(await send('/redirect', { followRedirects: false })).toMatchObject({
      status: 302,
      headers: { location: '/echo?redirected=1' },
    })
  })
})

describe('a failure', () => {
  it('is an error with the status and both bodies as JSON', async () => {
    const error = await failure(send('/status?code=422', { method: 'POST', body: { x: 1 } }))
    expect(JSON.parse(error.message)).toEqual({
      response: { status: 422, body: { why: 'no' } },
      request: { body: { x: 1 } },
    })
    expect(error.errorMessage()).toEqual({
      response: { status: 422, body: { why: 'no' } },
      request: { body: { x: 1 } },
    })
    expect(error.response.status).toBe(422)
  })

  it('can be read, for every kind of answer that a piece asks for', async () => {
    const error = await failure(send('/status?code=404', { responseType: 'arraybuffer' }))
    expect(error.response.body).toEqual({ why: 'no' })
  })

  it('of a client that the piece brings along is translated', () => {
    const error = new HttpError({ a: 1 }, { response: { status: 403, data: Buffer.from('denied') } })
    expect(JSON.parse(error.message)).toEqual({
      response: { status: 403, body: 'denied' },
      request: { body: { a: 1 } },
    })
    expect(new HttpError(undefined, {}).errorMessage()).toEqual({
      response: { status: 500, body: undefined },
      request: { body: undefined },
    })
  })

  it('without any answer has status 500 and the reason', async () => {
    const error = await failure(httpClient.sendRequest({ method: 'GET', url: 'http://127.0.0.1:1/' }))
    expect(error.response).toMatchObject({ status: 500, body: expect.stringContaining('ECONNREFUSED') })
  })

  it('says that a service redirects forever', async () => {
    const error = await failure(send('/circle'))
    expect(error.response.body).toMatch(/^127\.0\.0\.1:\d+ redirects in a circle/)
  })

  it('comes when the time is over', async () => {
    const error = await failure(send('/slow', { timeout: 50 }))
    expect(error.response.body).toBe('No answer within 50 ms')
  })

  it('of the server is tried again as often as asked; one of the caller is not', async () => {
    expect((await send('/flaky', { retries: 2 })).body).toBe('up')
    await failure(send('/flaky-alone'))
    expect(hits.get('/flaky-alone')).toBe(1)
    hits.delete('/status')
    await failure(send('/status?code=404', { retries: 3 }))
    expect(hits.get('/status')).toBe(1)
  })

  it('that may pass is tried again only where a repetition does no harm', async () => {
    expect((await send('/busy', { retries: 1 })).body).toBe('free')
    hits.delete('/busy')
    expect((await failure(send('/busy', { method: 'POST', retries: 1 }))).response.status).toBe(429)
    await failure(send('/slow-post', { method: 'POST', timeout: 50, retries: 1 }))
    await failure(send('/slow-get', { timeout: 50, retries: 1 }))
    expect([hits.get('/slow-post'), hits.get('/slow-get')]).toEqual([1, 2])
  })

  it('names a URL that is none', async () => {
    await expect(httpClient.sendRequest({ method: 'GET', url: 'example' })).rejects.toThrow(/Invalid URL/)
  })
})
