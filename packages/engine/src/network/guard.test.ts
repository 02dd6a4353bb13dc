import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const run = promisify(execFile)
const guardModule = new URL('guard.ts', import.meta.url).href

// The guard stays for the life of a process, so each test has its own.
async function guarded(code: string, { allowList = [] as string[], exempt = [] as string[], env = {} } = {}) {
  const { stdout } = await run(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { installNetworkGuard } from ${JSON.stringify(guardModule)}
       installNetworkGuard(${JSON.stringify({ allowList, exempt })})
       const attempt = async (call) => {
         try { return await call() } catch (error) {
           const reason = error.cause ?? error
           return reason.name + ': ' + reason.message
         }
       }
       const connected = (socket) => new Promise((resolve, reject) =>
         socket.once('connect', () => { socket.destroy(); resolve('connected') }).once('error', reject))
       const net = await import('node:net')
       const report = (value) => console.log(JSON.stringify(value))
       const port = Number(process.env.PORT)
       ${code}`,
    ],
    { env: { ...process.env, PORT: String(port), ...env }, timeout: 30_000 },
  )
  return JSON.parse(stdout)
}

let secret: Server
let port: number
let hits = 0

beforeAll(async () => {
  secret = createServer((request, response) => {
    hits++
    if (request.url === '/away') response.writeHead(302, { location: `http://127.0.0.1:${port}/secret` }).end()
    else response.end('secret')
  })
  // All loopback addresses lead to it: 127.0.0.2 plays the public host.
  await new Promise<void>((resolve) => secret.listen(0, '0.0.0.0', resolve))
  port = (secret.address() as AddressInfo).port
})
afterAll(() => new Promise((resolve) => secret.close(resolve)))

const BLOCKED = /^SSRFBlockedError: .*AP_SSRF_ALLOW_LIST/

describe('network guard', () => {
  test('keeps fetch, http, https, tls, sockets and dns from internal addresses', { timeout: 60_000 }, async () => {
    hits = 0
    const reasons = await guarded(`
      const http = await import('node:http'); const https = await import('node:https'); const tls = await import('node:tls')
      const dns = await import('node:dns'); const { promisify } = await import('node:util'); const http2 = await import('node:http2')
      const get = (client, url) => new Promise((resolve, reject) => client.get(url, resolve).on('error', reject))
      const all = [
        ...['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '0177.0.0.1', '127.1', '[::1]', '[::ffff:7f00:1]', '0.0.0.0']
          .map((host) => () => fetch('http://' + host + ':' + port)),
        () => fetch('http://169.254.169.254/latest/meta-data/'),
        () => get(http, 'http://localhost:' + port),
        () => get(http, { host: '0x7f000001', port }),
        () => get(https, 'https://127.0.0.1:' + port),
        () => connected(net.connect(port, '127.0.0.1')),
        () => connected(net.connect(port)),
        () => connected(net.connect({ port, host: '127.1' })),
        () => connected(new net.Socket().connect([{ port, host: '127.0.0.1' }])),
        () => connected(net.connect('/var/run/docker.sock')),
        () => connected(tls.connect(port, 'localhost')),
        () => new Promise((_, reject) => http2.connect('http://127.0.0.1:' + port).on('error', reject)),
        () => promisify(dns.lookup)('localhost'),
        () => dns.promises.lookup('localhost', { all: true }),
        () => dns.setServers(['10.0.0.1:5353']),
      ]
      report(await Promise.all(all.map(attempt)))`)
    for (const [index, reason] of reasons.entries()) expect(reason, `attempt ${index}`).toMatch(BLOCKED)
    expect(hits).toBe(0)
  })

  test('names the host, the address and the setting', async () => {
    const [reason] = await guarded(`report([await attempt(() => fetch('http://localhost:' + port))])`)
    expect(reason).toMatch(/localhost \((127\.0\.0\.1|::1)\).*AP_SSRF_ALLOW_LIST/)
  })

  test('judges the address that a name leads to at the moment of the connection', async () => {
    hits = 0
    const answers = await guarded(
      `
      let times = 0
      const rebinding = (host, options, callback) => {
        const address = times++ === 0 ? '127.0.0.2' : '127.0.0.1'
        options.all ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4)
      }
      const both = (host, options, callback) => callback(null, [{ address: '127.0.0.2', family: 4 }, { address: '127.0.0.1', family: 4 }])
      const get = (host) => attempt(() => connected(net.connect({ host, port, lookup: rebinding })))
      let asked = 0
      const shifty = { port, get host() { return asked++ === 0 ? '127.0.0.2' : '127.0.0.1' } }
      report([
        await get('rebind.example'), await get('rebind.example'),
        await attempt(() => connected(net.connect({ host: 'two.example', port, lookup: both }))),
        await attempt(() => connected(new net.Socket().connect(shifty))),
        asked,
      ])`,
      { allowList: ['127.0.0.2'] },
    )
    expect(answers).toEqual([
      'connected',
      expect.stringMatching(BLOCKED),
      expect.stringMatching(BLOCKED),
      'connected',
      1,
    ])
  })

  test('follows redirects only to where it lets a request go', async () => {
    const [reason, allowed] = await guarded(
      `report([await attempt(async () => (await fetch('http://127.0.0.2:' + port + '/away')).text()),
        await attempt(async () => (await fetch('http://127.0.0.2:' + port + '/')).text())])`,
      { allowList: ['127.0.0.2/32'] },
    )
    expect(reason).toMatch(BLOCKED)
    expect(allowed).toBe('secret')
  })

  test('exempts the API by its host and port, not by its address', async () => {
    const answers = await guarded(
      `const origin = 'http://127.0.0.1:' + port
       report([await attempt(async () => (await fetch(origin)).text()),
         await attempt(() => fetch('http://127.0.0.1:' + (port - 1))), await attempt(() => fetch('http://localhost:' + port))])`,
      { exempt: [`http://127.0.0.1:${port}/api/`] },
    )
    expect(answers).toEqual(['secret', expect.stringMatching(BLOCKED), expect.stringMatching(BLOCKED)])
  })

  test('answers of name servers are judged as lookups are, and no internal server can be asked', async () => {
    // Answers every question with one address, as a name server of somebody else may.
    const server = createSocket('udp4')
    server.on('message', (question, { port: from, address }) => {
      const isV4 = question.at(-3) === 1
      const data = isV4 ? Buffer.from([10, 0, 0, 7]) : Buffer.from('fd000000000000000000000000000007', 'hex')
      const head = Buffer.from(question.subarray(0, 12))
      head.writeUInt16BE(0x8180, 2)
      head.writeUInt16BE(1, 6)
      head.fill(0, 8)
      const record = Buffer.from([0xc0, 12, 0, isV4 ? 1 : 28, 0, 1, 0, 0, 0, 60, 0, data.length])
      server.send(Buffer.concat([head, question.subarray(12, question.length), record, data]), from, address)
    })
    await new Promise<void>((done) => server.bind(0, '127.0.0.2', done))
    try {
      const reasons = await guarded(
        `
        const { default: dns } = await import('node:dns'); const { promisify } = await import('node:util')
        const own = new dns.Resolver(); const promised = new dns.promises.Resolver()
        for (const one of [own, promised, dns]) one.setServers(['127.0.0.2:${server.address().port}'])
        const tries = [
          () => promised.resolve4('inside.example'), () => promised.resolve6('inside.example'),
          () => promised.resolve('inside.example', 'A'), () => promisify(own.resolve4.bind(own))('inside.example'),
          () => promisify(dns.resolve4)('inside.example', { ttl: true }), () => dns.promises.resolve('inside.example'),
          () => own._handle.setServers([[4, '10.0.0.1', 53]]), () => dns.promises.reverse('10.0.0.1'),
        ]
        report(await Promise.all(tries.map(attempt)))`,
        { allowList: ['127.0.0.2'] },
      )
      for (const [index, reason] of reasons.entries()) expect(reason, `attempt ${index}`).toMatch(BLOCKED)
    } finally {
      await new Promise<void>((done) => server.close(() => done()))
    }
  })

  test('holds below the modules, too, for code that gets hold of raw handles', async () => {
    hits = 0
    const results = await guarded(
      `
      const hooks = await import('node:async_hooks'); const dgram = await import('node:dgram')
      const caught = new Map()
      hooks.createHook({ init(id, type, trigger, resource) { caught.set(type, resource) } }).enable()
      const server = net.createServer().listen(0, '127.0.0.2')
      await new Promise((done) => server.once('listening', done))
      await connected(net.connect(port, '127.0.0.2'))
      const Handle = server._handle.constructor; const Request = caught.get('TCPCONNECTWRAP').constructor
      const raw = (host) => new Handle(0).connect(new Request(), host, port)
      const udp = dgram.createSocket('udp4')
      await new Promise((done) => udp.bind(0, '127.0.0.2', done))
      const state = udp[Object.getOwnPropertySymbols(udp).find((one) => String(one).includes('state'))]
      state.handle.lookup = (name, done) => done(null, '127.0.0.1', 4)
      const sent = await attempt(() => new Promise((done, fail) => udp.send('x', port, 'somewhere', (error) => error ? fail(error) : done('sent'))))
      udp.close(); server.close()
      report([raw('127.0.0.1'), raw('127.0.0.2'), sent])`,
      { allowList: ['127.0.0.2'] },
    )
    expect(results).toEqual([-13, 0, expect.stringContaining('EACCES')])
    expect(hits).toBe(0)
  })

  test('stays, whatever code does to the modules that it guards', async () => {
    hits = 0
    const reasons = await guarded(`
      const { createRequire } = await import('node:module')
      const require = createRequire('/')
      const cjs = require('net')
      const dgram = require('dgram')
      const { writeFileSync, mkdtempSync, rmSync } = require('fs'); const { join } = require('path'); const { tmpdir } = require('os')
      const threads = require('worker_threads')
      const go = () => connected(cjs.connect(port, '127.0.0.1'))
      const tries = [
        () => { cjs.Socket.prototype.connect = () => {}; return go() },
        () => { delete cjs.Socket.prototype.connect; return go() },
        () => { Reflect.apply = () => { throw new Error('stolen') }; return go() },
        () => { Object.defineProperty(cjs.Socket.prototype, 'connect', { value: () => {} }) },
        () => { require('dns').lookup = (h, o, c) => c(null, '127.0.0.1', 4); return fetch('http://somewhere.invalid:' + port) },
        () => { cjs.BlockList.prototype.check = () => false; Array.prototype.includes = () => true; Set.prototype.has = () => true; return connected(cjs.connect(port, 'localhost')) },
        () => process.binding('tcp_wrap'),
        () => new Promise((resolve, reject) => {
          const udp = dgram.createSocket({ type: 'udp4', lookup: (h, o, c) => c(null, '127.0.0.1', 4) })
          udp.send('x', port, 'somewhere.example', (error) => { udp.close(); error ? reject(error) : resolve('sent') })
        }),
        () => new threads.Worker('1', { eval: true }),
        async () => {
          const folder = mkdtempSync(join(tmpdir(), 'guard-'))
          const file = join(folder, 'thread.mjs')
          writeFileSync(file, "import { parentPort } from 'node:worker_threads'; try { await fetch('http://127.0.0.1:" + port + "'); parentPort.postMessage('reached') } catch (e) { parentPort.postMessage(e.cause.name + ': ' + e.cause.message) }")
          const answer = await new Promise((resolve, reject) => new threads.Worker(file).once('message', resolve).once('error', reject))
          rmSync(folder, { recursive: true })
          return answer
        },
      ]
      const reasons = []
      for (const one of tries) reasons.push(await attempt(one))
      report(reasons)`)
    for (const [index, reason] of reasons.entries()) {
      if (index === 4) expect(reason).toMatch(/ENOTFOUND|EAI_AGAIN/)
      else
        expect(reason, `attempt ${index}`).toMatch(
          /^SSRFBlockedError|^TypeError: Cannot (redefine|delete)|AP_NETWORK_MODE is STRICT/,
        )
    }
    expect(hits).toBe(0)
  })
})
