import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { connect, createServer as createRelay, type Server as Relay, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FlowVersion } from '@piecework/model/flow/flow'
import { type RemoteWorker, startRemoteWorker } from '@piecework/worker/channel/client'
import { CHANNEL_PATH, PROTOCOL } from '@piecework/worker/channel/messages'
import type { Task } from '@piecework/worker/task'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { engineConfig } from '../engine-config.ts'
import { takeUpgrades } from '../http/upgrades.ts'
import { createLog } from '../log.ts'
import { loadSettings } from '../settings.ts'
import { codeAction, webhookTrigger } from '../testing/flows.ts'
import type { WorkerLink } from './work.ts'
import { createWorkerChannel, type WorkerChannel } from './worker-channel.ts'

const TOKEN = 'the token'
const { settings } = loadSettings({ AP_SANDBOX_MEMORY_LIMIT: '262144' })
const log = createLog({ logLevel: 'silent', logPretty: false })

let folder: string
let server: Server
let channel: WorkerChannel
let relay: Relay
/** The app that a load balancer would choose now. */
let target: () => number
type ChannelParts = Parameters<typeof createWorkerChannel>[0]
let worker: RemoteWorker | undefined
const wires = new Set<Socket>()
let onLink: (link: WorkerLink) => void
let link: Promise<WorkerLink>
const detached: string[] = []

const now = new Date().toISOString()
const SLOW = 'export const code = () => new Promise((resolve) => setTimeout(() => resolve("done"), 1500))'
const versionOf = (code: string, nextAction?: object): FlowVersion => ({
  id: 'version',
  created: now,
  updated: now,
  flowId: 'flow',
  displayName: 'flow',
  schemaVersion: '20',
  valid: true,
  state: 'LOCKED',
  connectionIds: [],
  agentIds: [],
  updatedBy: null,
  backupFiles: null,
  notes: [],
  trigger: JSON.parse(
    JSON.stringify({ ...webhookTrigger(), nextAction: { ...codeAction('step_1', code), nextAction } }),
  ),
})
const versions: Record<string, FlowVersion> = {
  slow: versionOf(SLOW),
  slowLater: versionOf('export const code = () => 1', codeAction('step_2', SLOW)),
  large: versionOf('export const code = () => "x".repeat(1_000_000)'),
}
/** More than all other messages of these tests. */
const maxMessageBytes = 200_000

const taskOf = (triggerPayload: string, key = 'slow'): Task => ({
  operation: {
    type: 'EXECUTE_FLOW',
    projectId: 'project',
    platformId: 'platform',
    engineToken: 'none',
    sealKey: '0'.repeat(64),
    flowRunId: 'run',
    flowId: 'flow',
    executionType: 'BEGIN',
    triggerPayload,
    executeTrigger: false,
    resumePayload: null,
    journal: [],
    test: null,
    callerWaits: false,
    tellsSteps: true,
  },
  version: { key, pieces: { '@activepieces/piece-webhook@0.1.29': { type: 'BUILTIN' } } },
  timeoutMs: 30_000,
})
const task = taskOf('{}')

const portOf = (listener: { address(): unknown }): number => {
  const address = listener.address()
  if (typeof address !== 'object' || address === null || !('port' in address)) throw new Error('no port')
  return Number(address.port)
}

const openChannel = ({ attach, onMoved = () => {} }: Pick<ChannelParts, 'attach'> & Partial<ChannelParts>) => {
  const { internalApiUrl: _, ...engine } = engineConfig(settings, '')
  return createWorkerChannel({
    authenticate: async (authorization) => {
      if (authorization !== `Bearer ${TOKEN}`) throw new Error('no')
    },
    attach,
    detach: (id) => detached.push(id),
    source: {
      loadVersion: async (key) => versions[key] ?? Promise.reject(new Error('no such version')),
      loadArchive: async () => new Uint8Array(),
      loadConnection: async () => ({ answer: { status: 'NOT_FOUND' }, keepMs: 0 }),
    },
    settings: { engine, memoryLimitKb: settings.sandboxMemoryLimitKb, propagatedEnvVars: [], maxMessageBytes },
    onMachine: () => {},
    onMoved,
    log,
  })
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'piecework-channel-'))
  link = new Promise((resolve) => {
    onLink = resolve
  })
  detached.length = 0
  channel = openChannel({ attach: (made) => onLink(made) })
  target = () => portOf(server)
  server = createServer().listen(0, '127.0.0.1')
  takeUpgrades(server, { [CHANNEL_PATH]: channel.upgrade }, log)
  // A wire that can be cut.
  relay = createRelay((near) => {
    const far = connect(target(), '127.0.0.1')
    for (const wire of [near, far]) {
      wires.add(wire)
      wire.on('error', () => {})
      wire.on('close', () => {
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far).pipe(near)
  }).listen(0, '127.0.0.1')
  await Promise.all([once(server, 'listening'), once(relay, 'listening')])
})

afterEach(async () => {
  await worker?.stop(0)
  worker = undefined
  await channel.close()
  relay.close()
  server.close()
  await rm(folder, { recursive: true, force: true })
})

const startWorker = () => {
  worker = startRemoteWorker({
    url: `http://127.0.0.1:${portOf(relay)}`,
    token: TOKEN,
    workerId: 'worker',
    group: null,
    concurrency: 1,
    cacheFolder: folder,
    cacheLimitBytes: 1024 ** 3,
    log,
  })
}
const cut = () => {
  for (const wire of wires) wire.destroy()
  wires.clear()
}

test('a run goes on through lost connections, and what it has to say arrives once', async () => {
  startWorker()
  const journalled: string[] = []
  const { outcome } = (await link).execute(task, {
    journal: async (entries) => {
      journalled.push(...entries.map(({ stepName }) => stepName))
    },
    respond: () => {},
    progress: () => {},
  })
  const cutting = setInterval(cut, 400)
  const ended = await outcome
  clearInterval(cutting)
  expect(ended).toMatchObject({
    kind: 'RESULT',
    message: { result: { type: 'EXECUTE_FLOW', status: 'SUCCEEDED' } },
  })
  const steps = [
    ...journalled,
    ...(ended.kind === 'RESULT' ? ended.message.entries.map(({ stepName }) => stepName) : []),
  ]
  expect(steps.filter((name) => name === 'step_1')).toEqual(['step_1'])
  expect(detached).toEqual([])
})

test('a worker that comes back to another app in the middle of a run begins again there; the first app gives the run back at once', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const reached = Promise.withResolvers<WorkerLink>()
  const second = openChannel({ attach: reached.resolve, onMoved: (session) => channel.moved(session) })
  takeUpgrades(other, { [CHANNEL_PATH]: second.upgrade }, log)
  startWorker()
  const first = await link
  const begun = Promise.withResolvers<void>()
  const writes: string[] = []
  const slow = taskOf('{}', 'slowLater')
  const { outcome } = first.execute(slow, {
    journal: async (entries) => {
      writes.push(...entries.map(({ stepName }) => stepName))
      begun.resolve()
    },
    respond: () => {},
    progress: () => {},
  })
  await begun.promise
  target = () => portOf(other)
  cut()
  const moved = await reached.promise
  // Sooner than the first app would give the worker up by itself.
  const since = performance.now()
  expect(await outcome).toEqual({ kind: 'LOST' })
  expect(performance.now() - since).toBeLessThan(5000)
  expect(detached).toEqual([first.id])
  const silent = { journal: async () => {}, respond: () => {}, progress: () => {} }
  expect(await moved.execute(slow, silent).outcome).toMatchObject({
    kind: 'RESULT',
    message: { result: { status: 'SUCCEEDED' } },
  })
  expect(writes).toEqual(['trigger', 'step_1'])
  await worker?.stop(0)
  await second.close()
  other.close()
})

test('a worker that leaves gives back what it had', async () => {
  startWorker()
  const silent = { journal: async () => {}, respond: () => {}, progress: () => {} }
  const made = await link
  const { outcome } = made.execute(task, silent)
  await worker?.stop(0)
  expect(await outcome).toEqual({ kind: 'LOST' })
  expect(detached).toEqual([made.id])
  expect(await made.execute(task, silent).outcome).toEqual({ kind: 'LOST' })
})

test('what is too large for the channel fails its task, with a reason, and nothing else', async () => {
  startWorker()
  const made = await link
  const silent = { journal: async () => {}, respond: () => {}, progress: () => {} }
  expect(await made.execute(taskOf('{}', 'large'), silent).outcome).toEqual({
    kind: 'CRASHED',
    message: expect.stringContaining('larger than'),
  })
  const payload = JSON.stringify({ body: 'x'.repeat(maxMessageBytes) })
  expect(await made.execute(taskOf(payload), silent).outcome).toMatchObject({
    kind: 'CRASHED',
    message: expect.stringContaining('larger than'),
  })
  expect(await made.execute(task, silent).outcome).toMatchObject({ kind: 'RESULT' })
  expect(detached).toEqual([])

  const url = `ws://127.0.0.1:${portOf(server)}${CHANNEL_PATH}`
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${TOKEN}` } })
  await once(socket, 'open')
  socket.send('x'.repeat(maxMessageBytes + 1))
  const [code] = await once(socket, 'close')
  expect(code).toBe(1009)
})

test('a worker of another protocol is refused with a message, whatever else it says; one without a token is refused, too', async () => {
  const url = `ws://127.0.0.1:${portOf(server)}${CHANNEL_PATH}`
  for (const protocol of [PROTOCOL - 1, PROTOCOL + 1]) {
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${TOKEN}` } })
    await once(socket, 'open')
    socket.send(JSON.stringify({ kind: 'hello', protocol, workerId: 'other', slots: { of: 'another', shape: 1 } }))
    const [greeting] = await once(socket, 'message')
    expect(JSON.parse(String(greeting))).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining(`version ${protocol} of the protocol, this app version ${PROTOCOL}`),
    })
    await once(socket, 'close')
  }

  const stranger = new WebSocket(url, { headers: { authorization: 'Bearer guess' } })
  const [error] = await once(stranger, 'error')
  expect(String(error)).toContain('401')
})
