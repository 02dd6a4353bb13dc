import { AppError } from '@piecework/model/errors'
import type { Permission } from '@piecework/model/permission'
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import type { z } from 'zod'
import type { Access, ProjectAccess } from './access.ts'
import { InvalidRequest, type RequestPart } from './errors.ts'
import type { Principal, PrincipalOf, PrincipalType } from './principal.ts'
import type { FindProject, ProjectSource } from './project-source.ts'
import type { RateLimit } from './rate-limit.ts'
import { sendTagged, TaggedJson } from './tagged.ts'

declare module 'fastify' {
  interface FastifyInstance {
    access: Access
    /** Every route, for the OpenAPI document. */
    documentedRoutes: DocumentedRoute[]
    /** For tests: answers that do not fit the schema of their route are failures. */
    checksAnswers: boolean
    /** Which project a row belongs to, by the kind of row; for endpoints that name rows. */
    projectFinders: Map<string, FindProject>
    /** Limits of requests, by the name that endpoints of the contract give. */
    rateLimits: Partial<Record<string, RateLimit>>
  }
  interface FastifyRequest {
    principal: Principal | null
  }
  interface FastifyContextConfig {
    /** Set by `route` and `openAccess`; a route without it stops the start. */
    access?: string
  }
}

export interface RouteSchema {
  params?: z.ZodType
  query?: z.ZodType
  body?: z.ZodType
  /** Of the success answer; documents it, and is checked in tests. */
  response?: z.ZodType
}

/** `public`: tokens are not looked at. `optional`: no token is fine, a bad one is not. */
export type Principals = 'public' | 'optional' | readonly PrincipalType[]
/** `NONE`: every allowed principal may. `PLATFORM_ADMIN`: users must administer their platform. */
export type RoutePermission = Permission | 'NONE' | 'PLATFORM_ADMIN'

type Parsed<T> = T extends z.ZodType<infer Output> ? Output : undefined
type Caller<P extends Principals> = P extends 'public'
  ? null
  : P extends 'optional'
    ? Principal | null
    : P extends readonly (infer T extends PrincipalType)[]
      ? PrincipalOf<T>
      : never

export interface Call<P extends Principals, S extends RouteSchema, J extends ProjectSource | null> {
  principal: Caller<P>
  /** The project that the route is about, which the principal may enter. */
  project: J extends null ? null : ProjectAccess
  params: Parsed<S['params']>
  query: Parsed<S['query']>
  body: Parsed<S['body']>
  request: FastifyRequest
  reply: FastifyReply
}

export interface Route<P extends Principals, S extends RouteSchema, J extends ProjectSource | null> {
  method: HTTPMethods
  /** Below `/api`. */
  url: string
  /** The stable name of the operation for clients; made from method and URL when it is missing. */
  operationId?: string
  summary: string
  principals: P
  permission: RoutePermission
  /** Where the project of the request is named; null for what belongs to a platform or to nobody. */
  project: J
  limit?: RateLimit
  schema?: S
  /** Of the success answer; 200 unless told. 204 sends no body. */
  status?: 200 | 201 | 204
  handler(call: Call<P, S, J>): unknown
}

export interface DocumentedRoute {
  method: HTTPMethods
  url: string
  operationId: string | undefined
  summary: string
  principals: Principals
  permission: RoutePermission
  schema: RouteSchema
  status: number
}

/** Every URL of the API begins with it. */
export const API_PREFIX = '/api'

/**
 * Registers a route: rate limit, then who calls, then the shape of the request, then the project and the
 * permission, then the handler. What the handler returns is the body of the answer.
 * @throws Error at the start when the route does not say who may call it and what they need.
 */
export function route<const P extends Principals, S extends RouteSchema, J extends ProjectSource | null>(
  app: FastifyInstance,
  definition: Route<P, S, J>,
): void {
  requireDeclaration(definition)
  const { method, url, principals, permission, project: source, schema, status = 200 } = definition
  const { access } = app
  app.documentedRoutes.push({
    method,
    url,
    operationId: definition.operationId,
    summary: definition.summary,
    principals,
    permission,
    schema: schema ?? {},
    status,
  })
  app.route({
    method,
    url: `${API_PREFIX}${url}`,
    config: { access: 'declared', ...(definition.limit ? { rateLimit: definition.limit } : {}) },
    onRequest: async (request) => {
      request.principal = await authenticate(access, principals, request)
    },
    handler: async (request, reply) => {
      const { principal } = request
      const input = {
        params: parse('params', schema?.params, request.params),
        query: parse('query', schema?.query, request.query),
        body: parse('body', schema?.body, request.body),
      }
      if (permission === 'PLATFORM_ADMIN' && principal) access.requirePlatformAdmin(principal)
      const project = source && principal ? await source.enter(access, principal, input) : null
      if (project && principal && permission !== 'NONE' && permission !== 'PLATFORM_ADMIN') {
        access.requirePermission(principal, project, permission)
      }
      const call = { principal, project, ...input, request, reply } as Call<P, S, J>
      const answer = await definition.handler(call)
      if (reply.sent || answer === reply) return reply
      if (status === 204) return reply.code(204).send()
      const tagged = answer instanceof TaggedJson ? answer : undefined
      if (app.checksAnswers)
        schema?.response?.parse(JSON.parse(tagged?.body.toString() ?? JSON.stringify(answer ?? null)))
      if (tagged) return sendTagged(request, reply, status, tagged)
      return reply.code(status).send(answer)
    },
  })
}

async function authenticate(
  access: Access,
  principals: Principals,
  request: FastifyRequest,
): Promise<Principal | null> {
  if (principals === 'public') return null
  const { authorization } = request.headers
  if (principals === 'optional') return authorization ? access.identify(authorization) : null
  const principal = await access.identify(authorization)
  if (principals.includes(principal.type)) return principal
  throw new AppError('AUTHORIZATION', {
    message: `a principal of type ${principal.type} is not allowed for this route`,
  })
}

function parse(part: RequestPart, schema: z.ZodType | undefined, value: unknown): unknown {
  if (!schema) return undefined
  const parsed = schema.safeParse(value ?? {})
  if (parsed.success) return parsed.data
  throw new InvalidRequest(part, parsed.error)
}

const isProjectPermission = (permission: RoutePermission): boolean =>
  permission !== 'NONE' && permission !== 'PLATFORM_ADMIN'

function requireDeclaration(definition: Route<Principals, RouteSchema, ProjectSource | null>): void {
  const { method, url, principals, permission, project } = definition
  const fail = (missing: string): never => {
    throw new Error(`The route ${method} ${url} must not be registered: ${missing}.`)
  }
  if (!principals || (Array.isArray(principals) && principals.length === 0)) fail('it names no principals')
  if (!permission) fail('it names no permission')
  if (project === undefined) fail('it does not say where its project is named (null for none)')
  if (isProjectPermission(permission) && !project) fail(`${permission} is a permission in a project, and it names none`)
  const anonymous = principals === 'public' || principals === 'optional'
  if (anonymous && (permission !== 'NONE' || project))
    fail('it asks for a permission or a project, but for no principal')
}

/**
 * The `config` of a route that is registered on Fastify itself because it must be fast or is unusual.
 * @param reason why anybody may call it.
 */
export function openAccess(reason: string): { access: string } {
  return { access: `open: ${reason}` }
}

/** Stops the start when a route was registered that does not say who may call it. */
export function guardRoutes(app: FastifyInstance): void {
  app.addHook('onRoute', (registered) => {
    if (registered.config?.access) return
    throw new Error(
      `The route ${String(registered.method)} ${registered.url} does not say who may call it: register it with route(), or mark it with openAccess().`,
    )
  })
}
