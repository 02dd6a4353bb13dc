import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { EngineConfig } from '@piecework/engine/protocol'
import { code, configOf, versionOf } from '@piecework/engine/testing/harness'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { endWithParent, runProgram } from './program.ts'
import type { Task, TaskOutcome } from './task.ts'
import { noConnection, temporaryFolder } from './testing.ts'
import { createWorker, type Worker } from './worker.ts'

/** Engines that end by themselves, by a signal of somebody else, or not at all. */

let folder: Awaited<ReturnType<typeof temporaryFolder>>
const versions = new Map<string, ReturnType<typeof versionOf>>()
let count = 0

beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder[Symbol.asyncDispose]())

/** User code calls this server to say that it has begun, and waits for the answer. */
const gate = createServer((_, response) => {
  arrived.resolve()
  void opened.promise.then(() => response.end('"on"'))
})
let arrived = Promise.withResolvers<void>()
let opened = Promise.withResolvers<void>()
beforeAll(() => once(gate.listen(0, '127.0.0.1'), 'listening'))
afterAll(() => void gate.close())
beforeEach(() => {
  arrived = Promise.withResolvers()
  opened = Promise.withResolvers()
})
afterEach(() => opened.resolve())

/** A code step that waits at the gate. */
const atGate = () => {
  const address = gate.address()
  const port = typeof address === 'object' ? address?.port : 0
  return `return await (await fetch('http://127.0.0.1:${port}')).json()`
}

/** All processes that this one started, and theirs. */
function descendants(pid = process.pid): number[] {
  try {
    const found = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
    return found.flatMap((child) => [child, ...descendants(child)])
  } catch {
    return []
  }
}

const commandOf = (pid: number | string): string[] => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

/** The processes of all engines. */
const ofEngines = () => descendants().filter((pid) => commandOf(pid).some((part) => part.endsWith('engine.mjs')))

/** Those that this process started, or those that run code. */
const ends = (which: 'first' | 'last') => {
  const own = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').split(' ').map(Number)
  return ofEngines().filter((pid) => (which === 'first' ? own.includes(pid) : descendants(pid).length === 0))
}

/** Programs that sleep for exactly this time, of any parent. */
const sleepers = (seconds: string) =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && commandOf(pid).slice(0, 2).join(' ').endsWith(`sleep ${seconds}`))
    .map(Number)
let seconds = 100_000 + process.pid * 10

const workerOf = (executionMode: EngineConfig['executionMode']): Worker =>
  createWorker(
    {
      cacheFolder: folder.path,
      cacheLimitBytes: 1024 ** 3,
      concurrency: 1,
      memoryLimitKb: 512 * 1024,
      propagatedEnv: {},
      engine: configOf({ executionMode }),
    },
    {
      loadVersion: async (key) => versions.get(key) ?? versionOf([]),
      loadArchive: async () => Buffer.alloc(0),
      loadConnection: noConnection,
    },
  )

function execute(worker: Worker, body: string, timeoutMs = 60_000): Promise<TaskOutcome> {
  const key = `version-${count++}`
  versions.set(key, versionOf([code('step_1', body)]))
  const task: Task = {
    operation: {
      type: 'EXECUTE_FLOW',
      projectId: 'project',
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
      tags: [],
      test: null,
      callerWaits: false,
      tellsSteps: false,
    },
    version: { key, pieces: {} },
    timeoutMs,
  }
  return worker.execute(task, { journal: async () => {}, respond() {}, progress() {} }).outcome
}

const statusOf = (outcome: TaskOutcome) =>
  outcome.kind === 'RESULT' && outcome.message.result.type === 'EXECUTE_FLOW'
    ? outcome.message.result.status
    : outcome.kind

describe.each(['UNSANDBOXED', 'SANDBOX_PROCESS'] as const)('an engine of %s', (mode) => {
  let worker: Worker
  beforeAll(async () => {
    worker = workerOf(mode)
    await worker.warm()
  })
  afterAll(() => worker.close())

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('goes on when all processes get %s', async (signal) => {
    const outcome = execute(worker, atGate())
    await arrived.promise
    for (const pid of ofEngines()) process.kill(pid, signal)
    opened.resolve()
    expect(statusOf(await outcome)).toBe('SUCCEEDED')
  })

  test.each(['first', 'last'] as const)(
    'that somebody kills (its %s process) is lost, and no fault of the run',
    async (which) => {
      const outcome = execute(worker, atGate())
      await arrived.promise
      for (const pid of ends(which)) process.kill(pid, 'SIGKILL')
      expect(await outcome).toEqual({
        kind: 'LOST',
        message: 'The engine process was ended by SIGKILL',
        inFlight: true,
      })
      opened.resolve()
      // An idle engine was killed, too, and may still be dying: a run that it gets is lost, and begins again.
      await expect.poll(async () => statusOf(await execute(worker, 'return 1'))).toBe('SUCCEEDED')
    },
  )

  test('is out of time when its time is over, though a program that it started holds its output', async () => {
    const sleep = String(seconds++)
    const body = `
      require('child_process').spawn('sleep', ['${sleep}'], { detached: true, stdio: 'inherit' }).unref()
      await new Promise((done) => setTimeout(done, 60_000))`
    expect(await execute(worker, body, 2000)).toEqual({ kind: 'TIMEOUT' })
    expect(statusOf(await execute(worker, 'return 1'))).toBe('SUCCEEDED')
    for (const pid of sleepers(sleep)) process.kill(pid, 'SIGKILL')
  })

  test('takes with it what it started in its group', async () => {
    const sleep = String(seconds++)
    const body = `
      require('child_process').spawn('sleep', ['${sleep}'])
      await new Promise((done) => setTimeout(done, 60_000))`
    expect(await execute(worker, body, 2000)).toEqual({ kind: 'TIMEOUT' })
    await expect.poll(() => sleepers(sleep), { timeout: 60_000 }).toEqual([])
  })
})

test('a program that somebody ends has not failed', async () => {
  const sleep = String(seconds++)
  const ended = runProgram({
    launcher: await endWithParent('/bin/sleep'),
    args: [sleep],
    ...{ env: {}, cwd: '/', timeoutMs: 600_000 },
  }).catch((error: unknown) => error)
  const found = () => sleepers(sleep)
  await expect.poll(found, { timeout: 60_000 }).toHaveLength(1)
  for (const pid of found()) process.kill(pid, 'SIGTERM')
  expect(await ended).toMatchObject({ name: 'ProgramError', isLost: true })
})

test('a program that a test waits for too long says so', async () => {
  const program = { launcher: await endWithParent('/bin/sleep'), args: ['60'], env: {}, cwd: '/', timeoutMs: 50 }
  await expect(runProgram(program)).rejects.toMatchObject({
    message: 'it did not finish within 0.05 seconds',
    isLost: false,
  })
})
