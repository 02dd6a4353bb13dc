import { ApFile, createMockActionContext, HttpMethod } from '@piecework/framework'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readBody, startTestProxy, startTestServer, type TestServer } from '../common/test-server.ts'
import { parseUrl } from './actions/parse-url.ts'
import { sendRequest } from './actions/send-request.ts'

let server: TestServer
let calls = 0
beforeAll(async () => {
  server = await startTestServer(async (request, response) => {
    calls++
    const url = new URL(request.url ?? '/', 'http://localhost')
    const status = url.searchParams.get('status')
    if (url.pathname === '/binary') return void response.end(Buffer.from([0, 255]))
    if (url.pathname === '/moved') return void response.writeHead(302, { location: '/' }).end()
    if (url.pathname === '/slow') return
    if (url.pathname === '/lost') return void response.destroy()
    if (status) return void response.writeHead(Number(status)).end('"sorry"')
    const { method, headers } = request
    response.end(JSON.stringify({ method, headers, query: url.search, body: await readBody(request) }))
  })
})
afterAll(() => server.close())
beforeEach(() => {
  calls = 0
})

const send = (path: string, values: object = {}) =>
  sendRequest.run(
    createMockActionContext({
      propsValue: {
        method: HttpMethod.GET,
        url: server.url + path,
        headers: {},
        queryParams: {},
        authType: 'NONE',
        ...values,
      },
    }),
  )

describe('send request', () => {
  it('sends what the author entered and returns the whole answer', async () => {
    const output = await send('/?a=1', {
      method: 'POST',
      headers: { 'X-Number': 5, '': 'ignored' },
      queryParams: { b: 'c d' },
      body_type: 'json',
      body: { data: { hello: 'world' } },
    })
    expect(output).toMatchObject({
      status: 200,
      headers: { date: expect.any(String) },
      body: { method: 'POST', query: '?a=1&b=c+d', body: '{"hello":"world"}', headers: { 'x-number': '5' } },
    })
  })

  it('sends raw text and form data with files', async () => {
    expect(await send('/', { method: 'POST', body_type: 'raw', body: { data: 'plain' } })).toMatchObject({
      body: { body: 'plain', headers: { 'content-type': 'text/plain' } },
    })
    const data = [
      { fieldName: 'name', fieldType: 'text', textFieldValue: 'Ada' },
      { fieldName: 'doc', fieldType: 'file', fileFieldValue: new ApFile('doc.txt', Buffer.from('content')) },
    ]
    expect(await send('/', { method: 'POST', body_type: 'form_data', body: { data } })).toMatchObject({
      body: { body: expect.stringMatching(/name="name"\r\n\r\nAda.*filename="doc.txt".*content/s) },
    })
    await expect(send('/', { method: 'POST', body_type: 'form_data', body: { data: 'x' } })).rejects.toThrow('list')
  })

  const form = (data: unknown) => send('/', { method: 'POST', body_type: 'form_data', body: { data } })

  it('gives files in forms their media types, and fails without one that cannot be had', async () => {
    const file = (fileFieldValue: unknown) => form([{ fieldName: 'pic', fieldType: 'file', fileFieldValue }])
    expect(await file(new ApFile('a.png', Buffer.from('x')))).toMatchObject({
      body: { body: expect.stringMatching(/filename="a.png"\r\nContent-Type: image\/png/i) },
    })
    await expect(file(null)).rejects.toThrow('The file of the form field "pic" cannot be read')
    expect(await file(undefined)).toMatchObject({ status: 200 })
  })

  it('takes form data of older versions, a map', async () => {
    expect(await form({ a: '1', b: ['2', '3'] })).toMatchObject({
      body: { body: expect.stringMatching(/name="a"\r\n\r\n1.*name="b"\r\n\r\n2.*name="b"\r\n\r\n3/s) },
    })
  })

  it('writes a JSON body as a form where the content type asks for one', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const data = { grant_type: 'client_credentials', scope: ['a b', 'c'] }
    expect(await send('/', { method: 'POST', headers, body_type: 'json', body: { data } })).toMatchObject({
      body: { body: 'grant_type=client_credentials&scope%5B%5D=a+b&scope%5B%5D=c' },
    })
  })

  it('repeats query parameters of lists, and accepts any answer', async () => {
    expect(await send('/', { queryParams: { ids: [1, 2] } })).toMatchObject({
      body: { query: '?ids=1&ids=2', headers: { accept: 'application/json, text/plain, */*' } },
    })
  })

  it('authenticates', async () => {
    expect(await send('/', { authType: 'BEARER_TOKEN', authFields: { token: 't' } })).toMatchObject({
      body: { headers: { authorization: 'Bearer t' } },
    })
    expect(await send('/', { authType: 'BASIC', authFields: { username: 'u', password: 'p' } })).toMatchObject({
      body: { headers: { authorization: 'Basic dTpw' } },
    })
  })

  it('returns bytes as base64, and a redirect as it is unless told to follow', async () => {
    expect(await send('/binary', { response_is_binary: true })).toMatchObject({ body: 'AP8=' })
    expect(await send('/moved')).toMatchObject({ status: 302 })
    expect(await send('/moved', { followRedirects: true })).toMatchObject({ status: 200 })
  })

  it('gives up after the time limit', async () => {
    await expect(send('/slow', { timeout: 0.05 })).rejects.toThrow('No answer within 50 ms')
  })

  it('goes through a proxy', async () => {
    const proxy = await startTestProxy()
    const proxy_settings = { proxy_host: '127.0.0.1', proxy_port: proxy.port, proxy_username: 'u', proxy_password: 'p' }
    expect(await send('/', { use_proxy: true, proxy_settings })).toMatchObject({ status: 200 })
    expect(proxy.tunnels).toEqual([`${server.url.slice(7)} Basic dTpw`])
    await proxy.close()
    await expect(send('/', { use_proxy: true, proxy_settings: {} })).rejects.toThrow('host and a port')
  })

  it('refuses what is no URL', async () => {
    await expect(send('/', { url: 'example' })).rejects.toThrow('Not a URL of the web: example')
    expect(await send('/', { url: 'example', failureMode: 'continue_all' })).toMatchObject({
      response: { body: 'Not a URL of the web: example' },
    })
  })
})

describe('the failure mode', () => {
  const failed = (status: number) => ({ response: { status, body: 'sorry' }, request: { body: undefined } })
  it.each([
    ['retry_all', 400, 3, 'fails'],
    ['retry_5xx', 503, 3, 'fails'],
    ['retry_5xx', 404, 1, 'output'],
    ['retry_none', 500, 1, 'fails'],
    ['continue_all', 500, 1, 'output'],
    ['continue_4xx', 404, 1, 'output'],
    ['continue_4xx', 500, 3, 'fails'],
    ['continue_none', 404, 1, 'fails'],
    [undefined, 404, 1, 'fails'],
  ])('%s makes of a %d after %d calls: %s', async (failureMode, status, attempts, outcome) => {
    const result = send(`/?status=${status}`, { failureMode })
    if (outcome === 'fails') await expect(result).rejects.toThrow(`"status":${status}`)
    else expect(await result).toEqual(failed(status))
    expect(calls).toBe(attempts)
  })
})

describe('a connection that is lost', () => {
  const lost = { response: { status: 500, body: expect.stringMatching(/closed|reset|hang/i) }, request: {} }
  it.each([
    ['retry_all', 3, 'fails'],
    ['retry_5xx', 3, 'fails'],
    ['continue_4xx', 3, 'fails'],
    ['continue_none', 1, 'fails'],
    ['continue_all', 1, 'output'],
  ])('with %s is tried %d times, and %s', async (failureMode, attempts, outcome) => {
    const result = send('/lost', { failureMode })
    if (outcome === 'fails') await expect(result).rejects.toThrow(/^127\.0\.0\.1:\d+ closed the connection/)
    else expect(await result).toMatchObject(lost)
    expect(calls).toBe(attempts)
  })
})

it('shows what an error says, also where bytes were asked for', async () => {
  const output = await send('/?status=500', { failureMode: 'continue_all', response_is_binary: true })
  expect(output).toEqual({ response: { status: 500, body: 'sorry' }, request: { body: undefined } })
})

describe('parse URL', () => {
  const parse = (url: string, returnArrays?: boolean) =>
    parseUrl.run(createMockActionContext({ propsValue: { url, returnArrays } }))

  it('takes a URL apart', async () => {
    const url = 'https://example.com:8080/a/b?x=1&x=2&y=3#top'
    const parts = { base_url: 'https://example.com:8080', domain: 'example.com', path: '/a/b', hash: '#top' }
    expect(await parse(url)).toEqual({ ...parts, query_parameters: { x: ['1', '2'], y: ['3'] } })
    expect(await parse(url, false)).toEqual({ ...parts, query_parameters: { x: '1', y: '3' } })
  })

  it('refuses what is no URL', async () => {
    await expect(parse('not a url')).rejects.toThrow('Invalid URL')
  })
})
