import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { AppError } from '@piecework/model/errors'
import type { FastifyInstance } from 'fastify'

export interface ConnectionLimits {
  /** Connections at a time; requests on more are answered with 503. */
  connections: number
  /** The server cuts off a body when nothing of it arrives for this long. */
  silenceMs: number
  /** A connection on which no request comes for this long is closed. */
  idleMs: number
  /** An answer must have been taken after this time. */
  takenMs: number
}

/** Connections above the bound that are answered with 503; what comes beyond is closed without a word. */
const SURPLUS_PART = 0.1
const LOOK_MS = 5000

/** The event of the server when nothing is being answered. */
export const ANSWERED = 'answered'

/** The requests that the server is answering. */
export interface Connections {
  readonly open: ReadonlySet<ServerResponse>
  /** Whether a part of an answer is on the socket. */
  isAnswering(socket: Socket): boolean
  /** Ends every connection, whatever is in flight on it. */
  destroyAll(): void
}

const cut = new WeakSet<IncomingMessage>()

/** Whether the rest of its body is not waited for any more. */
export const wasAborted = (message: IncomingMessage): boolean => cut.has(message)

/** Sent to what reads the body of a request that has not arrived; answers it and closes its connection. */
export function abortBody({ req }: ServerResponse, error: AppError): void {
  cut.add(req)
  if (req.listenerCount('error') > 0) req.emit('error', error)
  else req.destroy()
}

/**
 * Bounds the connections of a server and the time that their requests, bodies and answers may take, and follows what
 * is being answered. Costs a request nothing but a place in a set.
 */
export function watchConnections(app: FastifyInstance, limits: ConnectionLimits): Connections {
  const { server } = app
  const open = new Set<ServerResponse>()
  /** When each began. */
  const sockets = new Map<Socket, number>()
  const surplus = new WeakSet<Socket>()
  server.maxConnections = limits.connections + Math.ceil(limits.connections * SURPLUS_PART)

  // Who has said all it has to say may still want the answer.
  Object.assign(server, { httpAllowHalfOpen: true })
  server.on('connection', (socket: Socket) => {
    // Requests that come behind one another each listen to it.
    socket.setMaxListeners(0)
    sockets.set(socket, Date.now())
    if (sockets.size > limits.connections) surplus.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })

  app.addHook('onRequest', (request, reply, done) => {
    open.add(reply.raw)
    reply.raw.once('close', () => {
      open.delete(reply.raw)
      if (open.size === 0) server.emit(ANSWERED)
    })
    if (!surplus.has(request.raw.socket)) return done()
    reply.header('connection', 'close')
    done(new AppError('SERVICE_UNAVAILABLE', { message: 'The server has reached its limit of connections.' }))
  })

  const looks = setInterval(() => look(Date.now()), Math.min(LOOK_MS, limits.silenceMs / 2)).unref()
  server.once('close', () => clearInterval(looks))

  const progress = new WeakMap<ServerResponse, Progress>()
  const look = (now: number): void => {
    for (const response of open) {
      if (response.writableEnded) late(response, now)
      else if (!response.req.complete) stalled(response, now)
    }
    for (const [socket, since] of sockets) if (socket.bytesRead === 0 && now - since > limits.idleMs) socket.destroy()
  }

  const stalled = (response: ServerResponse, now: number): void => {
    const { bytesRead: bytes } = response.req.socket
    const before = progress.get(response)
    if (before === undefined || before.bytes !== bytes) progress.set(response, { bytes, since: now, isCut: false })
    else if (now - before.since > limits.silenceMs) {
      // A client that has got the error and is still there loses its connection.
      if (before.isCut) response.destroy()
      else abortBody(response, lateBody())
      before.isCut = true
    }
  }

  const late = (response: ServerResponse, now: number): void => {
    const before = progress.get(response)
    if (before === undefined) progress.set(response, { bytes: 0, since: now, isCut: true })
    else if (now - before.since > limits.takenMs) response.destroy()
  }

  return {
    open,
    isAnswering: (socket) => [...open].some((response) => response.headersSent && response.req.socket === socket),
    destroyAll() {
      for (const socket of sockets.keys()) socket.destroy()
    },
  }
}

interface Progress {
  /** The bytes that had arrived on its connection. */
  bytes: number
  since: number
  isCut: boolean
}

const lateBody = (): AppError =>
  new AppError('REQUEST_TIMEOUT', { message: 'The body of the request did not arrive in time.' })
