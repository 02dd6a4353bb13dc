import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockFolder } from './folder-lock.ts'

const LOCK = new URL('./folder-lock.ts', import.meta.url).href
/** Locks a folder and keeps it until it is killed. */
const HOLDER = `
  const [dataDir] = process.argv.slice(1)
  const { lockFolder } = await import(${JSON.stringify(LOCK)})
  try {
    lockFolder(dataDir)
    console.log('locked by ' + process.pid)
    setInterval(() => {}, 60_000)
  } catch (error) {
    console.log('refused: ' + error.message)
  }`
const RUN = ['--input-type=module', '--eval', HOLDER]
const NAMESPACE = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc']

let folder = ''
let dataDir = ''
const children: ChildProcess[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'piecework-lock-'))
  dataDir = join(folder, 'pglite')
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

/** A process that locks the folder and keeps it; what it says first. */
async function hold(wrapper: readonly string[] = []): Promise<{ child: ChildProcess; said: string; pid: number }> {
  const [program = '', ...args] = [...wrapper, process.execPath, ...RUN, dataDir]
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const [said] = await once(child.stdout, 'data')
  const text = String(said)
  return { child, said: text, pid: Number(/^locked by (\d+)/.exec(text)?.[1]) }
}

test('a folder is open in one server at a time, also for two in PID namespaces of their own', async () => {
  const first = await hold(NAMESPACE)
  expect(first.said).toMatch(/^locked by \d+/)
  const second = await hold(NAMESPACE)
  expect(second.said).toMatch(/^refused: The data folder .* is in use by process \d+ of host \S+, since 20/)
  expect(() => lockFolder(dataDir)).toThrow('is in use by process')
})

test('who has it is named, and it is free again when they let go', () => {
  const release = lockFolder(dataDir)
  expect(() => lockFolder(dataDir)).toThrow(`in use by process ${process.pid} of host`)
  // Nor has the refusal given it up.
  expect(() => lockFolder(dataDir)).toThrow('in use')
  release()
  lockFolder(dataDir)()
})

test('a start right after a kill gets the folder, again and again', async () => {
  for (let kill = 0; kill < 10; kill++) {
    const { child, said } = await hold()
    expect(said).toMatch(/^locked by/)
    child.kill('SIGKILL')
  }
})

test('a server that was killed and is not reaped does not hold the folder', async () => {
  // The shell becomes a program that never waits for its child.
  const script = '"$@" & exec sleep 60'
  const parent = spawn('sh', ['-c', script, 'sh', process.execPath, ...RUN, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(parent)
  const [said] = await once(parent.stdout, 'data')
  const pid = Number(/^locked by (\d+)/.exec(String(said))?.[1])
  process.kill(pid, 'SIGKILL')
  const next = await hold()
  expect(next.said).toMatch(/^locked by/)
  // It is there still.
  expect(process.kill(pid, 0)).toBe(true)
})
