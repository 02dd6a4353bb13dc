import type { GraphEndpoint } from '@piecework/api/graph/endpoint'
import { API_PLANS, type ApiPlan } from '@piecework/api/graph/plans'
import type { ListMeta, PageFields } from '@piecework/api/graph/shapes'
import { AppError } from '@piecework/model/errors'
import { parseMediaType } from '@piecework/model/text/media-type'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ProjectActor } from '../../access/actor.ts'
import type { Principal } from '../../access/principal.ts'
import { callerName } from '../../http/api-limits.ts'
import { sendCsv } from '../../http/csv.ts'
import { GRAPH_PREFIX } from '../../http/envelope.ts'
import { unknownRoute } from '../../http/errors.ts'
import { type Part, parsePart } from '../../http/parts.ts'
import { openAccess } from '../../http/route.ts'
import { type Archive, sendArchive } from '../../http/send-archive.ts'
import { answerWith } from '../../limits/answer.ts'
import type { RateLimits, Window } from '../../limits/rate-limits.ts'
import type { GraphCallers } from './caller.ts'
import { cursorsOf, type ListCursors } from './cursors.ts'

export interface GraphCall<E extends GraphEndpoint> {
  actor: E['scope'] extends null ? null : ProjectActor
  params: Part<E, 'params'>
  query: Part<E, 'query'>
  body: Part<E, 'body'>
  request: FastifyRequest
  reply: FastifyReply
}

/** One page of a list, with what tells of the others. */
export interface Listed<T> {
  items: T[]
  meta: ListMeta
}

type GraphAnswer<E extends GraphEndpoint> = E extends { isList: true }
  ? Listed<z.input<E['response']>>
  : E extends { sends: 'csv' }
    ? Sheet
    : E extends { sends: 'zip' }
      ? Archive
      : z.input<E['response']>

/** A file that is made while it is sent. */
export interface Sheet {
  name: string
  lines: AsyncIterable<string>
}

export interface DoorParts {
  callers: GraphCallers
  limits: RateLimits
  /** Those of requests without a key that counts. */
  strangers: RateLimits
  planOf(principal: Principal | undefined, request: FastifyRequest): ApiPlan | Promise<ApiPlan>
}

/** Serves endpoints of the graph API: who calls, how often, with what; then the handler, and the envelope around its answer. */
export interface Door {
  serve<const E extends GraphEndpoint>(
    endpoint: E,
    handler: (call: GraphCall<E>) => GraphAnswer<E> | Promise<GraphAnswer<E>>,
  ): void
  served: ReadonlySet<GraphEndpoint>
}

/** Who a request is from, or why that is not known. */
const callers = new WeakMap<FastifyRequest, { principal: Principal } | { refusal: unknown }>()

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** @param app a scope with the prefix of the graph API */
export function openDoor(app: FastifyInstance, parts: DoorParts): Door {
  const count = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const caller = await parts.callers.identify(request).then(
      (principal) => ({ principal }),
      (refusal: unknown) => ({ refusal }),
    )
    callers.set(request, caller)
    await limit(parts, request, reply, 'principal' in caller ? caller.principal : undefined)
  }
  app.addHook('onRequest', count)
  app.addHook('preParsing', async (request, _reply, payload) => {
    requireJson(request)
    return payload
  })
  app.graphCalls.count = count
  const refuseUnknown = (request: FastifyRequest): never => {
    const { message, params } = unknownRoute(request)
    throw new AppError('ENTITY_NOT_FOUND', { ...params, message })
  }
  const reads = new Set<string>(['GET', 'HEAD'])
  for (const url of ['/', '/*'])
    app.route({
      // The reference of the versions is at the root.
      method: METHODS.filter((method) => url !== '/' || !reads.has(method)),
      url,
      exposeHeadRoute: false,
      config: openAccess('unknown routes are answered to anybody'),
      handler: refuseUnknown,
    })

  const served = new Set<GraphEndpoint>()
  return {
    served,
    serve(endpoint, handler) {
      served.add(endpoint)
      const { method, path, scope, status = 200, deprecated } = endpoint
      if (deprecated) requireNotice(endpoint.operationId, deprecated)
      app.route({
        method,
        url: path,
        config: { access: 'declared' },
        onRequest: async (request, reply) => {
          if (deprecated) announce(reply, deprecated)
          const caller = callers.get(request)
          if (scope !== null && caller && 'refusal' in caller) throw caller.refusal
        },
        handler: async (request, reply) => {
          const caller = callers.get(request)
          const principal = caller && 'principal' in caller ? caller.principal : undefined
          const actor = scope && principal ? await parts.callers.enter(principal, request, scope) : null
          const params = parsePart('params', endpoint.params, request.params)
          const cursors = endpoint.isList ? cursorsOf(endpoint.operationId, params) : undefined
          const query = parsePart('query', endpoint.query, request.query)
          const call = {
            actor,
            params,
            query: cursors ? withCursor(query, cursors) : query,
            body: parsePart('body', endpoint.body, request.body),
            request,
            reply,
          } as GraphCall<typeof endpoint>
          const answer = await handler(call)
          if (endpoint.sends === 'zip') return sendArchive(reply, answer as Archive)
          if (endpoint.sends === 'csv') return sendSheet(reply, answer as Sheet)
          const listed = cursors ? withNext(answer as Listed<unknown>, cursors) : undefined
          const data = listed ? listed.items : answer
          if (app.checksAnswers)
            (endpoint.isList ? endpoint.response.array() : endpoint.response).parse(JSON.parse(JSON.stringify(data)))
          return reply.code(status).send({ success: true, data, meta: listed?.meta ?? {} })
        },
      })
    },
  }
}

/** @throws AppError for a body that is not said to be JSON: to read it as such would be a guess */
function requireJson({ method, headers, routeOptions }: FastifyRequest): void {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  if (!hasBody || routeOptions.url?.endsWith('/*') || method === 'GET' || method === 'HEAD') return
  if (parseMediaType(headers['content-type']).type === 'application/json') return
  throw new AppError('UNSUPPORTED_MEDIA_TYPE', {
    message: 'headers/content-type: must be application/json, and the body JSON',
  })
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

const windowsOf = (plan: ApiPlan): readonly [Window, Window] => [
  { limit: API_PLANS[plan].minute, lengthMs: MINUTE_MS },
  { limit: API_PLANS[plan].day, lengthMs: DAY_MS },
]

async function limit(
  { limits, strangers, planOf }: DoorParts,
  request: FastifyRequest,
  reply: FastifyReply,
  principal: Principal | undefined,
): Promise<void> {
  const plan = await planOf(principal, request)
  const allowance = principal
    ? await limits.take(callerName(principal), windowsOf(plan))
    : await strangers.take(request.server.addressOf(request), windowsOf(plan))
  answerWith(reply, allowance)
}

function sendSheet(reply: FastifyReply, { name, lines }: Sheet): FastifyReply {
  return sendCsv(reply, name, lines)
}

const NOTICE_MONTHS = 12

/** @throws Error for a route that goes sooner than callers were promised */
function requireNotice(operationId: string, { since, sunset }: NonNullable<GraphEndpoint['deprecated']>): void {
  const earliest = new Date(since)
  earliest.setUTCMonth(earliest.getUTCMonth() + NOTICE_MONTHS)
  // Also where one of them is no date.
  if (!(Date.parse(sunset) >= earliest.getTime()))
    throw new Error(`${operationId} is to go at ${sunset}: callers have ${NOTICE_MONTHS} months from ${since}`)
}

/** RFC 9745 and RFC 8594. */
function announce(reply: FastifyReply, { since, sunset, guide }: NonNullable<GraphEndpoint['deprecated']>): void {
  reply.headers({
    deprecation: `@${Math.floor(Date.parse(since) / 1000)}`,
    sunset: new Date(sunset).toUTCString(),
    link: `<${guide}>; rel="deprecation"; type="text/html"`,
  })
}

function withCursor(query: unknown, cursors: ListCursors): unknown {
  const { cursor } = HasCursor.parse(query)
  return cursor === undefined ? query : { ...Object(query), cursor: cursors.read(cursor) }
}
const HasCursor = z.object({ cursor: z.string().optional() })

function withNext<T>({ items, meta }: Listed<T>, cursors: ListCursors): Listed<T> {
  const { next_cursor: next } = meta
  return { items, meta: { ...meta, next_cursor: next === null ? null : cursors.write(next) } }
}

/** The metadata of a list about its pages. */
export function metaOf({ page, limit }: PageFields, total: number, next: string | null): ListMeta {
  return { page, limit, total, next_cursor: next, has_more: next !== null }
}

export const graphUrl = <const P extends string>(path: P) => `${GRAPH_PREFIX}${path}` as const
