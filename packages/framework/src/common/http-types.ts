import type { Lax } from '../lax.ts'

/** The vocabulary of the HTTP client (spec: facts/pieces-framework.md section 2). */

type ValueOf<T> = T[keyof T]

export const HttpMethod = {
  GET: 'GET',
  POST: 'POST',
  PATCH: 'PATCH',
  PUT: 'PUT',
  DELETE: 'DELETE',
  HEAD: 'HEAD',
} as const
export type HttpMethod = ValueOf<typeof HttpMethod>

export const HttpHeader = {
  AUTHORIZATION: 'Authorization',
  ACCEPT: 'Accept',
  API_KEY: 'x-api-key',
  CONTENT_TYPE: 'Content-Type',
} as const
export type HttpHeader = ValueOf<typeof HttpHeader>

export const MediaType = { APPLICATION_JSON: 'application/json', TEXT_CSV: 'text/csv' } as const
export type MediaType = ValueOf<typeof MediaType>

export const AuthenticationType = { BEARER_TOKEN: 'BEARER_TOKEN', BASIC: 'BASIC' } as const
export type AuthenticationType = ValueOf<typeof AuthenticationType>

export interface BearerTokenAuthentication {
  type: typeof AuthenticationType.BEARER_TOKEN
  token: string
}
export interface BasicAuthentication {
  type: typeof AuthenticationType.BASIC
  username: string
  password: string
}
export type Authentication = BearerTokenAuthentication | BasicAuthentication

export type HttpHeaders = Record<string, string | string[] | undefined>
export type QueryParams = Record<string, string>
export type HttpMessageBody = Lax

export interface HttpRequest<RequestBody = HttpMessageBody> {
  method: HttpMethod
  url: string
  /** A map, text, bytes, `URLSearchParams` or `FormData`. */
  body?: RequestBody | undefined
  headers?: HttpHeaders | undefined
  authentication?: Authentication | undefined
  queryParams?: QueryParams | undefined
  /** Milliseconds for the whole call; none when absent or 0. */
  timeout?: number | undefined
  /** How often to try again after a failed connection, a time-out or a 5xx. */
  retries?: number | undefined
  responseType?: 'arraybuffer' | 'json' | 'blob' | 'text' | undefined
  /** `false`: a redirect is an answer like any other. */
  followRedirects?: boolean | undefined
  /** URL of a proxy for this call; the default is what HTTP_PROXY, HTTPS_PROXY and NO_PROXY say. */
  proxy?: string | undefined
}

export interface HttpResponse<ResponseBody = HttpMessageBody> {
  status: number
  headers?: HttpHeaders | undefined
  body: ResponseBody
}
