import {
  AnyHello,
  GRACE_MS,
  type Greeting,
  Hello,
  PING_MS,
  PROTOCOL,
  SILENCE_MS,
} from '@piecework/worker/channel/messages'
import { WebSocket, WebSocketServer } from 'ws'
import { refuseUpgrade, type UpgradeHandler } from '../http/upgrades.ts'
import type { WorkerLink } from './work.ts'
import { type Connected, createWorkerSessions, type SessionParts } from './worker-sessions.ts'

/** Takes in separate workers: who holds a worker token may connect and gets work. */
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

interface Parts extends SessionParts {
  /** @throws when the bearer of the token is no worker. */
  authenticate(authorization: string | undefined): Promise<void>
  attach(link: WorkerLink): void
  /** A worker names a session that this app does not know: the app that does need not wait for it any longer. */
  onMoved(session: string): void
}

/** Codes of a socket that the worker itself has closed: it will not come back. */
const LEFT: ReadonlySet<number> = new Set([1000, 1005])

export function createWorkerChannel(parts: Parts): WorkerChannel {
  const { log } = parts
  const { sessions, begin, end } = createWorkerSessions(parts)
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: parts.settings.maxMessageBytes,
    perMessageDeflate: false,
  })
  let closing = false

  const greet = (socket: WebSocket, first: unknown): Connected | undefined => {
    const say = (greeting: Greeting) => socket.send(JSON.stringify(greeting))
    const { protocol, workerId } = AnyHello.parse(first)
    if (protocol !== PROTOCOL) {
      const message = otherRelease(protocol)
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
      const { concurrency: slots, group } = hello
      const details = { worker: workerId, session: link.id, slots, ...(group === null ? {} : { group }) }
      log.info(details, 'a worker has connected')
      parts.onMachine(hello, true)
      parts.attach(link)
    }
    return connected
  }

  const serve = (socket: WebSocket): void => {
    let connected: Connected | undefined
    const introduction = setTimeout(() => {
      if (!connected) socket.terminate()
    }, SILENCE_MS)
    const heard = endWhenSilent(socket)
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
        log.error({ err: error }, 'a worker violated the protocol; its work is given to other workers')
        if (connected) end(connected.link.id)
        socket.terminate()
      }
    })
    socket.on('close', (code) => {
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
        log.warn({ err: error }, 'a worker could not be attached')
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

const otherRelease = (protocol: number): string =>
  `it speaks version ${protocol} of the protocol, this app version ${PROTOCOL}. Run the same release on apps and workers.`

/** Ends a connection over which nothing comes. @returns what to call with each message */
function endWhenSilent(socket: WebSocket): () => void {
  let heardAt = Date.now()
  const heard = () => {
    heardAt = Date.now()
  }
  const beat = setInterval(() => {
    if (Date.now() - heardAt > SILENCE_MS) socket.terminate()
    else if (socket.readyState === WebSocket.OPEN) socket.ping()
  }, PING_MS)
  socket.on('ping', heard)
  socket.on('pong', heard)
  socket.on('close', () => clearInterval(beat))
  return heard
}
