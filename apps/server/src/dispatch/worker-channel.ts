import { newId } from '@piecework/model/ids'
import type { MachineInformation } from '@piecework/model/machine'
import {
  AnyHello,
  GRACE_MS,
  type Greeting,
  Hello,
  PING_MS,
  PROTOCOL,
  SILENCE_MS,
  type WorkerSettings,
} from '@piecework/worker/channel/messages'
import type { Logger } from 'pino'
import { WebSocket, WebSocketServer } from 'ws'
import { refuseUpgrade, type UpgradeHandler } from '../http/upgrades.ts'
import { createRemoteLink, type LinkSource, type RemoteLink } from './remote-link.ts'
import type { WorkerLink } from './work.ts'

/** Takes in separate workers: whoever holds a worker token may connect and is given work. */
export interface WorkerChannel {
  /** Takes a worker in: for upgrades at CHANNEL_PATH. */
  upgrade: UpgradeHandler
  /** A worker has gone on at another app, with a session of its own there: what it had here is for others. */
  moved(session: string): void
  /** Connections have changed: workers keep none. */
  forgetConnections(): void
  /** Sends the workers elsewhere. */
  close(): Promise<void>
}

interface Parts {
  /** @throws when the bearer of the token is no worker. */
  authenticate(authorization: string | undefined): Promise<void>
  attach(link: WorkerLink): void
  detach(linkId: string): void
  source: LinkSource
  settings: WorkerSettings
  /** News of the machine of a worker; also that it is there. */
  onMachine(worker: { machine: MachineInformation; group: string | null }, connected: boolean): void
  /** A worker names a session that this app does not know: the app that does need not wait for it any longer. */
  onMoved(session: string): void
  log: Logger
}

/** Codes of a socket that the worker itself has closed: it will not come back. */
const LEFT: ReadonlySet<number> = new Set([1000, 1005])

interface Connected {
  link: RemoteLink
  workerId: string
  machine: MachineInformation
  /** Runs while the worker is away. */
  expiry: NodeJS.Timeout | undefined
}

export function createWorkerChannel(parts: Parts): WorkerChannel {
  const { log } = parts
  const sessions = new Map<string, Connected>()
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: parts.settings.maxMessageBytes,
    perMessageDeflate: false,
  })
  let closing = false

  /** Its attempts are delivered again; what it still says is not listened to. */
  const end = (id: string, isElsewhere = false): void => {
    const connected = sessions.get(id)
    if (!connected) return
    sessions.delete(id)
    clearTimeout(connected.expiry)
    parts.detach(id)
    connected.link.lose()
    if (!isElsewhere) parts.onMachine({ machine: connected.machine, group: connected.link.group }, false)
    log.info({ worker: connected.workerId, session: id }, isElsewhere ? 'a worker has moved' : 'a worker has gone')
  }

  const begin = (hello: Hello): Connected => {
    const id = newId()
    const connected: Connected = {
      workerId: hello.workerId,
      machine: hello.machine,
      expiry: undefined,
      link: createRemoteLink({
        id,
        concurrency: hello.concurrency,
        group: hello.group,
        maxMessageBytes: parts.settings.maxMessageBytes,
        source: parts.source,
        onMachine: (machine) => {
          connected.machine = machine
          parts.onMachine({ machine, group: hello.group }, true)
        },
        onBye: () => end(id),
        log,
      }),
    }
    sessions.set(id, connected)
    return connected
  }

  const greet = (socket: WebSocket, first: unknown): Connected | undefined => {
    const say = (greeting: Greeting) => socket.send(JSON.stringify(greeting))
    const { protocol, workerId } = AnyHello.parse(first)
    if (protocol !== PROTOCOL) {
      const message = `it speaks version ${protocol} of the protocol, this app version ${PROTOCOL}. Run the same release on apps and workers.`
      log.warn({ worker: workerId }, `a worker was refused: ${message}`)
      say({ kind: 'refused', message })
      socket.close()
      return undefined
    }
    const hello = Hello.parse(first)
    const known = hello.session === null ? undefined : sessions.get(hello.session)
    if (!known && hello.session !== null) parts.onMoved(hello.session)
    // A worker that comes back with another session has ended what ran under the old one.
    if (!known) for (const [id, other] of sessions) if (other.workerId === hello.workerId) end(id)
    const connected = known ?? begin(hello)
    clearTimeout(connected.expiry)
    const { link } = connected
    say({
      kind: 'welcome',
      session: link.id,
      resumed: known !== undefined,
      received: link.session.received,
      settings: parts.settings,
    })
    link.session.attach(socket, known ? hello.received : 0)
    if (!known) {
      const { workerId: worker, concurrency: slots, group } = hello
      log.info({ worker, session: link.id, slots, ...(group === null ? {} : { group }) }, 'a worker has come')
      parts.onMachine(hello, true)
      parts.attach(link)
    }
    return connected
  }

  const serve = (socket: WebSocket): void => {
    let connected: Connected | undefined
    let heardAt = Date.now()
    const heard = () => {
      heardAt = Date.now()
    }
    const introduction = setTimeout(() => {
      if (!connected) socket.terminate()
    }, SILENCE_MS)
    const beat = setInterval(() => {
      if (Date.now() - heardAt > SILENCE_MS) socket.terminate()
      else if (socket.readyState === WebSocket.OPEN) socket.ping()
    }, PING_MS)
    socket.on('ping', heard)
    socket.on('pong', heard)
    socket.on('error', (error) => log.warn({ err: error }, 'the connection of a worker failed'))
    socket.on('message', (data) => {
      heard()
      try {
        const text = String(data)
        if (connected) {
          connected.link.session.accept(text)
          connected.link.hold(socket)
        } else connected = greet(socket, JSON.parse(text))
      } catch (error) {
        log.error({ err: error }, 'a worker does not keep to the protocol; what it has is given to others')
        if (connected) end(connected.link.id)
        socket.terminate()
      }
    })
    socket.on('close', (code) => {
      clearInterval(beat)
      clearTimeout(introduction)
      if (!connected) return
      const { link } = connected
      link.session.detach(socket)
      if (LEFT.has(code) && !link.session.attached) end(link.id)
      if (!link.session.attached && sessions.has(link.id) && !closing)
        connected.expiry = setTimeout(() => end(link.id), GRACE_MS)
    })
  }

  const upgrade: UpgradeHandler = (request, socket, head) => {
    parts
      .authenticate(request.headers.authorization)
      .then(
        () => {
          if (closing) refuseUpgrade(socket, 503)
          else sockets.handleUpgrade(request, socket, head, serve)
        },
        () => refuseUpgrade(socket, 401),
      )
      .catch((error: unknown) => {
        log.warn({ err: error }, 'a worker could not be taken in')
        socket.destroy()
      })
  }

  return {
    upgrade,
    moved: (session) => end(session, true),
    forgetConnections() {
      for (const { link } of sessions.values()) link.forgetConnections()
    },
    async close() {
      closing = true
      for (const id of [...sessions.keys()]) end(id)
      for (const socket of sockets.clients) socket.close(1001)
      const patience = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate()
      }, PING_MS)
      await new Promise<void>((resolve) => sockets.close(() => resolve()))
      clearTimeout(patience)
    },
  }
}
