import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signIn } from './support/client.ts'
import { http } from './support/http.ts'
import { type ServerProcess, startServer, temporaryFolder } from './support/process.ts'
import { head, raw } from './support/raw.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: ServerProcess

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startServer(folder.path)
})

afterAll(async () => {
  await server?.stop()
  await folder?.remove()
})

const health = async () => (await http(`${server.base}/v1/health`, { method: 'GET' })).status
const CLOSE = 'Connection: close'
const UPGRADE = ['Upgrade: websocket', 'Connection: Upgrade']
const KEY = ['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13']

describe('bytes that are no request of ours', () => {
  test.each(['//', 'http://[', 'http://[::1', 'http://%', 'http://a b', '///\\', 'x://[/'])(
    'an upgrade at %s is answered with 400, and the connection closed',
    async (target) => {
      const { closed } = await raw(server.base, head(`GET ${target} HTTP/1.1`, 'Upgrade: x', 'Connection: Upgrade'))
      expect(await closed).toMatch(/^HTTP\/1\.1 400 /)
      expect(await health()).toBe(200)
    },
  )

  test.each([
    ['another path', '/api/elsewhere', UPGRADE, 404],
    ['the channel of workers without a token', '/api/worker-channel', [...UPGRADE, ...KEY], 401],
    [
      'the channel of workers with a NUL-like token',
      '/api/worker-channel',
      [...UPGRADE, 'Authorization: Bearer \u00ff'],
      401,
    ],
    ['live updates without a key', '/api/socket.io/?EIO=4&transport=websocket', UPGRADE, 400],
  ])('an upgrade at %s is refused', async (_name, path, headers, status) => {
    const { closed } = await raw(server.base, head(`GET ${path} HTTP/1.1`, ...headers))
    expect(await closed).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(await health()).toBe(200)
  })

  test.each([
    ['no request line', '\u0000\u0001\u0002\r\n\r\n', 400],
    ['another protocol', '\u0016\u0003\u0001\u0000\u00a5\u0001', 400],
    ['two lengths', head('POST /api/v1/flags HTTP/1.1', 'Content-Length: 1', 'Content-Length: 2'), 400],
    ['headers without an end', `GET / HTTP/1.1\r\nHost: x\r\na: ${'x'.repeat(100_000)}`, 431],
  ])('%s is answered in the shape of an error', async (_name, bytes, status) => {
    const { closed } = await raw(server.base, bytes)
    const answer = await closed
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({
      statusCode: status,
      code: 'INVALID_REQUEST',
      params: { message: expect.any(String) },
    })
  })

  test.each([
    ['a path that cannot be decoded', head('GET /api/v1/flows/%zz HTTP/1.1', CLOSE), 400, 'FST_ERR_BAD_URL'],
    ['such a path of a webhook', head('POST /api/v1/webhooks/%E0%A4%A/sync HTTP/1.1', CLOSE), 400, 'FST_ERR_BAD_URL'],
    [
      'a part of a path that is too long',
      head(`GET /api/v1/flows/${'x'.repeat(600)} HTTP/1.1`, CLOSE),
      414,
      'FST_ERR_MAX_PARAM_LENGTH',
    ],
    ['no host', 'GET /api/v1/flags HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'INVALID_REQUEST'],
    ['an expectation', head('POST /api/v1/flags HTTP/1.1', CLOSE, 'Expect: 200-ok'), 417, 'INVALID_REQUEST'],
    ['a tunnel', head('CONNECT example.com:80 HTTP/1.1'), 405, 'INVALID_REQUEST'],
    ['a tunnel to nowhere', head('CONNECT // HTTP/1.1'), 405, 'INVALID_REQUEST'],
    ['an upgrade to nothing', head('GET /x HTTP/1.1', ...UPGRADE), 404, 'INVALID_REQUEST'],
    ['a worker without a token', head('GET /api/worker-channel HTTP/1.1', ...UPGRADE, ...KEY), 401, 'INVALID_BEARER'],
  ])('%s is answered in the shape of an error', async (_name, bytes, status, code) => {
    const { closed } = await raw(server.base, bytes)
    const [top = '', body = ''] = (await closed).split('\r\n\r\n')
    expect(top).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(JSON.parse(body)).toMatchObject({
      statusCode: status,
      code: expect.stringContaining(code),
      params: { message: expect.any(String) },
    })
    expect(await health()).toBe(200)
  })

  test('a method that no route has is answered as an unknown route is', async () => {
    const { closed } = await raw(server.base, head('QUERY /api/v1/flows HTTP/1.1', CLOSE))
    const [top = '', body = ''] = (await closed).split('\r\n\r\n')
    expect(top).toMatch(/^HTTP\/1\.1 404 /)
    expect(JSON.parse(body)).toMatchObject({ statusCode: 404, message: 'Route not found' })
    expect(await health()).toBe(200)
  })

  test.each([
    ['that breaks off', 'multipart/form-data; boundary=x', '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\nb'],
    ['of other bytes', 'multipart/form-data; boundary=x', '{a}'],
    ['without a boundary', 'multipart/form-data', '--x--'],
  ])('a form %s is refused as such', async (_name, type, body) => {
    const { token } = await signIn(server.base)
    const headers = { authorization: `Bearer ${token}`, 'content-type': type }
    expect(await http(`${server.base}/v1/pieces`, { headers, body })).toMatchObject({
      status: 400,
      json: { statusCode: 400, code: 'INVALID_REQUEST', params: { message: expect.stringContaining('form') } },
    })
  })

  test.each([
    ['two hosts', head('GET /api/v1/health HTTP/1.1', 'Host: y')],
    [
      'another encoding of the transfer',
      `${head('POST /api/v1/webhooks/x HTTP/1.1', 'Transfer-Encoding: gzip, chunked')}0\r\n\r\n`,
    ],
    ['chunks in HTTP/1.0', `${head('POST /api/v1/webhooks/x HTTP/1.0', 'Transfer-Encoding: chunked')}0\r\n\r\n`],
  ])('%s are refused, and nothing more is read from the connection', async (_name, bytes) => {
    const { closed } = await raw(server.base, bytes + head('GET /api/v1/health HTTP/1.1'))
    expect((await closed).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400'])
  })

  test('PRI * HTTP/2.0 is not taken', async () => {
    const { closed } = await raw(server.base, head('PRI * HTTP/2.0'))
    await closed
    expect(await health()).toBe(200)
  })

  test('sockets that break off in the middle of an upgrade end nothing', async () => {
    for (let time = 0; time < 50; time++) {
      const { socket } = await raw(
        server.base,
        head('GET /api/socket.io/?EIO=4&transport=websocket HTTP/1.1', ...UPGRADE, ...KEY),
      )
      socket.resetAndDestroy()
    }
    expect(await health()).toBe(200)
  })
})
