import {
  COMMON_ERRORS,
  type Endpoint,
  type Principals,
  type PrincipalType,
  type ProjectRule,
} from '@piecework/api/endpoint'
import { AppError } from '@piecework/model/errors'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Access } from '../access/access.ts'
import { type Actor, actorOf, type PlatformPrincipal, type ProjectActor } from '../access/actor.ts'
import type { Principal, ProjectKeyPrincipal } from '../access/principal.ts'
import { requireEndpoint } from '../policies/endpoint.ts'
import { requireNeeds } from '../policies/policy.ts'
import type { ApiLimits } from './api-limits.ts'
import type { GraphCalls } from './graph-calls.ts'
import { ReadyJson } from './json-apart.ts'
import { type Part, parsePart } from './parts.ts'
import {
  type FindProject,
  type ProjectSource,
  projectIn,
  projectOf,
  projectOfFirst,
  projectOfToken,
} from './project-source.ts'
import type { RateLimit } from './rate-limit.ts'
import { API_PREFIX } from './route.ts'
import { sendTagged, TaggedJson } from './tagged.ts'

declare module 'fastify' {
  interface FastifyInstance {
    access: Access
    /** The endpoints that are served. */
    implemented: Set<Endpoint>
    /** For tests: answers that do not fit the schema of their endpoint, and errors that it does not name, are failures. */
    checksAnswers: boolean
    /** Which project a row belongs to, by the kind of row; for endpoints that name rows. */
    projectFinders: Map<string, FindProject>
    /** Limits of requests, by the name that endpoints give. */
    rateLimits: Partial<Record<string, RateLimit>>
    /** Counts the requests of each caller; null where that is switched off. */
    apiLimits: ApiLimits | null
    graphCalls: GraphCalls
    /** The address of the client. */
    addressOf(request: FastifyRequest): string
    /** The address of the client, and what it says that it is. */
    clientOf(request: FastifyRequest): { ip: string; userAgent: string | undefined }
  }
  interface FastifyRequest {
    principal: PlatformPrincipal | null
  }
}

type Caller<P extends Principals> = P extends readonly (infer T extends PrincipalType)[]
  ? Extract<PlatformPrincipal, { type: T }>
  : never

/** Who calls an endpoint, in the project that the request is about. */
type ActorOf<E extends Endpoint> = E['principals'] extends 'public'
  ? null
  : E['principals'] extends 'optional'
    ? Actor<PlatformPrincipal> | null
    : E['project'] extends null
      ? Actor<Caller<E['principals']>>
      : E['project'] extends { otherwise: string }
        ? Actor<Caller<E['principals']>> | ProjectActor<Caller<E['principals']>>
        : ProjectActor<Caller<E['principals']>>

/** A request that passed all that its endpoint asks for. */
export interface Call<E extends Endpoint> {
  actor: ActorOf<E>
  params: Part<E, 'params'>
  query: Part<E, 'query'>
  body: Part<E, 'body'>
  request: FastifyRequest
  reply: FastifyReply
}

/** A handler returns the response of the endpoint, the same as finished text, or the reply that it sent by itself. */
type Answer<E extends Endpoint> = E extends { readonly response: infer S extends z.ZodType }
  ? z.input<S> | TaggedJson | ReadyJson | FastifyReply
  : unknown

/**
 * Serves an endpoint of the contract: rate limit, then who calls, then the shape of the request, then the project and
 * the permission, then the handler. What the handler returns is the body of the answer.
 * @throws Error at the start when the endpoint does not say who may call it and what they need.
 */
export function implement<const E extends Endpoint>(
  app: FastifyInstance,
  endpoint: E,
  handler: (call: Call<E>) => Answer<E> | Promise<Answer<E>>,
): void {
  requireDeclaration(endpoint)
  const { method, path, permission, status = 200, response } = endpoint
  const { access } = app
  const source = endpoint.project && sourceOf(app, endpoint.project)
  const limit = endpoint.limit && app.rateLimits[endpoint.limit]
  app.implemented.add(endpoint)
  app.route({
    method,
    url: `${API_PREFIX}${path}`,
    config: { access: 'declared', ...(limit ? { rateLimit: limit } : {}) },
    onRequest: async (request, reply) => {
      request.principal = await authenticate(access, endpoint, request)
      if (request.principal && !limit) await app.apiLimits?.take(request.principal, reply)
    },
    handler: async (request, reply) => {
      const { principal } = request
      const input = {
        params: parsePart('params', endpoint.params, request.params),
        query: parsePart('query', endpoint.query, request.query),
        body: parsePart('body', endpoint.body, request.body),
      }
      const caller = principal && actorOf(principal, app.addressOf(request))
      // People who are no administrators do not learn which projects there are.
      if (caller && permission === 'PLATFORM_ADMIN') requireNeeds(caller, permission)
      const actor = source && caller ? await source.enter(access, caller, input) : caller
      if (actor) requireEndpoint(actor, endpoint, input.body)
      const call = { actor, ...input, request, reply } as Call<E>
      const answer = await (app.checksAnswers ? requireDeclared(endpoint, () => handler(call)) : handler(call))
      if (reply.sent || answer === reply) return reply
      if (status === 204) return reply.code(204).send()
      const ready = answer instanceof TaggedJson || answer instanceof ReadyJson ? answer : undefined
      if (app.checksAnswers) response?.parse(JSON.parse(ready?.body.toString() ?? JSON.stringify(answer ?? null)))
      if (ready instanceof TaggedJson) return sendTagged(request, reply, status, ready)
      if (ready) return reply.code(status).type('application/json; charset=utf-8').send(ready.body)
      return reply.code(status).send(answer)
    },
  })
}

async function authenticate(
  access: Access,
  endpoint: Endpoint,
  request: FastifyRequest,
): Promise<PlatformPrincipal | null> {
  const { principals } = endpoint
  if (principals === 'public') return null
  const { authorization } = request.headers
  if (principals === 'optional' && !authorization) return null
  const principal = await access.identify(authorization)
  if (principal.type === 'USER' && principal.limits && principals !== 'optional' && !takesPersonalTokens(endpoint))
    throw new AppError('AUTHORIZATION', { message: 'personal tokens are not allowed for this route' })
  if (isOfPlatform(principal) && (principals === 'optional' || principals.includes(principal.type))) return principal
  if (principals === 'optional') return null
  throw new AppError('AUTHORIZATION', {
    message: `a principal of type ${principal.type} is not allowed for this route`,
  })
}

/** Personal tokens act in projects alone. */
const takesPersonalTokens = ({ project, permission, personalTokens }: Endpoint): boolean =>
  project !== null && permission !== 'PLATFORM_ADMIN' && personalTokens !== false

/** Keys of projects are for the graph API alone. */
const isOfPlatform = (principal: Principal): principal is Exclude<PlatformPrincipal, ProjectKeyPrincipal> =>
  principal.type !== 'WORKER' && principal.type !== 'PROJECT_KEY'

/** @throws Error instead of one whose code the endpoint does not name. */
async function requireDeclared<T>(endpoint: Endpoint, answer: () => T | Promise<T>): Promise<T> {
  try {
    return await answer()
  } catch (error) {
    const isOdd = error instanceof AppError && !COMMON_ERRORS.has(error.code) && !endpoint.errors?.includes(error.code)
    if (!isOdd) throw error
    throw new Error(`${endpoint.operationId} answers ${error.code}, which its endpoint does not name`, { cause: error })
  }
}

function requireDeclaration({ method, path, principals, permission, permissionsBy, project }: Endpoint): void {
  const fail = (missing: string): never => {
    throw new Error(`The route ${method} ${path} must not be registered: ${missing}.`)
  }
  const isOfProject = permission !== 'NONE' && permission !== 'PLATFORM_ADMIN'
  if (!principals || (Array.isArray(principals) && principals.length === 0)) fail('it has no principals')
  if (!permission) fail('it has no permission')
  if (project === undefined) fail('it does not say how its project is named (null for none)')
  if (isOfProject && !project) fail(`${permission} is a permission in a project, and the endpoint names none`)
  if (permissionsBy && !isOfProject) fail('it has additional permissions in a project, but no base permission')
  const anonymous = principals === 'public' || principals === 'optional'
  if (anonymous && (permission !== 'NONE' || project)) fail('it has a permission or a project, but no principals')
}

function sourceOf(app: FastifyInstance, rule: NonNullable<ProjectRule>): ProjectSource {
  // Features that own rows may be set up later than the routes that name them.
  const find =
    (row: string): FindProject =>
    (id) => {
      const finder = app.projectFinders.get(row)
      if (!finder) throw new Error(`There is no finder for the project of a row of ${row}`)
      return finder(id)
    }
  switch (rule.by) {
    case 'token':
      return projectOfToken
    case 'id':
      return projectIn(rule.part, rule.field, rule.otherwise !== undefined)
    case 'row':
      return projectOf(rule.row, find(rule.row), rule)
    case 'rows':
      return projectOfFirst(Object.fromEntries(rule.rows.map(({ row, field }) => [row, { field, find: find(row) }])))
  }
}
