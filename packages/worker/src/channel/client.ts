import { mkdir } from 'node:fs/promises'
import { type BackOff, delayOf } from '@piecework/model/back-off'
import { WebSocket } from 'ws'
import { createMachineReport } from '../machine.ts'
import { logMachineFault } from '../machine-fault.ts'
import type { ConnectionOf, LentConnection, TaskEvents, WorkerSource } from '../task.ts'
import { createWorker, type RunningTask, type Worker } from '../worker.ts'
import {
  CHANNEL_PATH,
  type FromWorker,
  GRACE_MS,
  type Greeting,
  GreetingSchema,
  type Hello,
  LONGEST_TEXT_BYTES,
  PING_MS,
  PROTOCOL,
  SILENCE_MS,
  ToWorker,
  type WorkerSettings,
} from './messages.ts'
import { createSession, type Session } from './session.ts'
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
/** Live views may miss something; the memory of this process may not fill up with it. */
const PROGRESS_BELOW_BYTES = 1024 * 1024

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

  let worker: Worker | undefined
  let workerSettings = ''
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

  const workerFor = async (settings: WorkerSettings, source: WorkerSource): Promise<Worker> => {
    const text = JSON.stringify(settings)
    if (worker && workerSettings === text) return worker
    await worker?.close()
    worker = undefined
    const made = createWorker(
      {
        cacheFolder: options.cacheFolder,
        cacheLimitBytes: options.cacheLimitBytes,
        concurrency: options.concurrency,
        memoryLimitKb: settings.memoryLimitKb,
        propagatedEnv: chosenEnvironment(settings.propagatedEnvVars),
        reuseSandbox: settings.reuseSandbox === true,
        engine: { ...settings.engine, internalApiUrl: apiUrl },
        onEgressRefused: (target) => log.warn(target, 'Egress proxy refused request'),
        onMachineFault: (reason) => logMachineFault(log, reason),
      },
      source,
    )
    // A worker that cannot fence code in as the app asks takes no work.
    await made.check()
    worker = made
    workerSettings = text
    worker.warm().catch((error: unknown) => log.error({ err: error }, 'the first sandbox did not start'))
    return worker
  }

  // The worker outlives sessions; what it asks for goes through the current one.
  const source: WorkerSource = {
    loadVersion: async (key) => required(session?.work.loadVersion(key)),
    loadArchive: async (fileId) => required(session?.work.loadArchive(fileId)),
    loadConnection: (of) => session?.work.loadConnection(of) ?? Promise.resolve(unavailable(NOT_CONNECTED)),
  }

  const welcome = async (current: WebSocket, greeting: Extract<Greeting, { kind: 'welcome' }>): Promise<void> => {
    clearTimeout(expiry)
    if (!session || !greeting.resumed || session.id !== greeting.session) {
      dropSession()
      const served = await workerFor(greeting.settings, source)
      // What has changed meanwhile was told to nobody.
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
    await mkdir(options.cacheFolder, { recursive: true })
    const current = new WebSocket(channelUrl, {
      headers: { authorization: `Bearer ${options.token}` },
      handshakeTimeout: SILENCE_MS,
      maxPayload: LONGEST_TEXT_BYTES,
    })
    socket = current
    let silence = setTimeout(() => current.terminate(), SILENCE_MS)
    const heard = () => {
      clearTimeout(silence)
      silence = setTimeout(() => current.terminate(), SILENCE_MS)
    }
    const ping = setInterval(() => current.readyState === WebSocket.OPEN && current.ping(), PING_MS)
    let greeted: Promise<void> | undefined

    current.on('ping', heard)
    current.on('pong', heard)
    current.on('open', () => {
      void machine().then((information) => {
        const hello: Hello = {
          kind: 'hello',
          protocol: PROTOCOL,
          workerId: options.workerId,
          concurrency: options.concurrency,
          group: options.group,
          session: session?.id ?? null,
          received: session?.channel.received ?? 0,
          machine: information,
        }
        if (current.readyState === WebSocket.OPEN) current.send(JSON.stringify(hello))
      })
    })
    current.on('message', (data) => {
      if (gaveUpAsleep(current)) return
      heard()
      const text = String(data)
      if (greeted) {
        // In order, and only once the session is there.
        greeted = greeted.then(() => session?.channel.accept(text)).catch(fail)
        return
      }
      const greeting = GreetingSchema.parse(JSON.parse(text))
      if (greeting.kind === 'refused') {
        log.error({ url: options.url }, `the app refuses this worker: ${greeting.message}`)
        greeted = Promise.resolve()
        current.terminate()
        return
      }
      failures = 0
      greeted = welcome(current, greeting).catch(fail)
    })
    const fail = (error: unknown) => {
      log.error({ err: error }, 'the connection to the app failed')
      dropSession()
      current.terminate()
    }
    current.on('unexpected-response', (_request, response) => {
      const reason =
        response.statusCode === 401 || response.statusCode === 403
          ? 'the app does not accept AP_WORKER_TOKEN: it must be made with the AP_JWT_SECRET of the app'
          : `the app answered with ${response.statusCode}`
      log.error({ url: options.url }, reason)
      current.terminate()
    })
    current.on('error', (error) => log.warn({ err: error, url: options.url }, 'the app is not reachable'))
    current.on('close', () => {
      clearTimeout(silence)
      clearInterval(ping)
      session?.channel.detach(current)
      if (socket !== current || stopping) return
      if (session) {
        clearTimeout(expiry)
        expiry = setTimeout(dropSession, GRACE_MS)
      }
      reconnecting = setTimeout(() => void connect(), delayOf(RECONNECTING, ++failures))
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
      const open = socket
      if (open && open.readyState <= WebSocket.OPEN) {
        const closed = new Promise<void>((resolve) => open.once('close', () => resolve()))
        open.close()
        setTimeout(() => open.terminate(), PING_MS).unref()
        await closed
      }
      await worker?.close()
    },
  }
}

type Work = ReturnType<typeof createWork>

/** The tasks of one session. */
function createWork(worker: Worker, channel: Session, maxMessageBytes: number) {
  const running = new Map<number, RunningTask>()
  const journals = new Map<string, { resolve(): void; reject(error: Error): void }>()
  const requests = new Map<
    number,
    { resolve(value: Extract<ToWorker, { kind: 'loaded' }>): void; reject(e: Error): void }
  >()
  let nextId = 1
  let abandoned = false
  let idle: (() => void)[] = []

  /** @returns false for what is too large to be said. */
  const send = (message: FromWorker): boolean => abandoned || channel.send(message)

  const tooLarge = (what: string) =>
    `${what} is larger than a worker may tell the app at once (${Math.floor(maxMessageBytes / 1024 / 1024)} MB).`

  const request = (make: (requestId: number) => FromWorker) =>
    new Promise<Extract<ToWorker, { kind: 'loaded' }>>((resolve, reject) => {
      const requestId = nextId++
      requests.set(requestId, { resolve, reject })
      send(make(requestId))
    })

  const eventsOf = (taskId: number): TaskEvents => {
    let batch = 0
    return {
      journal: (entries) =>
        new Promise((resolve, reject) => {
          batch++
          journals.set(`${taskId}/${batch}`, { resolve, reject })
          if (!send({ kind: 'journal', taskId, batch, entries })) reject(new Error(tooLarge('What steps put out')))
        }),
      respond: (response) => {
        if (send({ kind: 'respond', taskId, response })) return
        const body = JSON.stringify({ message: tooLarge('The answer of the flow') })
        const instead = { status: 500, headers: {}, body }
        send({ kind: 'respond', taskId, response: instead })
      },
      progress: (stepName, path, output) => {
        if (channel.pendingBytes < PROGRESS_BELOW_BYTES) send({ kind: 'progress', taskId, stepName, path, output })
      },
    }
  }

  const execute = async ({ taskId, task }: Extract<ToWorker, { kind: 'execute' }>): Promise<void> => {
    const started = worker.execute(task, eventsOf(taskId))
    running.set(taskId, started)
    const outcome = await started.outcome
    running.delete(taskId)
    if (!send({ kind: 'outcome', taskId, outcome }))
      send({ kind: 'outcome', taskId, outcome: { kind: 'CRASHED', message: tooLarge('What came of it') } })
    if (running.size === 0) for (const resolve of idle.splice(0)) resolve()
  }

  return {
    take(message: ToWorker): void {
      if (message.kind === 'execute') void execute(message)
      else if (message.kind === 'cancel') running.get(message.taskId)?.cancel()
      else if (message.kind === 'forget-connections') worker.forgetConnections()
      else if (message.kind === 'journalled') {
        const key = `${message.taskId}/${message.batch}`
        if (message.stale) journals.get(key)?.reject(new Error('The attempt may no longer write'))
        else journals.get(key)?.resolve()
        journals.delete(key)
      } else {
        requests.get(message.requestId)?.resolve(message)
        requests.delete(message.requestId)
      }
    },
    async loadVersion(key: string) {
      const { version, error } = await request((requestId) => ({ kind: 'load-version', requestId, key }))
      if (!version) throw new Error(error ?? 'The app does not know the flow version')
      return version
    },
    async loadArchive(fileId: string) {
      const { archive, error } = await request((requestId) => ({ kind: 'load-archive', requestId, fileId }))
      if (archive === undefined) throw new Error(error ?? 'The app does not know the file')
      return Buffer.from(archive, 'base64')
    },
    async loadConnection(of: ConnectionOf): Promise<LentConnection> {
      try {
        const { connection, error } = await request((requestId) => ({ kind: 'load-connection', requestId, ...of }))
        return connection ?? unavailable(error ?? 'the app does not say why')
      } catch (error) {
        return unavailable(error instanceof Error ? error.message : String(error))
      }
    },
    /** Resolves when nothing runs. */
    idle: () =>
      new Promise<void>((resolve) => {
        if (running.size === 0) resolve()
        else idle.push(resolve)
      }),
    /** Others work on it now: whatever runs is ended, and nothing of it is told. */
    abandon(): void {
      abandoned = true
      for (const task of running.values()) task.cancel()
      const lost = new Error('The connection to the app is lost')
      for (const { reject } of [...journals.values(), ...requests.values()]) reject(lost)
      idle = []
    },
  }
}

const NOT_CONNECTED = 'The worker is not connected to an app'

const unavailable = (reason: string): LentConnection => ({ answer: { status: 'UNAVAILABLE', reason }, keepMs: 0 })

async function required<T>(value: Promise<T> | undefined): Promise<T> {
  if (!value) throw new Error(NOT_CONNECTED)
  return value
}

function chosenEnvironment(names: readonly string[]): Record<string, string> {
  const entries = names.map((name) => [name, process.env[name]] as const)
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined))
}
