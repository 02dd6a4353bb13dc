import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createConnectionBudget } from './connection-budget.ts'
import { type EgressProxy, type EgressProxyOptions, startEgressProxy } from './egress-proxy.ts'

let inside: Server
let port: number
let seen: { url: string | undefined; headers: Record<string, unknown> }[] = []
const open: EgressProxy[] = []

beforeAll(async () => {
  inside = createServer((incoming, response) => {
    seen.push({ url: incoming.url, headers: incoming.headers })
    response.setHeader('set-cookie', ['a=1', 'b=2'])
    incoming.pipe(response)
  })
  inside.listen(0, '0.0.0.0')
  await once(inside, 'listening')
  port = (inside.address() as AddressInfo).port
})
afterEach(async () => {
  seen = []
  await Promise.all(open.splice(0).map((proxy) => proxy.close()))
})
afterAll(() => inside.close())

async function proxyWith(options: Partial<EgressProxyOptions> = {}): Promise<EgressProxy> {
  const proxy = await startEgressProxy({
    ...{ allowList: [], exempt: [], upstream: undefined, budget: createConnectionBudget(64) },
    ...options,
  })
  open.push(proxy)
  return proxy
}

/** A request in absolute form, as HTTP clients send it to a proxy. */
async function forward(proxy: EgressProxy, url: string, body = '') {
  const sent = request({ host: '127.0.0.1', port: new URL(proxy.url).port, method: 'POST', path: url, agent: false })
  sent.setHeader('host', URL.parse(url)?.host ?? 'x')
  sent.end(body)
  const [answer] = await once(sent, 'response')
  let text = ''
  for await (const part of answer) text += part
  return { status: answer.statusCode, text, headers: answer.headers }
}

/** The status line and body that CONNECT gets; the socket when it is 200. */
async function tunnel(
  proxy: EgressProxy,
  authority: string,
): Promise<{ status: number; text: string; socket: Socket }> {
  const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1')
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}\r\n\r\n`)
  const [head] = await once(socket, 'data')
  let text = String(head)
  const status = Number(text.split(' ')[1])
  if (status !== 200) for await (const part of socket) text += part
  return { status, text, socket }
}

const FORMS = ['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '0177.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0']

describe('egress proxy', () => {
  test.each(FORMS)('refuses %s, in requests and in tunnels', async (host) => {
    const refused: string[] = []
    const proxy = await proxyWith({ onRefused: (target) => refused.push(target.reason) })
    const answer = await forward(proxy, `http://${host}:${port}/secret`)
    expect(answer).toMatchObject({ status: 403, text: expect.stringMatching(/^Egress blocked: .*AP_SSRF_ALLOW_LIST/) })
    expect(await tunnel(proxy, `${host}:${port}`)).toMatchObject({
      status: 403,
      text: expect.stringMatching(/^HTTP\/1.1 403 Egress blocked[\s\S]*AP_SSRF_ALLOW_LIST/),
    })
    expect(refused).toHaveLength(2)
    expect(seen).toEqual([])
  })

  test('hands on requests and answers as they are, and tunnels bytes', async () => {
    const proxy = await proxyWith({ allowList: ['127.0.0.1'] })
    const answer = await forward(proxy, `http://127.0.0.1:${port}/path?q=1`, 'hello')
    expect(answer).toMatchObject({ status: 200, text: 'hello', headers: { 'set-cookie': ['a=1', 'b=2'] } })
    expect(seen[0]).toMatchObject({ url: '/path?q=1', headers: { host: `127.0.0.1:${port}` } })

    const { status, socket } = await tunnel(proxy, `127.0.0.1:${port}`)
    expect(status).toBe(200)
    socket.write(`GET /tunnelled HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
    let text = ''
    for await (const part of socket) text += part
    expect(text).toMatch(/^HTTP\/1.1 200/)
    expect(seen[1]?.url).toBe('/tunnelled')
  })

  test('reaches the API whatever its address is, and nothing else there', async () => {
    const proxy = await proxyWith({ exempt: [`http://127.0.0.1:${port}/api/`] })
    expect(await forward(proxy, `http://127.0.0.1:${port}/api/x`)).toMatchObject({ status: 200 })
    expect(await forward(proxy, `http://127.0.0.1:${port + 1}/`)).toMatchObject({ status: 403 })
    expect(await forward(proxy, `http://localhost:${port}/api/x`)).toMatchObject({ status: 403 })
  })

  test('goes on through the proxy of the operator, after its own checks', async () => {
    const upstream = await proxyWith({ allowList: ['127.0.0.1'] })
    const http = upstream.url.replace('http://', 'http://user:pass@')
    const proxy = await proxyWith({ allowList: ['127.0.0.1'], upstream: { http, https: http, except: '' } })
    expect(await forward(proxy, `http://127.0.0.1:${port}/one`, 'body')).toMatchObject({ status: 200, text: 'body' })
    expect((await tunnel(proxy, `127.0.0.1:${port}`)).status).toBe(200)
    const careful = await proxyWith({ upstream: { http, https: http, except: '' } })
    expect((await tunnel(careful, `127.0.0.1:${port}`)).status).toBe(403)
    // Its credentials are for it alone.
    expect(seen[0]?.headers).not.toHaveProperty('proxy-authorization')
  })

  test('says what it does not understand or find', async () => {
    const proxy = await proxyWith()
    expect(await forward(proxy, '/relative')).toMatchObject({ status: 400 })
    expect(await forward(proxy, 'http://nowhere.invalid/')).toMatchObject({
      status: 502,
      text: 'The name nowhere.invalid cannot be resolved',
    })
    expect((await tunnel(proxy, 'no-port')).status).toBe(400)
  })

  test('has as many connections as its budget allows, and says so to those beyond it', async () => {
    const refused: string[] = []
    const budget = createConnectionBudget(64)
    const options = {
      allowList: ['127.0.0.1'],
      budget,
      onRefused: ({ reason }: { reason: string }) => refused.push(reason),
    }
    const proxy = await proxyWith(options)
    const target = `127.0.0.1:${port}`
    const held = []
    for (let i = 0; i < budget.perSandbox; i++) held.push(await tunnel(proxy, target))
    expect(held.map(({ status }) => status)).toEqual(Array(budget.perSandbox).fill(200))
    const words = /Too many connections are open .*: a sandbox may have 16 at a time, and all together 64\./
    expect(await tunnel(proxy, target)).toMatchObject({ status: 503, text: expect.stringMatching(words) })
    expect(await forward(proxy, `http://${target}/x`)).toMatchObject({
      status: 503,
      text: expect.stringMatching(words),
    })
    expect(refused).toEqual([expect.stringMatching(words)])
    // Few of hundreds of silent connections stay open.
    const silent = Array.from({ length: 200 }, () => connect(Number(new URL(proxy.url).port), '127.0.0.1'))
    let closed = 0
    for (const socket of silent) socket.on('error', () => {}).on('close', () => closed++)
    await expect.poll(() => closed, { timeout: 60_000 }).toBeGreaterThan(190)

    for (const socket of silent) socket.destroy()

    // Others have what is left of all together.
    const more = []
    for (let other = 0; other < 3; other++) {
      const neighbour = await proxyWith(options)
      for (let i = 0; i < budget.perSandbox; i++) more.push(await tunnel(neighbour, target))
    }
    expect(more.map(({ status }) => status)).toEqual(Array(48).fill(200))
    const last = await proxyWith(options)
    expect((await tunnel(last, target)).status).toBe(503)
    for (const { socket } of [...held, ...more]) socket.destroy()
    await expect.poll(async () => (await forward(last, `http://${target}/x`)).status, { timeout: 60_000 }).toBe(200)
  })
})
