import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { code, configOf, router, versionOf, when } from '@piecework/engine/testing/harness'
import type { FlowVersion } from '@piecework/model/flow/flow'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Task, TaskEvents } from './task.ts'
import { noConnection, temporaryFolder } from './testing.ts'
import { createWorker, type Worker } from './worker.ts'

const MB = 1024
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let worker: Worker
const versions = new Map<string, FlowVersion>()
/** Versions that take their time. */
const late = new Map<string, Promise<FlowVersion>>()

beforeAll(async () => {
  vi.stubEnv('AP_JWT_SECRET', 'not for flows')
  vi.stubEnv('SHARED_WITH_FLOWS', 'yes')
  folder = await temporaryFolder()
  worker = startWorker()
  await worker.warm()
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await worker.close()
  await folder[Symbol.asyncDispose]()
})

const startWorker = () =>
  createWorker(
    {
      cacheFolder: folder.path,
      cacheLimitBytes: 1024 ** 3,
      concurrency: 2,
      memoryLimitKb: 100 * MB,
      propagatedEnv: { SHARED_WITH_FLOWS: 'yes' },
      engine: configOf(),
    },
    {
      loadVersion: async (key) => versions.get(key) ?? late.get(key) ?? Promise.reject(new Error(`no version ${key}`)),
      loadArchive: () => Promise.reject(new Error('no archive')),
      loadConnection: noConnection,
    },
  )

const EVENTS: TaskEvents = { journal: async () => {}, respond() {}, progress() {} }
let count = 0

function taskOf(
  key: string,
  { projectId = 'project', timeoutMs = 30_000, executionType = 'BEGIN' as 'BEGIN' | 'RESUME' } = {},
): Task {
  return {
    operation: {
      type: 'EXECUTE_FLOW',
      projectId,
      platformId: 'platform',
      engineToken: 'token',
      sealKey: '0'.repeat(64),
      flowRunId: `run-${count++}`,
      flowId: 'flow',
      executionType,
      triggerPayload: '{}',
      executeTrigger: false,
      resumePayload: null,
      journal: [],
      tags: [],
      test: null,
      callerWaits: false,
      tellsSteps: false,
    },
    version: { key, pieces: {} },
    timeoutMs,
  }
}
/** A version whose steps are these bodies of code; @returns its key. */
const versionFor = (...bodies: string[]): string => {
  const key = `version-${count++}`
  versions.set(key, versionOf(bodies.map((body, index) => code(`step_${index + 1}`, body))))
  return key
}
const execute = (key: string, options = {}, events: Partial<TaskEvents> = {}) =>
  worker.execute(taskOf(key, options), { ...EVENTS, ...events })
/** The output of the last of the steps. */
const outputOf = async (key: string, options = {}): Promise<unknown> => {
  const outcome = await execute(key, options).outcome
  if (outcome.kind !== 'RESULT' || outcome.message.result.type !== 'EXECUTE_FLOW')
    throw new Error(JSON.stringify(outcome))
  const { result } = outcome.message
  if (result.status !== 'SUCCEEDED') throw new Error(result.failedStep?.message)
  return Object.values(JSON.parse(result.log).executionState.steps as Record<string, { output: unknown }>).at(-1)
    ?.output
}
const PID = 'return process.pid'
const HANG = 'for (;;) {}'

describe('what code writes to the channel of its sandbox', () => {
  const frame = (...texts: string[]) => `(() => {
    const texts = ${JSON.stringify(texts)}.map((text) => Buffer.from(text))
    const table = Buffer.alloc(4 * (1 + texts.length))
    table.writeUInt32LE(texts.length)
    texts.forEach((text, index) => table.writeUInt32LE(text.length, 4 * (1 + index)))
    const body = Buffer.concat([table, ...texts])
    const length = Buffer.alloc(4)
    length.writeUInt32LE(body.length)
    return Buffer.concat([length, body])
  })()`
  const entry = (output: string) =>
    frame(
      '{"kind":"journal","operationId":1,"entries":[{"sequence":1,"stepName":"a","path":[],"output":""}],"flush":false}',
      output,
    )

  test.each([
    ['bytes of no meaning', 'Buffer.from("\\xff".repeat(500), "latin1")'],
    ['a frame of 4 GB', 'Buffer.from([255, 255, 255, 255, 1, 0, 0, 0])'],
    ['an empty frame', 'Buffer.from([0, 0, 0, 0])'],
    ['a frame whose texts are longer than it', 'Buffer.from([8, 0, 0, 0, 1, 0, 0, 0, 255, 0, 0, 0])'],
    ['what is not JSON', frame('{"kind"')],
    ['a kind that is unknown', frame('{"kind":"fork"}')],
    ['null', frame('null')],
    ['wrong types', frame('{"kind":"respond","operationId":"1","response":[]}')],
    ['a message of another operation', frame('{"kind":"respond","operationId":4711,"response":{}}')],
    [
      'deep JSON',
      frame(`{"kind":"respond","operationId":1,"response":{"body":${'['.repeat(3000)}${']'.repeat(3000)}}}`),
    ],
    ['a text too many', frame('{"kind":"ready"}', 'x')],
    ['an entry that is not JSON', entry('oops')],
    ['an entry that is no end of a step', entry('{}')],
    [
      'an entry that is too deep',
      entry(`{"type":"CODE","status":"SUCCEEDED","input":${'['.repeat(3000)}${']'.repeat(3000)}}`),
    ],
    ['an entry with a NUL', entry('{"type":"CODE","status":"SUCCEEDED","input":1}\0')],
  ])('ends the run, and nothing else: %s', async (_, bytes) => {
    const body = `require('fs').writeSync(3, ${bytes}); await new Promise(() => setTimeout(() => {}, 60000))`
    const outcome = await execute(versionFor(body)).outcome
    expect(outcome).toEqual({
      kind: 'CRASHED',
      message: expect.stringMatching(/^The sandbox sent what cannot be read: ./),
    })
    expect(await outputOf(versionFor('return 1'))).toBe(1)
  })

  test('half a frame waits for its other half until the time of the run is over', async () => {
    const body = `require('fs').writeSync(3, Buffer.from([200, 0, 0, 0, 1])); return 1`
    expect(await execute(versionFor(body), { timeoutMs: 1000 }).outcome).toMatchObject({
      kind: expect.stringMatching(/TIMEOUT|CRASHED/),
    })
    expect(await outputOf(versionFor('return 1'))).toBe(1)
  })
})

describe('a sandbox that is taken down', () => {
  test.each([
    ['for its time', HANG, { timeoutMs: 300 }, { kind: 'TIMEOUT' }],
    [
      'for the memory of its heap',
      'const all = []; for (;;) all.push(new Array(1000).fill(i))',
      {},
      { kind: 'MEMORY_LIMIT_EXCEEDED' },
    ],
    [
      'for its memory outside the heap',
      'const all = []; for (;;) { all.push(Buffer.alloc(20_000_000, 1)); await new Promise((done) => setTimeout(done, 20)) }',
      {},
      { kind: 'MEMORY_LIMIT_EXCEEDED' },
    ],
    [
      'by a crash',
      `console.error('seen'); require('child_process').execSync('kill -SEGV ' + process.pid)`,
      {},
      { kind: 'CRASHED', message: expect.stringContaining('SIGSEGV') },
    ],
  ])('%s says so, and harms neither its neighbour nor the next', async (_, body, options, outcome) => {
    const neighbour = outputOf(versionFor('await new Promise((done) => setTimeout(done, 600)); return "fine"'))
    expect(await execute(versionFor(body), options).outcome).toEqual(outcome)
    expect(await neighbour).toBe('fine')
    expect(await outputOf(versionFor('return "next"'))).toBe('next')
  })

  test('by a cancel, before it begins and while it runs', async () => {
    const early = execute(versionFor(HANG))
    early.cancel()
    expect(await early.outcome).toEqual({ kind: 'CANCELED' })
    const journalled: string[] = []
    const late = execute(
      versionFor('return 1', 'return 2', HANG),
      {},
      {
        journal: async (entries) => {
          journalled.push(...entries.map(({ stepName }) => stepName))
          if (journalled.includes('step_2')) setTimeout(() => late.cancel(), 50)
        },
      },
    )
    expect(await late.outcome).toEqual({ kind: 'CANCELED' })
    expect(journalled).toEqual(['trigger', 'step_1', 'step_2'])
  })

  test('because its attempt may no longer write: nothing more of it happens', async () => {
    const marker = `${folder.path}/went-on`
    const body = `require('fs').writeFileSync(${JSON.stringify(marker)}, '')`
    const outcome = await execute(
      versionFor('return 1', body),
      {},
      { journal: () => Promise.reject(new Error('stale')) },
    ).outcome
    expect(outcome).toEqual({ kind: 'CANCELED' })
    await expect(import('node:fs/promises').then(({ stat }) => stat(marker))).rejects.toThrow('ENOENT')
  })
})

describe('a sandbox that is killed from outside', () => {
  test('while it starts is started again: nothing has run in it yet', async () => {
    // Other tests may have left the pool warm.
    for (const pid of enginesOf(process.pid)) process.kill(pid, 'SIGKILL')
    await expect.poll(() => enginesOf(process.pid)).toEqual([])
    const output = outputOf(versionFor('return "fine"'))
    await expect.poll(() => enginesOf(process.pid), { interval: 5 }).not.toEqual([])
    for (const pid of enginesOf(process.pid)) process.kill(pid, 'SIGKILL')
    expect(await output).toBe('fine')
  })

  test('while code is made ready for it gives way to another one', async () => {
    const pid = await outputOf(versionFor(PID))
    const key = versionFor('return "fine"')
    const version = versions.get(key)
    versions.delete(key)
    const loading = Promise.withResolvers<FlowVersion>()
    late.set(key, loading.promise)
    const output = outputOf(key)
    process.kill(Number(pid), 'SIGKILL')
    await expect.poll(() => alive(Number(pid))).toBe(false)
    if (version) loading.resolve(version)
    expect(await output).toBe('fine')
  })
})

describe('a process that code of a project ran in', () => {
  const pidOf = (projectId: string) => outputOf(versionFor(PID), { projectId })

  test('serves no other project, and is there for its own when that comes back', async () => {
    const pids: unknown[] = []
    for (const projectId of ['a', 'b', 'c', 'a', 'b', 'c']) pids.push(await pidOf(projectId))
    expect(new Set(pids.slice(0, 3)).size).toBe(3)
    expect(pids.slice(3)).toEqual(pids.slice(0, 3))
  })

  test('counts from the first expression that could leave something behind', async () => {
    await worker.close()
    worker = startWorker()
    const expressionOf = (expression: string) => {
      const key = `version-${count++}`
      versions.set(key, versionOf([router('step_1', [when('only', expression, 'TEXT_EXACTLY_MATCHES', 'x', [])])]))
      return key
    }
    for (const projectId of ['p', 'q', 'r'])
      expect((await execute(expressionOf('{{trigger.a}}'), { projectId }).outcome).kind).toBe('RESULT')
    expect(enginesOf(process.pid)).toHaveLength(1)
    await execute(expressionOf('{{ (() => { globalThis.left = 1 })() }}'), { projectId: 'p' }).outcome
    await execute(expressionOf('{{trigger.a}}'), { projectId: 'q' }).outcome
    expect(enginesOf(process.pid).length).toBeGreaterThan(1)
  })

  test('is replaced when the engine itself fails', async () => {
    const first = await pidOf('faulty')
    const broken = await execute(versionFor('return 1'), { projectId: 'faulty', executionType: 'RESUME' }).outcome
    expect(broken).toMatchObject({ kind: 'RESULT', message: { result: { status: 'INTERNAL_ERROR' } } })
    expect(await pidOf('faulty')).not.toBe(first)
  })
})

test('a warm sandbox is kept for its version, then for its project', async () => {
  const [mine, yours] = [versionFor(PID), versionFor(PID)]
  const both = () => Promise.all([outputOf(mine, { projectId: 'mine' }), outputOf(yours, { projectId: 'yours' })])
  const [first, second] = await both()
  expect(first).not.toBe(second)
  for (let i = 0; i < 3; i++) {
    expect(await outputOf(mine, { projectId: 'mine' })).toBe(first)
    expect(await outputOf(yours, { projectId: 'yours' })).toBe(second)
  }
  expect(await outputOf(versionFor(PID), { projectId: 'mine' })).toBe(first)
  expect(await outputOf(versionFor(PID), { projectId: 'yours' })).toBe(second)
})

test('nothing of the environment reaches a sandbox but what was chosen', async () => {
  const env = await outputOf(versionFor('return process.env'))
  expect(env).toMatchObject({ SHARED_WITH_FLOWS: 'yes', NODE_ENV: 'production' })
  expect(JSON.stringify(env)).not.toContain('not for flows')
  expect(Object.keys(env as object).filter((name) => /^(AP_|VITEST|npm_)/.test(name))).toEqual([])
})

test('what cannot be made ready is a crash that says why, and not the end of the worker', async () => {
  expect(await execute('unknown').outcome).toEqual({ kind: 'CRASHED', message: 'no version unknown' })
  expect(await outputOf(versionFor('return "next"'))).toBe('next')
  expect(worker.busy).toBe(0)
})

test('the death of a worker takes its sandboxes along, also busy ones', async () => {
  const script = `
    import { code, configOf, router, versionOf, when } from '@piecework/engine/testing/harness'
    import { createWorker } from './worker.ts'
    const task = ${JSON.stringify(taskOf('x'))}
    const worker = createWorker(
      { cacheFolder: ${JSON.stringify(folder.path)}, cacheLimitBytes: 1024 ** 3, concurrency: 1, memoryLimitKb: 102400, propagatedEnv: {}, engine: configOf() },
      { loadVersion: async () => versionOf([code('step_1', 'for (;;) {}')]), loadArchive: async () => { throw 1 }, loadConnection: async () => ({ answer: { status: 'NOT_FOUND' }, keepMs: 0 }) },
    )
    worker.execute(task, { journal: async () => {}, respond() {}, progress() {} })
    setInterval(() => {}, 1000)
    const { readFileSync } = await import('node:fs')
    const read = (path) => { try { return readFileSync('/proc/' + path, 'utf8') } catch { return '' } }
    const timer = setInterval(() => {
      const children = read('self/task/' + process.pid + '/children').split(' ')
      const engine = children.find((pid) => read(pid + '/cmdline').includes('engine.mjs'))
      // Busy for a moment, so that its code keeps the thread from noticing anything.
      if (engine && worker.busy) { clearInterval(timer); setTimeout(() => console.log('pid ' + engine), 500) }
    }, 100)`
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const pid = await pidFrom(parent)
  expect(alive(pid)).toBe(true)
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  await expect.poll(() => alive(pid), { timeout: 10_000 }).toBe(false)
})

async function pidFrom(parent: ChildProcess): Promise<number> {
  if (!parent.stdout) throw new Error('no output')
  for await (const line of createInterface(parent.stdout)) {
    const pid = /^pid (\d+)$/.exec(line)?.[1]
    if (pid) return Number(pid)
  }
  throw new Error('the worker ended early')
}

/** The engine processes that a process has started. */
function enginesOf(parent: number): number[] {
  return read(`self/task/${parent}/children`)
    .split(' ')
    .map(Number)
    .filter((pid) => pid > 0 && read(`${pid}/cmdline`).includes('engine.mjs'))
}

function read(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8')
  } catch {
    return ''
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
