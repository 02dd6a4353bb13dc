import { readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { code, configOf, piece, versionOf } from '@piecework/engine/testing/harness'
import type { FlowVersion } from '@piecework/model/flow/flow'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { sizeOf } from './cache.ts'
import type { Task } from './task.ts'
import { noConnection, packPackage, temporaryFolder } from './testing.ts'
import { createWorker, type Worker } from './worker.ts'

const STEP_BYTES = 200_000
const versions = new Map<string, FlowVersion>()

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let worker: Worker
let engineBytes = 0
/** A piece that loads a part of its code only when a step asks for it. */
let archive: Buffer
beforeAll(async () => {
  folder = await temporaryFolder()
  archive = await packPackage(
    { name: 'piece-lazy', version: '1.0.0' },
    {
      'src/index.js': `class Piece {
        getAction = () => ({ name: 'go', props: {}, requireAuth: false, run: async () => { ${waitsFor('later')}; return require('./later.js') } })
        getTrigger() {}
        getContextInfo = () => ({ version: '2' })
      }
      exports.lazy = new Piece()`,
      'src/later.js': 'module.exports = "loaded"',
    },
  )
  start(1024 ** 3)
  await worker.warm()
  engineBytes = await sizeOf(join(folder.path, 'bundles'))
  await worker.close()
})
afterEach(() => worker.close())
afterAll(() => folder[Symbol.asyncDispose]())

function start(cacheLimitBytes: number): void {
  worker = createWorker(
    {
      ...{ cacheFolder: folder.path, cacheLimitBytes, concurrency: 2, memoryLimitKb: 200 * 1024, propagatedEnv: {} },
      engine: configOf(),
    },
    {
      loadVersion: async (key) => versions.get(key) ?? Promise.reject(new Error(`no version ${key}`)),
      loadArchive: async () => archive,
      loadConnection: noConnection,
    },
  )
}

/** Code that goes on when a file of this name is in the folder. */
const waitsFor = (name: string) =>
  `while (!require('fs').existsSync(${JSON.stringify(join(folder.path, name))})) await new Promise((r) => setTimeout(r, 20))`

const run = (key: string, body: string) =>
  runStep(key, code('step_1', `${body}; return ${JSON.stringify(key.padEnd(STEP_BYTES, '.'))}.length`))

const runStep = async (key: string, step: ReturnType<typeof code> | ReturnType<typeof piece>) => {
  versions.set(key, versionOf([step]))
  const task: Task = {
    operation: {
      ...{ type: 'EXECUTE_FLOW', projectId: 'project', platformId: 'platform', engineToken: 'token', flowId: 'flow' },
      sealKey: '0'.repeat(64),
      ...{ flowRunId: key, executionType: 'BEGIN', triggerPayload: '{}', executeTrigger: false, resumePayload: null },
      ...{ journal: [], tags: [], test: null, callerWaits: false, tellsSteps: false },
    },
    version: { key, pieces: { 'piece-lazy@1.0.0': { type: 'ARCHIVE', fileId: 'lazy' } } },
    timeoutMs: 60_000,
  }
  const outcome = await worker.execute(task, { journal: async () => {}, respond() {}, progress() {} }).outcome
  return outcome.kind === 'RESULT' && 'status' in outcome.message.result ? outcome.message.result.status : outcome
}
/** The compiled steps that are there, by the keys of their versions. */
const compiled = async (): Promise<Map<string, string>> => {
  const files = await readdir(join(folder.path, 'codes'), { recursive: true, withFileTypes: true })
  const found = new Map<string, string>()
  for (const file of files.filter((entry) => entry.isFile())) {
    const path = join(file.parentPath, file.name)
    const key = /"([a-z-]+\d*)\.{9}/.exec(await readFile(path, 'utf8'))?.[1]
    if (key !== undefined) found.set(key, path)
  }
  return found
}
const bytes = () => sizeOf(folder.path)

test('the disk of a worker does not fill up: what was not used for longest goes, and never what is in use', async () => {
  const limit = engineBytes + 8 * STEP_BYTES
  start(limit)
  const waiting = run('waits', waitsFor('go'))
  await expect.poll(async () => (await compiled()).has('waits'), { timeout: 20_000 }).toBe(true)
  for (let i = 0; i < 20; i++) expect(await run(`other-${i}`, '')).toBe('SUCCEEDED')
  await expect.poll(bytes).toBeLessThan(limit + STEP_BYTES)
  const left = await compiled()
  expect([left.has('waits'), left.has('other-0'), left.has('other-19')]).toEqual([true, false, true])
  // The worker makes parts again that are gone.
  expect(await run('other-0', '')).toBe('SUCCEEDED')
  await writeFile(join(folder.path, 'go'), '')
  expect(await waiting).toBe('SUCCEEDED')
})

test('a piece that runs finds all of its code, also what it loads late', async () => {
  start(engineBytes + 8 * STEP_BYTES)
  const late = runStep('late', piece('step_1', 'piece-lazy', 'go'))
  const pieces = () => readdir(join(folder.path, 'pieces')).catch(() => [])
  await expect.poll(pieces, { timeout: 30_000 }).toContain('piece-lazy-1.0.0-lazy')
  for (let i = 20; i < 40; i++) expect(await run(`other-${i}`, '')).toBe('SUCCEEDED')
  await expect.poll(async () => (await compiled()).has('other-20')).toBe(false)
  expect(await pieces()).toContain('piece-lazy-1.0.0-lazy')
  await writeFile(join(folder.path, 'later'), '')
  expect(await late).toBe('SUCCEEDED')
})

test('a worker that starts knows what earlier ones left, and when they used it', async () => {
  const before = await compiled()
  expect(before.size).toBeGreaterThan(4)
  const [kept = ''] = [...before.keys()]
  for (const [key, path] of before) {
    const day = key === kept ? 2 : 1
    await utimes(path, day * 86_400, day * 86_400)
  }
  // Room is made for a tenth more than is needed.
  start((engineBytes + 2.5 * STEP_BYTES) / 0.9)
  expect(await run('new', '')).toBe('SUCCEEDED')
  await expect.poll(async () => [...(await compiled()).keys()].sort()).toEqual([kept, 'new'].sort())
})
