import { AppError } from '@piecework/model/errors'
import type { LiveEvent, LiveEventName } from '@piecework/model/live/events'
import { Server as Engine } from 'engine.io'
import type { Logger } from 'pino'
import { Server, type Socket } from 'socket.io'
import { describeError } from '../../http/errors.ts'
import { refuseUpgrade, type UpgradeHandler } from '../../http/upgrades.ts'
import type { LiveHub } from './hub.ts'
import { createLimiter, type Limiter } from './limiter.ts'
import type { AnswerLiveRequest } from './requests.ts'
import { roomsOf } from './rooms.ts'
import type { LiveSession, LiveSessions } from './session.ts'

/** The sockets of this app. */
export interface SocketServer {
  upgrade: UpgradeHandler
  /** Somebody may do more or less than before. */
  lookAgain(): void
  close(): Promise<void>
}

interface Parts {
  hub: LiveHub
  sessions: LiveSessions
  answer: AnswerLiveRequest
  /** A socket is gone. */
  left(socketId: string): Promise<void>
  log: Logger
}

/** The size of a message from a browser; a message to it may be larger. */
const MAX_MESSAGE_BYTES = 64 * 1024
const HANDSHAKE_MS = 10_000
const MAX_SOCKETS = 10_000
const MAX_SOCKETS_OF_USER = 50
/** Connections that have not said yet who they are. */
const MAX_GREETING = 500
/** Messages that may wait for a browser that does not take them; then it has to come again. */
const MAX_BACKLOG = 2000
/** A session ends, and a change of rights may have been missed. */
const LOOK_AGAIN_MS = 60_000
const LONGEST_TIMER_MS = 2 ** 31 - 1

interface Connection {
  session: LiveSession
  limiter: Limiter
  /** Messages since the browser last took some. */
  backlog: number
}

/** Loaded with the first browser that connects. */
export function createSocketServer({ hub, sessions, answer, left, log }: Parts): SocketServer {
  const engine = new Engine({
    transports: ['websocket'],
    allowUpgrades: false,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  })
  const io = new Server({ serveClient: false, connectTimeout: HANDSHAKE_MS })
  io.bind(engine)
  const connections = new Map<Socket, Connection>()
  /** How many of them each user has. */
  const users = new Map<string, number>()

  const open = async (socket: Socket): Promise<void> => {
    const session = await sessions.open(socket.handshake.auth)
    const userId = session.principal.id
    const count = users.get(userId) ?? 0
    if (connections.size >= MAX_SOCKETS || count >= MAX_SOCKETS_OF_USER)
      throw new AppError('RATE_LIMITED', { message: 'too many connections: close some and try again' })
    const connection = { session, limiter: createLimiter(), backlog: 0 }
    connections.set(socket, connection)
    users.set(userId, count + 1)
    const leave = () => {
      if (!connections.delete(socket)) return
      const others = (users.get(userId) ?? 1) - 1
      if (others > 0) users.set(userId, others)
      else users.delete(userId)
      hub.leave(connection.session.rooms)
      left(socket.id).catch((error: unknown) =>
        log.warn({ err: error }, 'the locks and presences of a socket could not be released'),
      )
    }
    socket.once('disconnect', leave)
    socket.conn.once('close', leave)
    await hub.enter(session.rooms)
    if (socket.conn.readyState !== 'open') leave()
  }

  io.use((socket, next) => {
    open(socket).then(
      () => next(),
      (error: unknown) => {
        const data = refusalOf(error, log)
        next(Object.assign(new Error(messageOf(data)), { data }))
      },
    )
  })
  io.on('connection', (socket) => {
    const connection = connections.get(socket)
    if (connection) serve(socket, connection, { answer, log })
  })

  hub.onDeliver((room, parcels, except) => {
    for (const { event, message } of parcels) {
      const to = except === undefined ? io.to(room) : io.to(room).except(except)
      to.emit(event, message)
    }
    for (const id of io.sockets.adapter.rooms.get(room) ?? []) {
      const socket = io.sockets.sockets.get(id)
      const connection = socket && connections.get(socket)
      if (!connection) continue
      connection.backlog = socket.conn.transport.writable ? 0 : connection.backlog + parcels.length
      if (connection.backlog > MAX_BACKLOG) socket.disconnect(true)
    }
  })

  /** Who lost the right to be here has to go; who may see more or less now, sees more or less. */
  const lookAgain = async (): Promise<void> => {
    for (const [socket, connection] of [...connections]) {
      const { session } = connection
      try {
        const rooms = roomsOf(await sessions.actor(session))
        if (!connections.has(socket) || rooms.join() === session.rooms.join()) continue
        const before = session.rooms
        session.rooms = rooms
        await hub.enter(rooms)
        hub.leave(before)
        for (const room of before) if (!rooms.includes(room)) socket.leave(room)
        socket.join(rooms)
      } catch (error) {
        if (error instanceof AppError) expel(socket, error, log)
      }
    }
  }
  let looking: Promise<void> | undefined
  let changed = false
  const look = (): void => {
    changed = true
    looking ??= (async () => {
      while (changed) {
        changed = false
        await lookAgain()
      }
    })().finally(() => {
      looking = undefined
    })
  }
  const timer = setInterval(look, LOOK_AGAIN_MS).unref()

  return {
    upgrade(request, socket, head) {
      if (engine.clientsCount < MAX_SOCKETS + MAX_GREETING) engine.handleUpgrade(request, socket, head)
      else refuseUpgrade(socket, 503)
    },
    lookAgain: look,
    async close() {
      clearInterval(timer)
      // Clients come back by themselves, to another app or to this one when it is back.
      engine.close()
      await looking
    },
  }
}

/** Answers the requests of a socket until its session ends. */
function serve(socket: Socket, connection: Connection, { answer, log }: Pick<Parts, 'answer' | 'log'>): void {
  const { session, limiter } = connection
  socket.join(session.rooms)
  const caller = {
    socketId: socket.id,
    session,
    emit: <N extends LiveEventName>(event: N, message: LiveEvent<N>) => void socket.emit(event, message),
  }
  const handle = async (event: string, message: unknown, acknowledge: (answer: unknown) => void): Promise<void> => {
    try {
      limiter.take()
      acknowledge(await answer(caller, event, message))
    } catch (error) {
      acknowledge({ error: refusalOf(error, log) })
    }
    if (limiter.isAbused) expel(socket, new AppError('RATE_LIMITED', { message: 'too many requests' }), log)
  }
  socket.onAny((event: string, ...args: unknown[]) => {
    const last = args.at(-1)
    const acknowledge =
      typeof last === 'function' ? (value: unknown) => void Reflect.apply(last, undefined, [value]) : undefined
    handle(event, typeof args[0] === 'function' ? undefined : args[0], (value) => {
      if (acknowledge) acknowledge(value)
      else if (isRefusal(value)) socket.emit('ERROR', { event, ...value })
    }).catch((error: unknown) => {
      log.error({ err: error, event }, 'an answer to a socket could not be sent')
      socket.disconnect(true)
    })
  })
  const lifetime = session.expiresAt - Date.now()
  if (lifetime > LONGEST_TIMER_MS) return
  const ended = new AppError('SESSION_EXPIRED', { message: 'the session has ended: sign in again' })
  const timer = setTimeout(() => expel(socket, ended, log), Math.max(0, lifetime)).unref()
  socket.once('disconnect', () => clearTimeout(timer))
}

/** Says why, then ends the connection; a client does not come back by itself after that. */
function expel(socket: Socket, reason: AppError, log: Logger): void {
  socket.emit('ERROR', { error: refusalOf(reason, log) })
  socket.disconnect(true)
}

interface Refusal {
  statusCode: number
  code: string
  params: Record<string, unknown>
}

const isRefusal = (value: unknown): value is { error: Refusal } =>
  typeof value === 'object' && value !== null && 'error' in value

const messageOf = ({ code, params }: Refusal): string => (typeof params.message === 'string' ? params.message : code)

/** As the API says it; what went wrong inside stays inside. */
function refusalOf(error: unknown, log: Logger): Refusal {
  const body = describeError(error)
  if (body) return { statusCode: body.statusCode, code: body.code, params: body.params }
  log.error({ err: error }, 'a request of a socket failed')
  const message = 'Something went wrong on the server'
  return { statusCode: 500, code: 'INTERNAL_SERVER_ERROR', params: { message } }
}
