import multipart from '@fastify/multipart'
import type { Endpoint } from '@piecework/api/endpoint'
import { AppError } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import { descriptorLimit } from '@piecework/worker/descriptor-limit'
import { egressDescriptorsFor } from '@piecework/worker/network/connection-budget'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import type { Access } from '../access/access.ts'
import { connectionsFor } from '../descriptors.ts'
import type { Settings } from '../settings.ts'
import { boundBodies, heldBodiesFor } from './bodies.ts'
import { ambiguity, refuseClient, refuseOddRequests } from './client-errors.ts'
import { type Closing, closing } from './closing.ts'
import { type ConnectionLimits, watchConnections } from './connections.ts'
import { handleError, handleUnknownRoute } from './errors.ts'
import { parseFields } from './fields.ts'
import { countRouteless } from './graph-calls.ts'
import { acceptJson } from './json-body.ts'
import { clientAddress, rateLimits, registerRateLimit } from './rate-limit.ts'
import { guardRoutes, MAX_PART_LENGTH } from './route.ts'

const MB = 1024 * 1024
const SMALLEST_BODY_LIMIT_MB = 25
const MULTIPART_OVERHEAD_MB = 4
/** How long the headers of a request may take. */
const HEADERS_MS = 60_000
const CHECK_MS = 5000
/** A whole request may take as long as its largest body takes at this rate, and never less than five minutes. */
const SLOWEST_BYTES_PER_SECOND = 100_000
const SHORTEST_REQUEST_TIMEOUT_MS = 300_000
const CONNECTION_TIMES = { silenceMs: 30_000, idleMs: 60_000, takenMs: 600_000 }

/** The largest body of any request, in bytes: AP_MAX_FILE_SIZE_MB and its like decide. */
export function bodyLimit(settings: Settings): number {
  const { maxFileSizeMb, maxFlowRunLogSizeMb, maxWebhookPayloadSizeMb } = settings
  const largest = Math.max(maxFileSizeMb, maxFlowRunLogSizeMb, maxWebhookPayloadSizeMb) + MULTIPART_OVERHEAD_MB
  return Math.max(largest, SMALLEST_BODY_LIMIT_MB) * MB
}

function requestTimeoutMs(settings: Settings): number {
  return Math.max(SHORTEST_REQUEST_TIMEOUT_MS, Math.ceil((bodyLimit(settings) / SLOWEST_BYTES_PER_SECOND) * 1000))
}

export interface HttpServerOptions {
  settings: Settings
  log: FastifyBaseLogger
  access: Access
  checksAnswers?: boolean
  /** The most memory that all large bodies may take together. */
  heldBodiesBytes?: number
  /** The limits of connections; by default those that the file descriptors of the process allow. */
  limits?: Partial<ConnectionLimits>
}

export interface HttpServer {
  app: FastifyInstance
  closing: Closing
}

/** The HTTP server without its routes. */
export async function createHttpServer({
  settings,
  log,
  access,
  checksAnswers = false,
  heldBodiesBytes = heldBodiesFor(),
  limits = {},
}: HttpServerOptions): Promise<HttpServer> {
  const app = Fastify({
    loggerInstance: log,
    // A line per request would cost more than most requests; failures are logged by the error handler.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyLimit(settings),
    // One logger for all: to make one for each request costs more than its headers. The error handler names the request.
    childLoggerFactory: (logger) => logger,
    genReqId: () => `req_${newId()}`,
    requestIdHeader: false,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    requestTimeout: requestTimeoutMs(settings),
    http: { headersTimeout: HEADERS_MS, connectionsCheckingInterval: CHECK_MS, requireHostHeader: false },
    frameworkErrors: (error, request, reply) => {
      greet(request, reply)
      countRouteless(app.graphCalls, request, reply, (refusal) => handleError(refusal ?? error, request, reply))
    },
    clientErrorHandler: (error, socket) => refuseClient(error, socket, connections.isAnswering(socket)),
    routerOptions: { querystringParser: parseFields, maxParamLength: MAX_PART_LENGTH },
  })
  const hasEgressProxy = settings.networkMode === 'STRICT' && settings.containerType !== 'APP'
  const connections = watchConnections(app, {
    connections: connectionsFor(descriptorLimit(), hasEgressProxy ? egressDescriptorsFor(descriptorLimit()) : 0),
    ...CONNECTION_TIMES,
    ...limits,
  })
  app.decorate('access', access)
  app.decorate('implemented', new Set<Endpoint>())
  app.decorate('checksAnswers', checksAnswers)
  app.decorate('projectFinders', new Map())
  app.decorate('rateLimits', rateLimits(settings))
  app.decorate('apiLimits', null)
  app.decorate('graphCalls', { count: null })
  app.decorate('addressOf', (request: FastifyRequest) => clientAddress(request, settings.clientRealIpHeader))
  app.decorate('clientOf', (request: FastifyRequest) => ({
    ip: app.addressOf(request),
    userAgent: request.headers['user-agent'],
  }))
  app.decorateRequest('principal', null)
  app.setErrorHandler(handleError)
  app.setNotFoundHandler(handleUnknownRoute)
  refuseOddRequests(app.server)
  acceptJson(app)
  addHeaders(app)
  const stop = closing(app, connections, async ({ headers: { authorization } }) => {
    if (authorization === undefined) return false
    const principal = await access.identify(authorization).catch(() => undefined)
    return principal?.type === 'ENGINE'
  })
  boundBodies(app, heldBodiesBytes)
  await app.register(multipart, {
    limits: { fileSize: settings.maxFileSizeMb * MB, files: 20, fields: 100, fieldSize: MB },
  })
  await registerRateLimit(app)
  guardRoutes(app)
  // Before the body is read: nobody wants it.
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done()
    countRouteless(app.graphCalls, request, reply, (refusal) =>
      refusal === undefined ? handleUnknownRoute(request, reply) : done(asError(refusal)),
    )
  })
  return { app, closing: stop }
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)))

function greet(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers({
    'x-request-id': request.id,
    'x-content-type-options': 'nosniff',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'access-control-allow-origin': '*',
    'access-control-expose-headers': '*',
  })
}

function addHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    greet(request, reply)
    const message = ambiguity(request.raw)
    if (message !== undefined) {
      // The next bytes on the connection may be a part of this request for somebody else.
      reply.header('connection', 'close')
      return done(new AppError('INVALID_REQUEST', { message }))
    }
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
