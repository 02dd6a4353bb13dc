import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { code, piece, respond, signIn, until } from './support/client.ts'
import { http } from './support/http.ts'
import { startServer, temporaryFolder } from './support/process.ts'
import { head, raw } from './support/raw.ts'

const ROOT = new URL('../', import.meta.url).pathname

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => folder.remove())

const seconds = (since: number) => (performance.now() - since) / 1000
/** An orderly stop waits for so many seconds at most: a stop that something holds up takes as long. */
const LONGEST_STOP = 20

describe('what clients do does not keep a server from stopping', () => {
  test('bodies, upgrades and headers that never arrive', async () => {
    const server = await startServer(folder.path)
    const post = (path: string, ...headers: string[]) => head(`POST ${path} HTTP/1.1`, ...headers)
    const length = 'Content-Length: 1000'
    const stalled = await raw(
      server.base,
      `${post('/api/v1/app-events/slack', length, 'Content-Type: application/json')}{`,
    )
    await raw(server.base, `${post('/api/v1/authentication/sign-in', length, 'Content-Type: application/json')}{`)
    await raw(
      server.base,
      `${post('/api/v1/authentication/sign-in', 'Transfer-Encoding: chunked', 'Content-Type: application/json')}5\r\n`,
    )
    await raw(server.base, `${post('/api/v1/step-files', length, 'Content-Type: multipart/form-data; boundary=x')}--x`)
    await raw(server.base, 'GET /api/v1/fl')
    await raw(server.base)
    await raw(server.base, head('GET /x HTTP/1.1', 'Upgrade: x', 'Connection: Upgrade'))
    expect((await http(`${server.base}/v1/health`, { method: 'GET' })).status).toBe(200)
    const began = performance.now()
    expect(await server.stop()).toBe(0)
    expect(seconds(began)).toBeLessThan(LONGEST_STOP)
    expect(await stalled.closed).toMatch(/^HTTP\/1\.1 (404|503) /)
  })

  test('a request on a connection that is kept is refused in the shape of an error while others are answered', async () => {
    const server = await startServer(folder.path)
    const client = await signIn(server.base)
    const slow = code('step_1', 'export const code = () => new Promise((done) => setTimeout(() => done(1), 3000))')
    const flowId = await client.liveFlow([slow, respond('step_2', 'done')])
    // Two requests behind one another on a connection: the second comes while the first is answered.
    const call = head(`GET /api/v1/webhooks/${flowId}/sync HTTP/1.1`)
    const waiting = http(`${server.base}/v1/webhooks/${flowId}/sync`)
    const kept = await raw(server.base, call)
    await until(async () => (await client.runs()).data.length === 2 && client.runs())
    const stopped = server.stop()
    await until(async () => /"stopping"/.test(server.output()) && true)
    kept.socket.write(head('GET /api/v1/flags HTTP/1.1'))
    expect(await waiting).toMatchObject({ status: 200 })
    const answers = await kept.closed
    expect(answers).toMatch(/^HTTP\/1\.1 200 /)
    expect(await stopped).toBe(0)
  })

  test('steps of active runs reach the API until they have answered, and strangers do not', async () => {
    const server = await startServer(folder.path)
    const client = await signIn(server.base)
    const slow = code('step_1', 'export const code = () => new Promise((done) => setTimeout(() => done("v"), 3000))')
    const store = (name: string, action: string, input = {}) =>
      piece(name, '@activepieces/piece-store', '0.6.14', action, { key: 'k', store_scope: 'FLOW', ...input })
    const keeps = await client.liveFlow([
      ...[slow, store('step_2', 'put', { value: '{{step_1}}' }), store('step_3', 'get')],
      respond('step_4', { kept: '{{step_3}}' }),
    ])
    const delay = piece('step_2', '@activepieces/piece-delay', '0.3.27', 'delayFor', { unit: 'hours', delayFor: 1 })
    const pauses = await client.liveFlow([slow, delay])
    const answer = http(`${server.base}/v1/webhooks/${keeps}/sync`)
    expect((await http(`${server.base}/v1/webhooks/${pauses}`)).status).toBe(200)
    await until(async () => (await client.runs({ status: ['RUNNING'] })).data.length === 2)
    const began = performance.now()
    const stopped = server.stop()
    await until(async () => /"stopping"/.test(server.output()) && true)
    // A connection that is kept may be closed while the request is on its way.
    const stranger = await until(() => http(`${server.base}/v1/flags`, { method: 'GET' }).catch(() => false as const))
    expect(stranger).toMatchObject({ status: 503, json: { code: 'SERVICE_UNAVAILABLE' } })
    expect(stranger.headers.get('connection')).toBe('close')
    expect(await answer).toMatchObject({ status: 200, json: { kept: 'v' } })
    expect(await stopped).toBe(0)
    // Steps that found no API would have kept it to the end.
    expect(seconds(began)).toBeLessThan(LONGEST_STOP)
    const again = await startServer(folder.path)
    expect((await (await signIn(again.base)).runs()).data.map(({ status }) => status).toSorted()).toEqual([
      ...['PAUSED', 'SUCCEEDED'],
    ])
    await again.stop()
  })

  test('a second signal ends it at once', async () => {
    const server = await startServer(folder.path)
    const client = await signIn(server.base)
    const long = code('step_1', 'export const code = () => new Promise((done) => setTimeout(done, 60_000))')
    const flowId = await client.liveFlow([long])
    void http(`${server.base}/v1/webhooks/${flowId}/sync`).catch(() => undefined)
    await until(async () => (await client.runs()).data.length === 1 && client.runs())
    process.kill(server.pid, 'SIGTERM')
    await until(async () => /"stopping"/.test(server.output()) && true)
    await new Promise((done) => setTimeout(done, 300))
    const began = performance.now()
    process.kill(server.pid, 'SIGTERM')
    expect(await server.ended).toEqual([1, null])
    // An orderly stop would wait for the run.
    expect(seconds(began)).toBeLessThan(LONGEST_STOP)
  })
})

test('a server that is about to stop serves on for a while, is not ready, and ends the connections that it answers', async () => {
  const server = await startServer(folder.path, { AP_STOP_DELAY_SECONDS: '2' })
  expect((await http(`${server.base}/v1/health/ready`, { method: 'GET' })).status).toBe(200)
  const stopped = server.stop()
  const ready = await until(async () => {
    const answer = await http(`${server.base}/v1/health/ready`, { method: 'GET' })
    return answer.status === 503 && answer
  })
  expect(ready.headers.get('connection')).toBe('close')
  const flags = await http(`${server.base}/v1/flags`, { method: 'GET' })
  expect([flags.status, flags.headers.get('connection')]).toEqual([200, 'close'])
  expect(await stopped).toBe(0)
})

test('npm start ends with its server when npm alone gets the signal, and leaves the data folder free', async () => {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    AP_CONFIG_PATH: folder.path,
    AP_PORT: '0',
    AP_HOST: '127.0.0.1',
  }
  for (let time = 0; time < 2; time++) {
    const npm = spawn('npm', ['start'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(npm, 'exit')
    const ready = Promise.withResolvers<string>()
    createInterface({ input: npm.stdout }).on('line', (line) => {
      const port = /"port":(\d+).*"Piecework is ready"/.exec(line)?.[1]
      if (port) ready.resolve(port)
    })
    const port = await Promise.race([ready.promise, ended.then(() => 'it ended')])
    const url = `http://127.0.0.1:${port}/api/v1/health`
    expect((await http(url, { method: 'GET' })).status).toBe(200)
    npm.kill('SIGTERM')
    await ended
    await expect(http(url, { method: 'GET' })).rejects.toThrow()
  }
})
