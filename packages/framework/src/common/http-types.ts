import type { Lax } from '../lax.ts'

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
export declare namespace HttpMethod {
  type GET = 'GET'
  type POST = 'POST'
  type PATCH = 'PATCH'
  type PUT = 'PUT'
  type DELETE = 'DELETE'
  type HEAD = 'HEAD'
}

export const HttpHeader = {
  AUTHORIZATION: 'Authorization',
  ACCEPT: 'Accept',
  API_KEY: 'x-api-key',
  CONTENT_TYPE: 'Content-Type',
} as const
export type HttpHeader = ValueOf<typeof HttpHeader>
export declare namespace HttpHeader {
  type AUTHORIZATION = 'Authorization'
  type ACCEPT = 'Accept'
  type API_KEY = 'x-api-key'
  type CONTENT_TYPE = 'Content-Type'
}

export const MediaType = { APPLICATION_JSON: 'application/json', TEXT_CSV: 'text/csv' } as const
export type MediaType = ValueOf<typeof MediaType>
export declare namespace MediaType {
  type APPLICATION_JSON = 'application/json'
  type TEXT_CSV = 'text/csv'
}

export const AuthenticationType = { BEARER_TOKEN: 'BEARER_TOKEN', BASIC: 'BASIC' } as const
export type AuthenticationType = ValueOf<typeof AuthenticationType>
export declare namespace AuthenticationType {
  type BEARER_TOKEN = 'BEARER_TOKEN'
  type BASIC = 'BASIC'
}

export interface BaseAuthentication<T extends AuthenticationType> {
  type: T
}
export interface BearerTokenAuthentication extends BaseAuthentication<'BEARER_TOKEN'> {
  token: string
}
export interface BasicAuthentication extends BaseAuthentication<'BASIC'> {
  username: string
  password: string
}
export type Authentication = BearerTokenAuthentication | BasicAuthentication

export type HttpHeaders = Record<string, string | string[] | undefined>
/** A list stands for a parameter that repeats. */
export type QueryParams = Record<string, string | readonly string[]>
export type HttpMessageBody = Lax
export type HttpRequestBody = HttpMessageBody

export interface HttpRequest<RequestBody = HttpMessageBody> {
  method: HttpMethod
  url: string
  /** A map, text, bytes, a stream, `URLSearchParams` or `FormData`, also that of the package `form-data`. */
  body?: RequestBody | undefined
  headers?: HttpHeaders | undefined
  authentication?: Authentication | undefined
  queryParams?: QueryParams | undefined
  /** Milliseconds for the whole call; none when absent or 0. */
  timeout?: number | undefined
  /**
   * How often to try again, ever later: after a failed connection or a 5xx; where a repetition does no harm, also
   * after a time-out or 429.
   */
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
