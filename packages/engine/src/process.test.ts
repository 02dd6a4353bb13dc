// Over 400 lines: the cases of what code changes are lists, and all speak with one bundle of the engine.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHANNEL_FD } from './channel/descriptor.ts'
import { createFrameReader, encodeFrame } from './channel/frames.ts'
import { putTexts, takeTexts, visitFromEngine, visitToEngine } from './channel/long-texts.ts'
import type { ExecuteFlow, ExecutionMode, FlowResult, FromEngine, ToEngine } from './protocol.ts'
import { BOTH_MODES, code, configOf, loop, operationOf, prepare, rawCode, versionOf } from './testing/harness.ts'

/** A real engine process from a real bundle, spoken to as a worker does. */
interface TestEngine {
  child: ChildProcess
  /** Ends the way to it, as the death of a worker does. */
  close(): void
  /** Executes an operation and gives back all that was said until its result. */
  execute(operation: ExecuteFlow): Promise<FromEngine[]>
}

const LONGEST = 2 ** 30
let folder: string
let bundle: string
const engines: TestEngine[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-'))
  bundle = join(folder, 'engine.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('./main.ts', import.meta.url))],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    external: ['isolated-vm'],
    banner: {
      js: `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(${JSON.stringify(fileURLToPath(import.meta.url))});`,
    },
  })
})
afterAll(async () => {
  for (const { child } of engines) child.kill('SIGKILL')
  await rm(folder, { recursive: true })
})

async function startEngine(executionMode: ExecutionMode): Promise<TestEngine> {
  const child = spawn(process.execPath, ['--no-node-snapshot', bundle], {
    env: { KEPT: 'kept', NODE_COMPILE_CACHE: join(folder, 'compiled') },
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const socket = child.stdio[CHANNEL_FD]
  if (!(socket instanceof Socket)) throw new Error('no channel')
  const send = (message: ToEngine) => {
    const { head, texts } = takeTexts(message, visitToEngine)
    socket.write(encodeFrame({ head: JSON.stringify(head), texts }, LONGEST))
  }
  let heard: FromEngine[] = []
  let onResult: ((messages: FromEngine[]) => void) | undefined
  const ready = new Promise<void>((done) => {
    const reader = createFrameReader(LONGEST, ({ head, texts }) => {
      const message = putTexts<FromEngine>(JSON.parse(head), texts, visitFromEngine)
      if (message === undefined) throw new Error(head)
      if (message.kind === 'ready') return done()
      heard.push(message)
      if (message.kind === 'journal' && message.flush) {
        send({ kind: 'journalled', operationId: message.operationId, sequence: message.entries.at(-1)?.sequence ?? 0 })
      }
      if (message.kind === 'result') onResult?.(heard)
    })
    socket.on('data', (bytes) => reader.take(bytes))
  })
  send({ kind: 'configure', config: configOf({ executionMode }) })
  await ready
  let operationId = 0
  const engine: TestEngine = {
    child,
    close: () => socket.destroy(),
    execute(operation) {
      heard = []
      const result = new Promise<FromEngine[]>((done) => {
        onResult = done
      })
      send({ kind: 'execute', operationId: ++operationId, operation })
      return result
    },
  }
  engines.push(engine)
  return engine
}

function resultOf(messages: FromEngine[]): FlowResult {
  const last = messages.at(-1)
  if (last?.kind !== 'result' || last.result.type !== 'EXECUTE_FLOW') throw new Error(JSON.stringify(last))
  return last.result
}

describe.each(BOTH_MODES)('an engine process, %s', (mode) => {
  it('says no more than the result of a short run, and knows a version again by its key', async () => {
    const engine = await startEngine(mode)
    const prepared = await prepare(folder, versionOf([code('step_1', 'return i.n + 1', { n: '{{trigger.n}}' })]))
    for (const given of [prepared, { key: prepared.key }]) {
      const messages = await engine.execute(operationOf(prepared, { prepared: given, triggerPayload: '{"n":1}' }))
      const [result, ...others] = messages.filter(({ kind }) => kind !== 'owned')
      expect(others).toEqual([])
      expect(result).toMatchObject({ kind: 'result', response: null, entries: [], stepsEnded: 2 })
      expect(JSON.parse(resultOf(messages).log).executionState.steps.step_1.output).toBe(2)
    }
    const watched = await engine.execute(operationOf(prepared, { tellsSteps: true, triggerPayload: '{"n":1}' }))
    expect(watched.at(-1)).toMatchObject({ entries: [{ sequence: 1 }, { sequence: 2 }], stepsEnded: 2 })
    const unknown = await engine.execute(operationOf(prepared, { prepared: { key: 'never seen' } }))
    expect(unknown.at(-1)).toMatchObject({
      result: { type: 'FAILED', error: expect.stringContaining('UNKNOWN_VERSION') },
    })
  })

  it('refuses an operation that it does not understand, and takes the next one', async () => {
    const engine = await startEngine(mode)
    const prepared = await prepare(folder, versionOf([code('step_1', '')]))
    const odd = await engine.execute(Object.assign(operationOf(prepared), JSON.parse('{"flowId":7}')))
    expect(odd.at(-1)).toMatchObject({
      kind: 'result',
      result: { type: 'FAILED', error: expect.stringContaining('operation.flowId: Invalid input: expected string') },
    })
    expect(resultOf(await engine.execute(operationOf(prepared))).status).toBe('SUCCEEDED')
  })

  it('tells of each step before the next one acts', async () => {
    const engine = await startEngine(mode)
    const prepared = await prepare(folder, versionOf([code('step_1', ''), code('step_2', ''), code('step_3', '')]))
    const messages = await engine.execute(operationOf(prepared, { tellsSteps: true }))
    const told = messages.flatMap((message) =>
      'entries' in message ? [...message.entries.map(({ stepName }) => stepName), message.kind] : [],
    )
    expect(told).toEqual(['trigger', 'step_1', 'journal', 'step_2', 'journal', 'step_3', 'result'])
  })

  it('lives on whatever code does', async () => {
    const engine = await startEngine(mode)
    const attempts = [
      'exports.code = () => process.exit(7)',
      'exports.code = () => { process.kill(process.pid, "SIGKILL") }',
      'exports.code = () => process.abort()',
      'exports.code = async () => { process.chdir("/") }',
      'exports.code = async () => { setTimeout(() => { throw new Error("late throw") }, 5); await new Promise((done) => setTimeout(done, 50)); throw new Error("late throw") }',
      'exports.code = () => { throw null }',
      'exports.code = () => { throw { get message() { throw 1 } } }',
      'exports.code = () => new Promise((_, reject) => setTimeout(reject, 1, new Error("slow no")))',
    ]
    for (const source of attempts) {
      const prepared = await prepare(folder, versionOf([rawCode('step_1', source)]))
      const result = resultOf(await engine.execute(operationOf(prepared)))
      expect([source, result.status, result.failedStep?.name]).toEqual([source, 'FAILED', 'step_1'])
    }
    const prepared = await prepare(folder, versionOf([code('step_1', 'return "well"')]))
    expect(resultOf(await engine.execute(operationOf(prepared))).status).toBe('SUCCEEDED')
  })

  it('ends at once when its worker is gone', async () => {
    const engine = await startEngine(mode)
    const gone = new Promise((done) => engine.child.once('exit', done))
    engine.close()
    expect(await gone).toBe(0)
  })
})

it('fails a step for rejections that it left behind', async () => {
  const engine = await startEngine('UNSANDBOXED')
  const source = 'exports.code = () => { Promise.reject(new Error("forgotten")); return 1 }'
  const result = resultOf(
    await engine.execute(operationOf(await prepare(folder, versionOf([rawCode('step_1', source)])))),
  )
  expect(result).toMatchObject({ status: 'FAILED', failedStep: { message: expect.stringContaining('forgotten') } })
})

it('blames a late error on the step that it came from, not on the one that runs when it comes', async () => {
  const engine = await startEngine('UNSANDBOXED')
  const late = 'exports.code = () => { setTimeout(() => { throw new Error("late") }, 5); return 1 }'
  const waiting = code('step_2', 'await new Promise((done) => setTimeout(done, 50)); return 2')
  const prepared = await prepare(folder, versionOf([rawCode('step_1', late), waiting]))
  expect(resultOf(await engine.execute(operationOf(prepared))).status).toBe('SUCCEEDED')
})

describe('what code of one run changes of the process', () => {
  /** Runs bodies of code one after the other in one process, as runs of their own; the output of each. */
  const outputs = async (...bodies: string[]): Promise<unknown[]> => {
    const engine = await startEngine('UNSANDBOXED')
    const found: unknown[] = []
    for (const body of bodies) {
      const prepared = await prepare(folder, versionOf([code('step_1', body)]))
      const result = resultOf(await engine.execute(operationOf(prepared)))
      found.push(JSON.parse(result.log).executionState.steps.step_1.output ?? result.failedStep?.message)
    }
    return found
  }

  it.each([
    [
      'the environment',
      'process.env.LEFT = "1"; process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; delete process.env.KEPT',
      'return [process.env.LEFT ?? null, process.env.NODE_TLS_REJECT_UNAUTHORIZED ?? null, process.env.KEPT]',
      [null, null, 'kept'],
    ],
    [
      'the prototype of all objects',
      'Object.prototype.left = 1; ({}).__proto__.other = 2',
      'const seen = []; for (const key in {}) seen.push(key); return [({}).left ?? null, seen]',
      [null, []],
    ],
    [
      'built-ins of the language',
      'JSON.stringify = () => "mine"; Array.prototype.map = null; Promise.prototype.then = () => {}; Map.prototype.get = () => 7; Object.keys = undefined',
      'return [JSON.stringify([1]), [1].map((n) => n + 1), await Promise.resolve(3).then((n) => n), new Map([[1, 2]]).get(1), Object.keys({ a: 1 })]',
      ['[1]', [2], 3, 2, ['a']],
    ],
    [
      'globals',
      'globalThis.fetch = null; globalThis.setTimeout = () => 1; globalThis.Buffer = null; globalThis.process = null; globalThis.Date = class {}; delete globalThis.URL; console.log = null',
      'return [typeof fetch, typeof setTimeout, typeof Buffer.from, typeof process.env, new Date(0).getTime(), typeof URL, typeof console.log]',
      ['function', 'function', 'function', 'object', 0, 'function', 'function'],
    ],
    [
      'the process',
      'process.exit = () => {}; process.on = null; process.nextTick = null; process.removeAllListeners("uncaughtException"); process.removeAllListeners(); process.exitCode = 3',
      'await new Promise((done) => process.nextTick(done)); return process.listenerCount("uncaughtException")',
      1,
    ],
    [
      'its streams',
      'process.stdout.destroy(); process.stderr.end(); require("fs").closeSync(1); console.log("into the void"); process.stdout.write("x"); process.stderr.write("y")',
      'console.log("again"); process.stdout.write("x"); await new Promise((done) => setTimeout(done, 20)); return "fine"',
      'fine',
    ],
  ])('is put back: %s', async (_, change, look, expected) => {
    const results = await outputs(`${change}; return 'changed'`, look, look)
    expect(results.slice(1)).toEqual([expected, expected])
  })

  it.each([
    ['how texts are searched', 'RegExp.prototype.exec = () => null', '/a/.exec("a")?.[0] ?? null', 'a'],
    ['iterators', '[][Symbol.iterator]().__proto__.next = () => ({ done: true })', '[...[1, 2]]', [1, 2]],
    ['chance', 'Math.random = () => 0.5', 'Math.random() === 0.5', false],
    ['the clock', 'Date.now = () => 0', 'Date.now() > 0', true],
    [
      'core modules',
      'require("fs").readFileSync = () => "mine"; require("http").request = null; require("crypto").randomBytes = () => 4',
      '[require("fs").readFileSync("/dev/null", "utf8"), typeof require("http").request, require("crypto").randomBytes(2).length]',
      ['', 'function', 2],
    ],
    [
      'how modules are found',
      'const Module = require("module"); Module._load = () => "mine"; Module._resolveFilename = () => "mine"; Module._extensions[".js"] = () => {}; Module._extensions[".mine"] = () => {}; require.extensions[".mine"] = 1',
      '[typeof require("path").join, require("module")._extensions[".js"].length, typeof require("module")._extensions[".mine"]]',
      ['function', 2, 'undefined'],
    ],
    [
      'name servers',
      'require("dns").setServers(["192.0.2.1"]); require("dns").promises.setServers(["192.0.2.2"]); require("dns/promises").setServers(["192.0.2.3"])',
      '[require("dns"), require("dns").promises, require("dns/promises")].flatMap((dns) => dns.getServers()).filter((one) => one.startsWith("192.0.2."))',
      [],
    ],
    [
      'the defaults of TLS',
      'const tls = require("tls"); tls.DEFAULT_MIN_VERSION = "TLSv1"; tls.DEFAULT_MAX_VERSION = "TLSv1"; tls.DEFAULT_CIPHERS = "mine"; tls.checkServerIdentity = () => {}',
      '[require("tls").DEFAULT_MIN_VERSION, require("tls").DEFAULT_MAX_VERSION, require("tls").DEFAULT_CIPHERS === "mine", require("tls").checkServerIdentity.length]',
      ['TLSv1.2', 'TLSv1.3', false, 2],
    ],
    [
      'pools, warnings and printing',
      'Buffer.poolSize = 1; process.emitWarning = () => {}; require("util").inspect.styles.number = "red"; require("util").inspect.custom = 1; Error.stackTraceLimit = 0; Error.prepareStackTrace = () => 1',
      '[Buffer.poolSize > 1, process.emitWarning.length > 0, require("util").inspect.styles.number, typeof require("util").inspect.custom, Error.stackTraceLimit, typeof new Error("a").stack]',
      [true, true, 'yellow', 'symbol', 10, 'string'],
    ],
    ['bytes', 'Buffer.from = () => "mine"', 'Buffer.from("a").length', 1],
    [
      'getters',
      'Object.defineProperty(URL.prototype, "href", { get: () => "mine", configurable: true })',
      'new URL("http://a.example/").href',
      'http://a.example/',
    ],
    [
      'numbers, errors, symbols and dates',
      'Number.prototype.toFixed = Error.prototype.toString = Symbol.prototype.toString = () => "mine"; Intl.DateTimeFormat = null',
      '[(1).toFixed(1), String(new Error("e")), Symbol("s").toString(), typeof Intl.DateTimeFormat]',
      ['1.0', 'Error: e', 'Symbol(s)', 'function'],
    ],
    [
      'what is added',
      'globalThis.left = 1; Array.prototype.evil = 1; Object.defineProperty(Object.prototype, "hidden", { value: 1, configurable: true })',
      '[typeof left, [].evil ?? null, ({}).hidden ?? null]',
      ['undefined', null, null],
    ],
    [
      'listeners',
      'process.on("message", () => {}); process.on("exit", () => {}); process.on("beforeExit", () => {})',
      '[process.listenerCount("message"), process.listenerCount("exit"), process.listenerCount("beforeExit")]',
      [0, 0, 0],
    ],
    [
      'masks and titles',
      'process.umask(0o777); process.title = "mine"',
      '[process.umask() === 0o777, process.title === "mine"]',
      [false, false],
    ],
    [
      'what becomes of rejections',
      'require("events").captureRejections = true',
      'require("events").captureRejections',
      false,
    ],
    [
      'what processes are asked for',
      'process.exitCode = 7; console.mine = 1; crypto.randomUUID = crypto.subtle.digest = performance.now = () => "mine"',
      '[process.exitCode ?? null, console.mine ?? null, crypto.randomUUID().length, typeof crypto.subtle.digest("SHA-256", Buffer.from("a")).then, typeof performance.now()]',
      [null, null, 36, 'function', 'number'],
    ],
    [
      'names that are imported one by one',
      'require("fs").existsSync = () => "mine"; require("module").syncBuiltinESMExports()',
      '(await import("node:fs")).existsSync("/")',
      true,
    ],
    [
      'names that are handed on and put back where they were',
      'const fs = require("fs"); const { existsSync } = fs; fs.existsSync = () => "mine"; require("module").syncBuiltinESMExports(); fs.existsSync = existsSync',
      '(await import("node:fs")).existsSync("/")',
      true,
    ],
    [
      'what only an open file leads to',
      'const file = await require("fs").promises.open("/dev/null"); file.constructor.prototype.readFile = () => "mine"; file.constructor.prototype.mine = 1; await file.close()',
      'await require("fs").promises.open("/dev/null").then(async (file) => { const found = [await file.readFile("utf8"), file.mine ?? null]; await file.close(); return found })',
      ['', null],
    ],
    [
      'what only a key leads to',
      'require("crypto").createSecretKey(Buffer.from("k")).constructor.prototype.export = () => "mine"',
      'require("crypto").createSecretKey(Buffer.from("k")).export().toString()',
      'k',
    ],
    [
      'entries of the cache of modules that nobody loaded',
      'require.cache["/mine.js"] = { exports: 1, loaded: true }; require("module")._cache["/other.js"] = 1',
      'Object.keys(require.cache).filter((name) => /mine|other/.test(name))',
      [],
    ],
    [
      'prototypes of what modules give',
      'require("async_hooks").AsyncLocalStorage.prototype.run = () => "mine"; const t = setTimeout(() => {}, 1); clearTimeout(t); Object.getPrototypeOf(t).mine = 1; Object.getPrototypeOf([].values().map(() => 0)).mine = 1',
      '[new (require("async_hooks").AsyncLocalStorage)().run(1, () => 2), setTimeout(() => {}, 1).mine ?? null, [].values().map(() => 0).mine ?? null]',
      [2, null, null],
    ],
    [
      'a prototype of a prototype',
      'Object.setPrototypeOf(Array.prototype, { evil: 1 })',
      'String([].evil)',
      'undefined',
    ],
  ])('does not reach the next run: %s', async (_, change, look, expected) => {
    const results = await outputs(`${change}; return 'changed'`, `return ${look}`)
    expect(results[1]).toEqual(expected)
  })

  it('includes what code keeps in its variables', async () => {
    const engine = await startEngine('UNSANDBOXED')
    const source = 'let calls = 0; exports.code = () => ++calls'
    const prepared = await prepare(folder, versionOf([loop('step_1', '{{ [1, 2] }}', [rawCode('step_2', source)])]))
    for (const _ of [1, 2]) {
      const { log } = resultOf(await engine.execute(operationOf(prepared)))
      const { iterations } = JSON.parse(log).executionState.steps.step_1.output
      expect(iterations.map(({ step_2 }: { step_2: { output: number } }) => step_2.output)).toEqual([1, 2])
    }
  })

  it.each([
    ['a built-in that is frozen', 'Object.freeze(Array.prototype)'],
    [
      'a built-in that is covered for good',
      'Object.defineProperty(Math, "random", { get: () => 1, configurable: false })',
    ],
    ['the order of addresses', 'require("dns").setDefaultResultOrder("ipv6first")'],
    ['the order of addresses, elsewhere', 'require("dns/promises").setDefaultResultOrder("ipv4first")'],
    ['the kind of encryption', 'require("crypto").setFips(1)'],
    [
      'a module that was loaded before',
      'const Module = require("module"); const [name] = Object.keys(Module._cache); Module._cache[name].exports = 1',
    ],
    ['how bytes are shown', 'require("buffer").INSPECT_MAX_BYTES = 1'],
    ['where it prints', 'process.stdout.write = () => true'],
    ['who follows what it prints', 'process.stderr.on("pipe", () => {})'],
    ['where reports of failures go', 'process.report.directory = "/tmp/mine"'],
    ['when reports of failures are written', 'process.report.reportOnFatalError = true'],
    ['flags of V8', 'require("v8").setFlagsFromString("--stack-size=900")'],
    ['flags of V8, by a name that is imported', '(await import("v8")).setFlagsFromString("--stack-size=900")'],
    ['hooks of modules', 'require("module").registerHooks({ load: (url, context, next) => next(url, context) })'],
    ['hooks of what is waited for', 'require("async_hooks").createHook({ init() {} }).enable()'],
    ['its priority', 'require("os").setPriority(5)'],
    ['whom TLS trusts', 'require("tls").setDefaultCACertificates([])'],
    ['its arguments', 'process.argv.push("mine")'],
    ['where modules are looked for', 'require("module").globalPaths.push("/mine")'],
    ['a debugger', 'require("inspector").open(0)'],
    ['an ear for everything', 'require("trace_events").createTracing({ categories: ["node.perf"] }).enable()'],
    ['files that stay open', 'for (let i = 0; i < 300; i++) require("fs").openSync("/dev/null")'],
    ['another agent of http', 'const http = require("http"); http.globalAgent = new http.Agent({ maxSockets: 1 })'],
    ['a limit of an agent', 'require("http").globalAgent.maxSockets = 1'],
    ['an option of an agent', 'require("https").globalAgent.options.rejectUnauthorized = false'],
    ['a method of an agent', 'require("https").globalAgent.createConnection = () => null'],
    ['how values are printed', 'require("util").inspect.defaultOptions.depth = 0'],
    ['other options of printing', 'require("util").inspect.defaultOptions = { depth: 0 }'],
    ['the number of listeners', 'require("events").defaultMaxListeners = 1'],
    ['how addresses are tried', 'require("net").setDefaultAutoSelectFamily(false)'],
    ['how much streams hold', 'require("stream").setDefaultHighWaterMark(false, 1)'],
    [
      'an ear for requests',
      'require("diagnostics_channel").subscribe("http.client.request.start", ({ request }) => request)',
    ],
    ['an ear for fetch', 'require("diagnostics_channel").channel("undici:request:create").subscribe(() => {})'],
    ['a handler of all errors', 'process.setUncaughtExceptionCaptureCallback(() => {})'],
    ['a timer', 'setInterval(() => {}, 60000)'],
    ['a server', 'await new Promise((done) => require("net").createServer().listen(0, "127.0.0.1", done))'],
    ['a loop over turns of the event loop', '(async () => { for (;;) await new Promise(setImmediate) })()'],
    ['a loop over files', '(async () => { for (;;) await require("fs").promises.stat("/") })()'],
  ])('reports changes that cannot be undone: %s', async (_, change) => {
    const engine = await startEngine('UNSANDBOXED')
    const prepared = await prepare(folder, versionOf([code('step_1', `${change}; return 1`)]))
    const kinds = (await engine.execute(operationOf(prepared))).map(({ kind }) => kind)
    expect(kinds).toEqual(['owned', 'unclean', 'result'])
  })

  it('reports nothing when nothing still runs', async () => {
    const engine = await startEngine('UNSANDBOXED')
    const body = 'await require("fs").promises.stat("/"); await new Promise(setImmediate); return process.pid'
    const prepared = await prepare(folder, versionOf([code('step_1', body)]))
    for (const expected of [['owned', 'result'], ['result']]) {
      const kinds = (await engine.execute(operationOf(prepared))).map(({ kind }) => kind)
      expect(kinds).toEqual(expected)
    }
  })

  it('does not stay on functions for longer than they take turns', async () => {
    // Sixty-four turns.
    const change = '[].map.left = Math.max.left = require("fs").readFileSync.left = 1; return 1'
    const others = Array.from({ length: 64 }, () => 'return process.pid')
    const found = await outputs(
      change,
      ...others,
      'return [[].map.left, Math.max.left, require("fs").readFileSync.left]',
    )
    expect(found.at(-1)).toEqual([null, null, null])
  })

  it.each([
    ['an error with a cycle', 'const e = new Error("round"); e.self = e; throw e', /round/],
    [
      'an error whose getters throw',
      'throw Object.defineProperty(new Error("x"), "message", { get() { throw 1 } })',
      /./,
    ],
    [
      'an error that is frozen, after it printed',
      'console.log("words"); throw Object.freeze(new Error("cold"))',
      /cold/,
    ],
    ['an object whose getters throw', 'throw { get message() { throw 1 }, get stack() { throw 2 } }', /./],
    ['a proxy of nothing', 'const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy', /./],
    ['an error with a huge message', 'throw new Error("x".repeat(5e6))', /x{1000}/],
    ['a symbol', 'throw Symbol("sign")', /Symbol\(sign\)/],
    ['a function', 'throw function thrown() {}', /thrown/],
    ['a number', 'throw 42', /42/],
    ['a rejected promise', 'throw Promise.reject(new Error("inner"))', /./],
  ])('code that throws %s fails its step, and the process goes on', async (_, body, message) => {
    const [failed, next] = await outputs(body, 'return "next"')
    expect(failed).toMatch(message)
    expect(String(failed).length).toBeLessThan(70_000)
    expect(next).toBe('next')
  })
})
