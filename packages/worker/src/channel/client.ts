import { mkdir } from 'node:fs/promises'
import { type BackOff, delayOf } from '@piecework/model/back-off'
import { WebSocket } from 'ws'
import { createMachineReport } from '../machine.ts'
import type { WorkerSource } from '../task.ts'
import { openConnection } from './connection.ts'
import { createKeptWorker } from './kept-worker.ts'
import {
  CHANNEL_PATH,
  type FromWorker,
  GRACE_MS,
  type Greeting,
  PING_MS,
  PROTOCOL,
  SILENCE_MS,
  ToWorker,
} from './messages.ts'
import { createSession, type Session } from './session.ts'
import { createWork, unavailable, type Work } from './session-work.ts'
import { createSleepWatch } from './sleep.ts'

export interface RemoteWorkerOptions {
  /** The app, without `/api`. */
  url: string
  token: string
  workerId: string
  concurrency: number
  /** The group whose work it does, and no other; null for what belongs to none. */
  group: string | null
  cacheFolder: string
  cacheLimitBytes: number
  log: Log
  /** Called with each new session: the worker is ready for work. */
  onReady?(): void
}

interface Log {
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

export interface RemoteWorker {
  /** Takes nothing new, lets what runs come to its end within `graceMs`, and leaves. */
  stop(graceMs: number): Promise<void>
}

const RECONNECTING: BackOff = { firstMs: 200, longestMs: 10_000, spread: [0.5, 1.5] }
const MACHINE_EVERY_MS = 15_000
const AWAKE_EVERY_MS = 1000

/**
 * A worker in a process of its own: it holds a token and the address of the app, and nothing else. What runs goes
 * on through a short loss of the connection; when its session is lost, its attempts belong to others and it ends
 * them.
 */
export function startRemoteWorker(options: RemoteWorkerOptions): RemoteWorker {
  const { log } = options
  const apiUrl = `${options.url.replace(/\/$/, '')}/api/`
  const channelUrl = new URL(options.url.replace(/^http/, 'ws'))
  channelUrl.pathname = channelUrl.pathname.replace(/\/$/, '') + CHANNEL_PATH

  let session: { id: string; channel: Session; work: Work } | undefined
  let socket: WebSocket | undefined
  let failures = 0
  let reconnecting: NodeJS.Timeout | undefined
  let expiry: NodeJS.Timeout | undefined
  let stopping = false

  const machine = createMachineReport(options.workerId, options.cacheFolder, () => ({
    concurrency: String(options.concurrency),
  }))

  /** Nothing of the session counts any more. */
  const dropSession = () => {
    clearTimeout(expiry)
    session?.work.abandon()
    session = undefined
  }

  // The worker outlives sessions; what it asks for goes through the current one.
  const source: WorkerSource = {
    loadVersion: async (key) => required(session?.work.loadVersion(key)),
    loadArchive: async (fileId) => required(session?.work.loadArchive(fileId)),
    loadConnection: (of) => session?.work.loadConnection(of) ?? Promise.resolve(unavailable(NOT_CONNECTED)),
  }

  const kept = createKeptWorker(options, apiUrl, source)

  const welcome = async (current: WebSocket, greeting: Extract<Greeting, { kind: 'welcome' }>): Promise<void> => {
    clearTimeout(expiry)
    if (!session || !greeting.resumed || session.id !== greeting.session) {
      dropSession()
      const served = await kept.workerFor(greeting.settings)
      // Nobody could say what has changed meanwhile.
      served.forgetConnections()
      const channel = createSession(
        (message) => session?.work.take(ToWorker.parse(message)),
        greeting.settings.maxMessageBytes,
      )
      session = { id: greeting.session, channel, work: createWork(served, channel, greeting.settings.maxMessageBytes) }
      log.info({ session: greeting.session }, 'connected to the app')
      options.onReady?.()
    }
    if (current.readyState === WebSocket.OPEN) session.channel.attach(current, greeting.received)
  }

  const sleep = createSleepWatch(SILENCE_MS)
  /** By now the app has given what ran here to others: nothing that came before the sleep may begin after it. */
  const gaveUpAsleep = (current: WebSocket | undefined): boolean => {
    if (!sleep.hasSlept()) return false
    log.warn({}, 'this process has slept; what it had to do is done by others')
    dropSession()
    current?.terminate()
    return true
  }
  const awake = setInterval(() => gaveUpAsleep(socket), AWAKE_EVERY_MS)

  const connect = async (): Promise<void> => {
    // A folder that cannot be made is a fault of the machine, which the worker reports by itself.
    await mkdir(options.cacheFolder, { recursive: true }).catch((error: unknown) =>
      log.error({ err: error }, 'the folder of the cache cannot be made'),
    )
    socket = openConnection({
      ...{ url: channelUrl, token: options.token, appUrl: options.url, log },
      hello: async () => ({
        kind: 'hello',
        protocol: PROTOCOL,
        workerId: options.workerId,
        concurrency: options.concurrency,
        group: options.group,
        session: session?.id ?? null,
        received: session?.channel.received ?? 0,
        machine: await machine(),
      }),
      isOver: gaveUpAsleep,
      welcome(current, greeting) {
        failures = 0
        return welcome(current, greeting)
      },
      accept: (text) => session?.channel.accept(text),
      failed: dropSession,
      closed(current) {
        session?.channel.detach(current)
        if (socket !== current || stopping) return
        if (session) {
          clearTimeout(expiry)
          expiry = setTimeout(dropSession, GRACE_MS)
        }
        reconnecting = setTimeout(() => void connect(), delayOf(RECONNECTING, ++failures))
      },
    })
  }

  const reports = setInterval(() => {
    void machine().then((information) => session?.channel.send({ kind: 'machine', machine: information }))
  }, MACHINE_EVERY_MS)

  void connect()

  return {
    async stop(graceMs) {
      clearInterval(reports)
      clearInterval(awake)
      const current = session
      current?.channel.send({ kind: 'drain' } satisfies FromWorker)
      await Promise.race([current?.work.idle(), new Promise((resolve) => setTimeout(resolve, graceMs).unref())])
      stopping = true
      clearTimeout(reconnecting)
      current?.channel.send({ kind: 'bye' } satisfies FromWorker)
      dropSession()
      if (socket && socket.readyState <= WebSocket.OPEN) await close(socket)
      await kept.close()
    },
  }
}

const NOT_CONNECTED = 'The worker is not connected to an app'

async function required<T>(value: Promise<T> | undefined): Promise<T> {
  if (!value) throw new Error(NOT_CONNECTED)
  return value
}

/** Closes a connection, and cuts it when the app does not answer. */
async function close(socket: WebSocket): Promise<void> {
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.close()
  setTimeout(() => socket.terminate(), PING_MS).unref()
  await closed
}
