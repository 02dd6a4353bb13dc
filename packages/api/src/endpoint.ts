import type { ErrorCode } from '@piecework/model/errors'
import type { Permission } from '@piecework/model/permission'
import type { z } from 'zod'

export type PrincipalType = 'USER' | 'SERVICE' | 'ENGINE' | 'WORKER'

/** `public`: tokens are ignored. `optional`: a request may have no token, but not an invalid one. */
export type Principals = 'public' | 'optional' | readonly PrincipalType[]

/** `NONE`: every allowed principal may. `PLATFORM_ADMIN`: users must administer their platform. */
export type EndpointPermission = Permission | 'NONE' | 'PLATFORM_ADMIN'

type RequestPart = 'params' | 'query' | 'body'

/** The request may be about no project but the platform; then it needs this instead of the permission. */
type Otherwise = 'PLATFORM_ADMIN'

/** How a request names its project; null for entities of a platform and for public ones. */
export type ProjectRule =
  | null
  /** The project of the token: only engines have one. */
  | { by: 'token' }
  /** A field holds the id of the project. */
  | { by: 'id'; part: RequestPart; field: string; otherwise?: Otherwise }
  /** A field holds the id of a row of the project. */
  | { by: 'row'; row: string; part: RequestPart; field: string; otherwise?: Otherwise }
  /** The body holds `projectId`, or in one of these fields an id or a list of ids of rows of one project. */
  | { by: 'rows'; rows: readonly { row: string; field: string }[] }

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Endpoint {
  readonly method: Method
  /** Below `/api`; parameters begin with a colon. */
  readonly path: string
  /** A stable name for clients: `<noun>.<verb>`. */
  readonly operationId: string
  readonly summary: string
  readonly principals: Principals
  readonly permission: EndpointPermission
  /** Permissions in addition to `permission`, by the value of this field of the body. */
  readonly permissionsBy?: { readonly field: string; readonly permissions: Readonly<Record<string, Permission>> }
  readonly project: ProjectRule
  /** The name of the rate limit that applies; the server has its numbers. */
  readonly limit?: 'authentication' | 'form'
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  /** The schema of a JSON request. */
  readonly body?: z.ZodType
  /** The request may also be a multipart form, which the server parses itself. */
  readonly form?: true
  /** Personal tokens may not call it: what it makes could do more than they may. They call nothing without a project. */
  readonly personalTokens?: false
  /** The schema of the success answer, which is JSON then. */
  readonly response?: z.ZodType
  /** The kind of success answer when it is not JSON. */
  readonly sends?: 'bytes' | 'page' | 'nothing'
  /** The status of the success answer; the default is 200. 204 has no body. */
  readonly status?: 200 | 201 | 204
  /** Error codes that only this endpoint has, besides those in `COMMON_ERRORS`. */
  readonly errors?: readonly ErrorCode[]
  readonly deprecated?: true
}

/** Error codes that any request may be answered with. */
export const COMMON_ERRORS: ReadonlySet<ErrorCode> = new Set([
  'AUTHENTICATION',
  'AUTHORIZATION',
  'ENTITY_NOT_FOUND',
  'INVALID_BEARER_TOKEN',
  'INVALID_CURSOR',
  'INVALID_REQUEST',
  'PAYLOAD_TOO_LARGE',
  'PERMISSION_DENIED',
  'RATE_LIMITED',
  'REQUEST_TIMEOUT',
  'SANDBOX_CAPACITY_EXCEEDED',
  'SERVICE_UNAVAILABLE',
  'SESSION_EXPIRED',
])

/** Declares an endpoint as data. The literal types are kept, so that servers and clients infer from it. */
export function endpoint<const E extends Endpoint>(definition: E): E {
  return definition
}

/** The project is named by the field `projectId` of the query. */
export const projectInQuery = { by: 'id', part: 'query', field: 'projectId' } as const
/** The project is named by the field `projectId` of the body. */
export const projectInBody = { by: 'id', part: 'body', field: 'projectId' } as const
/** The project of the engine's token. */
export const projectOfToken = { by: 'token' } as const

/** The project is that of a row, whose id is the parameter `id`. */
export function projectOfRow<const R extends string>(row: R) {
  return { by: 'row', row, part: 'params', field: 'id' } as const
}
