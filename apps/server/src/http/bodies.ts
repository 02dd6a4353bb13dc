import { Transform } from 'node:stream'
import { AppError } from '@piecework/model/errors'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Bodies up to this size are not counted: how many there are at a time is bounded by what a process may open. */
const SMALL_BYTES = 64 * 1024

/**
 * Bounds what all large bodies of requests hold in memory together, from their arrival to their answer; one alone may
 * be larger. Beyond it a request is answered with 429 before its body is read.
 */
export function boundBodies(app: FastifyInstance, limitBytes: number): void {
  let held = 0

  app.addHook('onRequest', (request, reply, done) => {
    const limit = request.routeOptions.bodyLimit ?? limitBytes
    // Nothing tells how large a form in chunks is, and it is read elsewhere.
    const announced = isChunked(request) && isForm(request) ? limit : Number(request.headers['content-length'] ?? 0)
    if (!(announced > SMALL_BYTES)) return done()
    const bytes = Math.min(announced, limit)
    if (held > 0 && held + bytes > limitBytes) return done(tooMuch())
    held += bytes
    reply.raw.once('close', () => {
      held -= bytes
    })
    done()
  })

  app.addHook('preParsing', (request, reply, payload, done) => {
    if (!isChunked(request) || isForm(request)) return done(null, payload)
    let bytes = 0
    reply.raw.once('close', () => {
      held -= bytes
    })
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, next) {
        if (bytes > SMALL_BYTES && held > bytes && held + chunk.length > limitBytes) return next(tooMuch())
        bytes += chunk.length
        held += chunk.length
        next(null, chunk)
      },
    })
    payload.on('error', (error) => counted.destroy(error))
    done(null, Object.assign(payload.pipe(counted), { receivedEncodedLength: 0 }))
  })
}

const isChunked = ({ headers }: FastifyRequest): boolean => headers['transfer-encoding'] !== undefined
const isForm = ({ headers }: FastifyRequest): boolean => headers['content-type']?.startsWith('multipart/') === true

const tooMuch = (): AppError =>
  new AppError('SANDBOX_CAPACITY_EXCEEDED', {
    message: 'The server holds as much of request bodies as it may. Try again later.',
  })
