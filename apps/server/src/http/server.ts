import { once } from 'node:events'
import multipart from '@fastify/multipart'
import { newId } from '@piecework/model/ids'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import qs from 'qs'
import type { Settings } from '../settings.ts'
import type { Access } from './access.ts'
import { boundBodies } from './bodies.ts'
import { handleError, handleUnknownRoute } from './errors.ts'
import { registerRateLimit } from './rate-limit.ts'
import { guardRoutes } from './route.ts'

const MB = 1024 * 1024
const SMALLEST_BODY_LIMIT_MB = 25
const MULTIPART_OVERHEAD_MB = 4
/** What the large bodies of all requests hold in memory at a time. */
const HELD_BODIES_MB = 512

/** Largest body of any request in bytes (spec: facts/rest-api.md section 0). */
export function bodyLimit(settings: Settings): number {
  const { maxFileSizeMb, maxFlowRunLogSizeMb, maxWebhookPayloadSizeMb } = settings
  const largest = Math.max(maxFileSizeMb, maxFlowRunLogSizeMb, maxWebhookPayloadSizeMb) + MULTIPART_OVERHEAD_MB
  return Math.max(largest, SMALLEST_BODY_LIMIT_MB) * MB
}

export interface HttpServerOptions {
  settings: Settings
  log: FastifyBaseLogger
  access: Access
  checksAnswers?: boolean
  /** Of all large bodies together. */
  heldBodiesBytes?: number
}

/** The HTTP server without its routes. */
export async function createHttpServer({
  settings,
  log,
  access,
  checksAnswers = false,
  heldBodiesBytes = HELD_BODIES_MB * MB,
}: HttpServerOptions): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: log,
    // A line per request would cost more than most requests; failures are logged by the error handler.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyLimit(settings),
    genReqId: () => `req_${newId()}`,
    requestIdHeader: false,
    forceCloseConnections: 'idle',
    routerOptions: { querystringParser: parseQuery, maxParamLength: 500 },
  })
  app.decorate('access', access)
  app.decorate('documentedRoutes', [])
  app.decorate('checksAnswers', checksAnswers)
  app.decorateRequest('principal', null)
  app.setErrorHandler(handleError)
  app.setNotFoundHandler(handleUnknownRoute)
  acceptEmptyJson(app)
  addHeaders(app)
  countRequests(app)
  boundBodies(app, heldBodiesBytes)
  await app.register(multipart, {
    limits: { fileSize: settings.maxFileSizeMb * MB, files: 20, fields: 100, fieldSize: MB },
  })
  await registerRateLimit(app, settings)
  guardRoutes(app)
  return app
}

const answering = new WeakMap<FastifyInstance, Set<object>>()

function countRequests(app: FastifyInstance): void {
  const open = new Set<object>()
  answering.set(app, open)
  app.addHook('onRequest', (_request, reply, done) => {
    open.add(reply.raw)
    reply.raw.once('close', () => {
      open.delete(reply.raw)
      if (open.size === 0) app.server.emit(ANSWERED)
    })
    done()
  })
}

const ANSWERED = 'answered'

/**
 * Takes no more requests, waits until those that are there are answered, does the given work, and ends. A server is not
 * closed before its last connection is: those of separate workers are ended by that work, and callers keep theirs open.
 */
export async function closeHttpServer(app: FastifyInstance, work: () => Promise<void>): Promise<void> {
  const closed = app.close()
  const answered = async (): Promise<void> => {
    while (answering.get(app)?.size) await once(app.server, ANSWERED)
  }
  const idle = () => app.server.closeIdleConnections()
  await Promise.all([closed, answered().then(work).finally(idle)])
}

/** `a=1&a=2`, `a[]=1` and `a[0]=1` all give lists. */
function parseQuery(text: string): Record<string, unknown> {
  return text === '' ? {} : qs.parse(text, { arrayLimit: 1000, depth: 3 })
}

/** Many clients name a content type on requests without a body. */
function acceptEmptyJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined)
    else parse(request, body.toString(), done)
  })
}

function addHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers({
      'x-request-id': request.id,
      'x-content-type-options': 'nosniff',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'access-control-allow-origin': '*',
      'access-control-expose-headers': '*',
    })
    if (request.method === 'OPTIONS' && request.headers['access-control-request-method']) {
      reply
        .code(204)
        .headers({
          'access-control-allow-methods': 'GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS',
          'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*',
          'access-control-max-age': '86400',
        })
        .send()
      return
    }
    done()
  })
}
