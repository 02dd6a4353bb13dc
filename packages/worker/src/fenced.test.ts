// Longer than most: every kind of packet, and every way to send one, in one place with what starts the sandbox.
import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { EngineConfig } from '@piecework/engine/protocol'
import { code, configOf, versionOf } from '@piecework/engine/testing/harness'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requireNamespaces } from './namespaces.ts'
import type { Task } from './task.ts'
import { noConnection } from './testing.ts'
import { createWorker, type Worker } from './worker.ts'

/** Code steps that try to get at what is not theirs, in real engine processes. */

let folder: string
let secret: Server
let port: number
let paths: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fenced-'))
  await writeFile(join(folder, 'keys.json'), 'the encryption key')
  secret = createServer((request, response) => {
    paths.push(request.url ?? '')
    response.end(JSON.stringify({ path: request.url }))
  })
  await new Promise<void>((done) => secret.listen(0, '0.0.0.0', done))
  port = (secret.address() as AddressInfo).port
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  await new Promise((done) => secret.close(done))
})

async function withWorker<T>(
  changes: Partial<EngineConfig>,
  use: (worker: Worker) => Promise<T>,
  environment: Record<string, string> = {},
  reuseSandbox = false,
): Promise<T> {
  const worker = createWorker(
    {
      cacheFolder: join(folder, 'cache'),
      cacheLimitBytes: 1024 ** 3,
      concurrency: 1,
      memoryLimitKb: 512 * 1024,
      propagatedEnv: {},
      environment,
      reuseSandbox,
      engine: configOf({ internalApiUrl: `http://127.0.0.1:${port}/api/`, ...changes }),
    },
    {
      loadVersion: async (key) => versions.get(key) ?? versionOf([]),
      loadArchive: async () => Buffer.alloc(0),
      loadConnection: noConnection,
    },
  )
  try {
    await worker.check()
    return await use(worker)
  } finally {
    await worker.close()
  }
}

const versions = new Map<string, ReturnType<typeof versionOf>>()
let count = 0

/** Runs one code step. @returns its output, or the message of its failure */
async function runCode(worker: Worker, body: string, input = {}, projectId = 'project'): Promise<unknown> {
  const key = `version-${count++}`
  versions.set(key, versionOf([code('step_1', body, input)]))
  const task: Task = {
    operation: {
      type: 'EXECUTE_FLOW',
      projectId,
      platformId: 'platform',
      engineToken: 'token',
      sealKey: '0'.repeat(64),
      flowRunId: key,
      flowId: 'flow',
      executionType: 'BEGIN',
      triggerPayload: '{}',
      executeTrigger: false,
      resumePayload: null,
      journal: [],
      test: null,
      callerWaits: false,
      tellsSteps: false,
    },
    version: { key, pieces: {} },
    timeoutMs: 60_000,
  }
  const outcome = await worker.execute(task, { journal: async () => {}, respond() {}, progress() {} }).outcome
  if (outcome.kind !== 'RESULT') return outcome
  const { result } = outcome.message
  if (result.type !== 'EXECUTE_FLOW') return result
  const step = JSON.parse(result.log).executionState.steps.step_1
  return step?.status === 'SUCCEEDED' ? step.output : (step?.errorMessage ?? result)
}

const TRIES = {
  socket: `return await new Promise((done, fail) => require('net').connect(i.port, '127.0.0.1', () => done('reached')).on('error', fail))`,
  fetch: `return (await fetch('http://127.0.0.1:' + i.port + '/secret')).status`,
  metadata: `return (await fetch('http://169.254.169.254/latest/meta-data/')).status`,
  thread: `const source = 'import { parentPort } from "node:worker_threads"; fetch("http://127.0.0.1:' + i.port + '").then(() => parentPort.postMessage("reached"), (e) => parentPort.postMessage(e.cause.name + ": " + e.cause.message))'
    const thread = new (require('worker_threads').Worker)(new URL('data:text/javascript,' + encodeURIComponent(source)))
    throw new Error(await new Promise((done, fail) => thread.once('message', done).once('error', fail)))`,
  http: `return await new Promise((done, fail) => require('http').get('http://localhost:' + i.port + '/secret', (r) => done(r.statusCode)).on('error', fail))`,
}

const namespaces =
  existsSync('/usr/bin/bwrap') &&
  (await requireNamespaces('SANDBOX_PROCESS', 'STRICT').then(
    () => true,
    () => false,
  ))

describe('AP_NETWORK_MODE', () => {
  test('UNRESTRICTED lets code reach what the worker reaches', async () => {
    const answer = await withWorker({}, (worker) => runCode(worker, TRIES.fetch, { port }))
    expect(answer).toBe(200)
  })

  test('STRICT keeps code from internal addresses, but not the engine from its API', { timeout: 60_000 }, async () => {
    paths = []
    await withWorker({ networkMode: 'STRICT', ssrfAllowList: [] }, async (worker) => {
      const other = port === 65_535 ? port - 1 : port + 1
      for (const [name, body] of Object.entries(TRIES))
        expect(await runCode(worker, body, { port: other }), name).toMatch(/SSRFBlockedError[\s\S]*AP_SSRF_ALLOW_LIST/)
      expect(await runCode(worker, `return (await fetch('http://10.0.0.1/')).status`)).toMatch(/SSRFBlockedError/)
      // The proxy answers clients in user code that use it on their own.
      const proxied = `return await new Promise((done, fail) => require('http').get({ host: '127.0.0.1', port: new URL(process.env.HTTP_PROXY).port, path: 'http://10.0.0.1/' }, (r) => { let t = ''; r.on('data', (d) => t += d).on('end', () => done(r.statusCode + ' ' + t)) }).on('error', fail))`
      expect(await runCode(worker, proxied)).toMatch(/^403 Egress blocked/)
      expect(
        await runCode(worker, `return (await (await fetch('http://127.0.0.1:' + i.port + '/api/x')).json()).path`, {
          port,
        }),
      ).toBe('/api/x')
    })
    expect(paths).toEqual(['/api/x'])
  })

  test('STRICT keeps to the allow list', { timeout: 60_000 }, async () => {
    const open: Partial<EngineConfig> = {
      networkMode: 'STRICT',
      ssrfAllowList: ['127.0.0.0/8'],
      internalApiUrl: 'http://127.0.0.1:9/api/',
    }
    expect(await withWorker(open, (worker) => runCode(worker, TRIES.fetch, { port }))).toBe(200)
  })
})

describe('HTTP_PROXY', () => {
  /** The proxy of an operator: answers everything by itself, and tells what it was asked for. */
  const asked: string[] = []
  const proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.end('from the proxy')
  })
  // Node's fetch asks for tunnels even where it need not; what comes through one is answered here, too.
  proxy.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`)
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    proxy.emit('connection', socket)
  })
  beforeAll(() => new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done)))
  afterAll(() => {
    proxy.closeAllConnections()
    return new Promise((done) => proxy.close(done))
  })

  const CLIENTS = `
    const http = require('http')
    const text = (response) => new Promise((done) => { let t = ''; response.on('data', (d) => t += d).on('end', () => done(t)) })
    const get = () => new Promise((done, fail) => http.get('http://127.0.0.2:8099/http', (response) => done(text(response))).on('error', fail))
    return [await (await fetch('http://127.0.0.2:8099/fetch')).text(), await get()]`

  test.each(['UNRESTRICTED', 'STRICT'] as const)(
    'takes the requests of code in %s mode, but not those to the API',
    { timeout: 60_000 },
    async (networkMode) => {
      asked.length = 0
      paths = []
      const environment = { HTTP_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` }
      await withWorker(
        { networkMode, ssrfAllowList: ['127.0.0.2'] },
        async (worker) => {
          expect(await runCode(worker, CLIENTS)).toEqual(['from the proxy', 'from the proxy'])
          const api = `return (await (await fetch('http://127.0.0.1:' + i.port + '/api/x')).json()).path`
          expect(await runCode(worker, api, { port })).toBe('/api/x')
          if (networkMode === 'STRICT') expect(await runCode(worker, TRIES.metadata)).toMatch(/SSRFBlockedError/)
        },
        environment,
      )
      expect(asked).toEqual(['CONNECT 127.0.0.2:8099', 'GET /fetch', 'GET http://127.0.0.2:8099/http'])
    },
  )
})

/** Without namespaces of the kernel, the test is that the worker says so instead of running code unfenced. */
function fencedTest(name: string, run: () => Promise<void>): void {
  test(name, { timeout: 90_000 }, async () => {
    if (namespaces) return run()
    await expect(requireNamespaces('SANDBOX_PROCESS', 'STRICT')).rejects.toThrow('choose SANDBOX_CODE_ONLY')
  })
}

describe('kernel namespaces', () => {
  const LOOK = `
    const fs = require('fs'), { execSync } = require('child_process')
    const attempt = (call) => { try { return call() } catch (error) { return error.code ?? String(error.message).slice(0, 60) } }
    return {
      keys: attempt(() => fs.readFileSync(i.folder + '/keys.json', 'utf8')),
      root: attempt(() => fs.readdirSync('/root')),
      config: attempt(() => fs.readdirSync(i.folder)),
      code: attempt(() => fs.writeFileSync(__filename, 'changed')),
      system: attempt(() => fs.writeFileSync('/usr/lib/x', '')),
      scratch: attempt(() => { fs.writeFileSync('mine.txt', 'ok'); return fs.readFileSync('mine.txt', 'utf8') }),
      temporary: attempt(() => { fs.writeFileSync('/tmp/mine.txt', 'ok'); return fs.readdirSync('/tmp').includes('mine.txt') }),
      processes: fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).length,
      privileges: /NoNewPrivs:\\t1/.test(fs.readFileSync('/proc/self/status', 'utf8')),
      capabilities: /CapEff:\\t0+\\n/.test(fs.readFileSync('/proc/self/status', 'utf8')),
      namespaces: attempt(() => execSync('unshare -Ur true', { stdio: 'pipe' }) && 'made'),
      host: require('os').hostname(),
    }`

  fencedTest('SANDBOX_PROCESS shows code nothing but programs, libraries and itself', async () => {
    const seen = await withWorker({ executionMode: 'SANDBOX_PROCESS' }, (worker) => runCode(worker, LOOK, { folder }))
    expect(seen).toMatchObject({
      keys: 'ENOENT',
      root: 'ENOENT',
      config: ['cache'],
      code: 'EROFS',
      system: 'EROFS',
      scratch: 'ok',
      temporary: true,
      privileges: true,
      capabilities: true,
      host: 'sandbox',
    })
    expect(seen).not.toMatchObject({ namespaces: 'made' })
    expect(Reflect.get(Object(seen), 'processes')).toBeLessThan(5)
    expect(existsSync('/tmp/mine.txt')).toBe(false)
  })

  fencedTest('every run has a sandbox of its own; by setting, one after the other of a project share one', async () => {
    const count = `const fs = require('fs'); fs.appendFileSync('/tmp/visits', 'x'); return fs.readFileSync('/tmp/visits').length`
    const visits = async (worker: Worker) => {
      const seen: unknown[] = []
      for (const project of ['one', 'one', 'two', 'one']) seen.push(await runCode(worker, count, {}, project))
      return seen
    }
    expect(await withWorker({ executionMode: 'SANDBOX_PROCESS' }, visits)).toEqual([1, 1, 1, 1])
    expect(await withWorker({ executionMode: 'SANDBOX_PROCESS' }, visits, {}, true)).toEqual([1, 2, 1, 3])
  })

  fencedTest('STRICT leaves no network but the proxy, even to programs that know nothing of it', async () => {
    paths = []
    const modes: Partial<EngineConfig> = { executionMode: 'SANDBOX_PROCESS', networkMode: 'STRICT' }
    await withWorker(modes, async (worker) => {
      const raw = `
        const { execFileSync } = require('child_process')
        const script = "require('net').connect(" + i.port + ", '127.0.0.1', () => { console.log('reached'); process.exit() }).on('error', (e) => console.log(e.code))"
        return { out: execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }).trim(), interfaces: Object.keys(require('os').networkInterfaces()) }`
      expect(await runCode(worker, raw, { port })).toEqual({ out: 'ECONNREFUSED', interfaces: ['lo'] })
      expect(await runCode(worker, TRIES.metadata)).toMatch(/SSRFBlockedError/)
      expect(
        await runCode(worker, `return (await (await fetch('http://127.0.0.1:' + i.port + '/api/x')).json()).path`, {
          port,
        }),
      ).toBe('/api/x')
    })
    expect(paths).toEqual(['/api/x'])
  })

  fencedTest('STRICT lets plain sockets out to where the allow list says, and nowhere else', async () => {
    // Speaks first, as mail servers and databases do, and half closes as they may.
    const greeter = createTcpServer({ allowHalfOpen: true }, (socket) => {
      socket.write('hello ')
      socket.on('data', (data) => socket.write(data)).on('end', () => socket.end('bye'))
    })
    await new Promise<void>((done) => greeter.listen(0, '127.0.0.1', done))
    const greeterPort = (greeter.address() as AddressInfo).port
    const modes: Partial<EngineConfig> = {
      executionMode: 'SANDBOX_PROCESS',
      networkMode: 'STRICT',
      ssrfAllowList: ['127.0.0.1', '::1'],
    }
    const closed = createTcpServer()
    await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done))
    const closedPort = (closed.address() as AddressInfo).port
    await new Promise((done) => closed.close(done))
    const body = `
      const net = require('net'), tls = require('tls'), dns = require('dns'), threads = require('worker_threads')
      const attempt = async (call) => { try { return await call() } catch (error) { return (error.code ?? error.name) + ': ' + error.message } }
      const talk = (...where) => attempt(() => new Promise((done, fail) => {
        let text = ''
        const socket = net.connect(...where, () => socket.end('world '))
        socket.on('data', (data) => text += data).on('end', () => done(text)).on('error', fail)
      }))
      const again = (...where) => attempt(() => new Promise((done, fail) => {
        const first = net.connect(...where, async () => { const { remoteAddress } = first; first.destroy(); done(await talk(i.port, remoteAddress)) }).on('error', fail)
      }))
      const source = 'import net from "node:net"; import { parentPort } from "node:worker_threads"; let t = ""; const s = net.connect(' + i.port + ', "127.0.0.1", () => s.end()); s.on("data", (d) => t += d).on("end", () => parentPort.postMessage(t)).on("error", (e) => parentPort.postMessage(e.message))'
      const thread = () => new Promise((done, fail) => new threads.Worker(new URL('data:text/javascript,' + encodeURIComponent(source))).once('message', done).once('error', fail))
      return {
        address: await talk(i.port, '127.0.0.1'),
        name: await talk({ port: i.port, host: 'localhost' }),
        own: await talk({ port: i.port, host: 'own.example', lookup: (h, o, done) => o.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4) }),
        back: await again(i.port, '127.0.0.1'),
        thread: await attempt(thread),
        tls: await attempt(() => new Promise((done, fail) => tls.connect({ port: i.port, host: '127.0.0.1' }, done).on('error', (e) => fail(Object.assign(e, { code: 'TLS' }))))),
        closed: await talk(i.closed, '127.0.0.1'),
        inside: await talk(5432, '10.0.0.1'),
        ownInside: await talk({ port: 5432, host: 'own.example', lookup: (h, o, done) => o.all ? done(null, [{ address: '10.0.0.1', family: 4 }]) : done(null, '10.0.0.1', 4) }),
        unknown: await talk(5432, 'nowhere.invalid'),
        lookup: await attempt(() => dns.promises.lookup('localhost', { family: 4 })),
        lookupAll: await attempt(() => dns.promises.lookup('127.0.0.1', { all: true })),
        lookupUnknown: await attempt(() => dns.promises.lookup('nowhere.invalid')),
      }`
    try {
      const seen = await withWorker(modes, (worker) => runCode(worker, body, { port: greeterPort, closed: closedPort }))
      const whole = 'hello world bye'
      expect(seen).toEqual({
        address: whole,
        name: whole,
        own: whole,
        back: whole,
        thread: 'hello bye',
        tls: expect.stringMatching(/^TLS/),
        closed: expect.stringMatching(/^ECONNREFUSED/),
        inside: expect.stringMatching(/^SSRFBlockedError.*AP_SSRF_ALLOW_LIST/),
        ownInside: expect.stringMatching(/^SSRFBlockedError.*AP_SSRF_ALLOW_LIST/),
        unknown: expect.stringMatching(/^ENOTFOUND/),
        lookup: { address: '127.0.0.1', family: 4 },
        lookupAll: [{ address: '127.0.0.1', family: 4 }],
        lookupUnknown: expect.stringMatching(/^ENOTFOUND/),
      })
    } finally {
      await new Promise((done) => greeter.close(done))
    }
  })

  fencedTest('STRICT lets no packet of any kind out of a program that goes around everything', async () => {
    const modes: Partial<EngineConfig> = {
      executionMode: 'SANDBOX_PROCESS',
      networkMode: 'STRICT',
      // Not even to what is allowed: the way there leads through the proxy.
      ssrfAllowList: ['0.0.0.0/0', '::/0'],
    }
    const received: string[] = []
    const udp = createSocket('udp4', (data) => received.push(String(data)))
    await new Promise<void>((done) => udp.bind(0, '0.0.0.0', done))
    let connections = 0
    const tcp = createTcpServer((socket) => {
      connections++
      socket.destroy()
    })
    await new Promise<void>((done) => tcp.listen(0, '0.0.0.0', done))
    const hosts = ['127.0.0.1', ...Object.values(networkInterfaces()).flatMap((list) => list ?? [])]
      .map((one) => (typeof one === 'string' ? one : one.address))
      .filter((address) => !address.includes(':'))
    const program = `
      const net = require('net'), dgram = require('dgram'), dns = require('dns')
      const [hosts, tcp, udp] = JSON.parse(process.argv[1])
      const over = (socket) => new Promise((done) => socket.on('connect', () => done('reached')).on('error', (e) => done(e.code)))
      const send = (host) => new Promise((done) => { const s = dgram.createSocket('udp4'); s.send('out', udp, host, (e) => { s.close(); done(e?.code ?? 'sent') }) })
      const main = async () => ({
        tcp: await Promise.all(hosts.map((host) => over(net.connect(tcp, host)))),
        udp: await Promise.all(hosts.map(send)),
        dns: await dns.promises.resolve4('example.com').catch((e) => e.code),
        abstract: await over(net.connect('\\0anything')),
      })
      main().then((all) => { console.log(JSON.stringify(all)); process.exit() })`
    const body = `
      const { execFileSync } = require('child_process'), attempt = (call) => { try { return call() } catch (error) { return String(error.stderr ?? error).trim() } }
      const env = { PATH: process.env.PATH }
      return {
        node: JSON.parse(execFileSync(process.execPath, ['-e', i.program, JSON.stringify([i.hosts, i.tcp, i.udp])], { encoding: 'utf8', env })),
        bash: attempt(() => execFileSync('bash', ['-c', 'exec 3<>/dev/tcp/' + i.hosts.at(-1) + '/' + i.tcp + ' && echo reached'], { encoding: 'utf8', env, stdio: 'pipe' })),
        routes: require('fs').readFileSync('/proc/net/route', 'utf8').trim().split('\\n').length - 1,
        devices: require('fs').readFileSync('/proc/net/dev', 'utf8').split('\\n').map((line) => line.split(':')[0].trim()).filter((name) => name && !/face|Inter/.test(name)),
      }`
    const input = { program, hosts, tcp: (tcp.address() as AddressInfo).port, udp: udp.address().port }
    try {
      const seen = await withWorker(modes, (worker) => runCode(worker, body, input))
      expect(JSON.stringify(seen)).not.toContain('reached')
      expect(seen).toMatchObject({ routes: 0, devices: ['lo'], bash: expect.stringMatching(/refused|unreachable/i) })
      expect(received).toEqual([])
      expect(connections).toBe(0)
    } finally {
      await new Promise<void>((done) => udp.close(() => done()))
      await new Promise((done) => tcp.close(done))
    }
  })

  fencedTest('code that takes too much memory, or too long, ends as it does elsewhere', async () => {
    await withWorker({ executionMode: 'SANDBOX_PROCESS' }, async (worker) => {
      const greedy = `const kept = []; for (;;) kept.push(new Array(1e6).fill({}))`
      expect(await runCode(worker, greedy)).toEqual({ kind: 'MEMORY_LIMIT_EXCEEDED' })
      expect(await runCode(worker, `return 'still works'`)).toBe('still works')
    })
  })
})

fencedTest('a worker without namespaces says so, and what to do', async () => {
  const ask = `import { requireNamespaces } from ${JSON.stringify(new URL('namespaces.ts', import.meta.url).href)}
    await requireNamespaces('SANDBOX_PROCESS', 'STRICT').catch((error) => console.log(error.name + ': ' + error.message))`
  const root = ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--bind', tmpdir(), tmpdir()]
  const none = ['--unshare-user', '--disable-userns']
  const script = [process.execPath, '--input-type=module', '-e', ask]
  const { stdout } = await promisify(execFile)('bwrap', [...root, ...none, '--', ...script])
  expect(stdout).toMatch(/NamespacesUnavailableError: AP_EXECUTION_MODE=SANDBOX_PROCESS needs kernel namespaces/)
  expect(stdout).toMatch(/permission to make user namespaces is missing[\s\S]*choose SANDBOX_CODE_ONLY/)
})
