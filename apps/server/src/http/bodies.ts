import type { IncomingMessage } from 'node:http'
import { getHeapStatistics } from 'node:v8'
import { AppError } from '@piecework/model/errors'
import type { FastifyInstance, FastifyRequest } from 'fastify'

const MB = 1024 * 1024
/** Bodies up to this size are not counted: how many there are at a time is bounded by the connections. */
const SMALL_BYTES = 64 * 1024
/**
 * The memory that a large body takes until its request is answered, as a multiple of its size on the wire, besides the
 * threads that read bodies, which have a bound of their own: a text of 25 MB took 13 to 14 times its size from its
 * arrival to the end of its run (`npm run bench hostile`).
 */
const MEMORY_PER_BYTE = 14
const MOST_HELD_BYTES = 512 * MB
/** The share of the bound that callers without a token leave to others: people, API keys and engines. */
const KEPT_PART = 0.25

/** How much of bodies the process may hold, by the memory that V8 gives it. */
export const heldBodiesFor = (heapBytes: number = getHeapStatistics().heap_size_limit): number =>
  Math.min(MOST_HELD_BYTES, Math.floor(heapBytes / MEMORY_PER_BYTE))

/** The part of a body that has arrived. */
interface Arrival {
  bytes: number
  isRefused: boolean
}

/**
 * Bounds what all large bodies of requests hold in memory together, from their arrival to their answer; one alone may
 * be larger. What has arrived counts, and not what was announced. Beyond the bound a request is answered with 429.
 */
export function boundBodies(app: FastifyInstance, limitBytes: number): void {
  let held = 0
  const longest = app.initialConfig.bodyLimit ?? Number.POSITIVE_INFINITY
  const arrivals = new WeakMap<FastifyRequest, Arrival>()
  const boundFor = (request: FastifyRequest): number =>
    request.principal === null ? limitBytes * (1 - KEPT_PART) : limitBytes

  app.addHook('onRequest', (request, reply, done) => {
    if (!isChunked(request) && !(announced(request) > SMALL_BYTES)) return done()
    const arrival: Arrival = { bytes: 0, isRefused: false }
    arrivals.set(request, arrival)
    reply.raw.once('close', () => {
      held -= arrival.bytes
      // The rest of the body that still arrives is not counted.
      arrival.isRefused = true
      arrival.bytes = 0
    })
    watch(request.raw, (bytes) => {
      if (arrival.isRefused) return
      const others = held - arrival.bytes
      if (others > 0 && arrival.bytes > SMALL_BYTES && held + bytes > boundFor(request)) {
        arrival.isRefused = true
        if (request.raw.listenerCount('error') > 0) request.raw.emit('error', tooMuch())
        return
      }
      arrival.bytes += bytes
      held += bytes
    })
    done()
  })

  // After it is known who calls, and before anything is read: what does not fit now need not be sent.
  app.addHook('preParsing', (request, _reply, payload, done) => {
    const arrival = arrivals.get(request)
    if (!arrival) return done(null, payload)
    // No route takes it, and to come again later does not help.
    if (announced(request) > longest) return done(tooLong(longest))
    const others = held - arrival.bytes
    const bytes = Math.max(announced(request), arrival.bytes)
    if (arrival.isRefused || (others > 0 && others + bytes > boundFor(request))) return done(tooMuch())
    done(null, payload)
  })
}

/** Reports each part of a body as it arrives, for every reader and every way of reading. */
function watch(message: IncomingMessage, arrived: (bytes: number) => void): void {
  const push = message.push.bind(message)
  message.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk instanceof Uint8Array) arrived(chunk.length)
    return push(chunk, encoding)
  }
}

const isChunked = ({ headers }: FastifyRequest): boolean => headers['transfer-encoding'] !== undefined
const announced = ({ headers }: FastifyRequest): number => Number(headers['content-length'] ?? 0)

const tooLong = (limit: number): AppError =>
  new AppError('PAYLOAD_TOO_LARGE', { message: `Request body is too large: at most ${limit} bytes` })

const tooMuch = (): AppError =>
  new AppError('SANDBOX_CAPACITY_EXCEEDED', {
    message: 'The server has reached its limit of memory for request bodies. Try again later.',
  })
