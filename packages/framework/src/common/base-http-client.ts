import {
  type Authentication,
  AuthenticationType,
  HttpHeader,
  type HttpHeaders,
  type HttpMessageBody,
  type HttpRequest,
  type HttpResponse,
  MediaType,
} from './http-types.ts'

export interface HttpClient {
  sendRequest<RequestBody, ResponseBody>(request: HttpRequest<RequestBody>): Promise<HttpResponse<ResponseBody>>
}

/** Turns the ways of authentication into headers. */
export class DelegatingAuthenticationConverter {
  /** Adds to the given headers, and returns them. */
  convert(authentication: Authentication, headers: HttpHeaders): HttpHeaders {
    headers[HttpHeader.AUTHORIZATION] =
      authentication.type === AuthenticationType.BEARER_TOKEN
        ? `Bearer ${authentication.token}`
        : `Basic ${Buffer.from(`${authentication.username}:${authentication.password}`, 'utf8').toString('base64')}`
    return headers
  }
}

/** Many services refuse requests without one. */
const USER_AGENT = 'Piecework'

const textOf = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)

/** The common part of the HTTP clients of pieces: it makes the URL and the headers of a request. */
export abstract class BaseHttpClient implements HttpClient {
  readonly #baseUrl: string
  readonly #authenticationConverter: DelegatingAuthenticationConverter

  /** @param baseUrl put before the URL of each request */
  constructor(baseUrl: string, authenticationConverter: DelegatingAuthenticationConverter) {
    this.#baseUrl = baseUrl
    this.#authenticationConverter = authenticationConverter
  }

  abstract sendRequest<RequestBody, ResponseBody = HttpMessageBody>(
    request: HttpRequest<RequestBody>,
  ): Promise<HttpResponse<ResponseBody>>

  /** The query of the URL and `queryParams` together. @throws TypeError when the URL is none */
  protected getUrl(request: HttpRequest<unknown>): { urlWithoutQueryParams: string; queryParams: URLSearchParams } {
    const url = new URL(`${this.#baseUrl}${request.url}`)
    const queryParams = new URLSearchParams(url.searchParams)
    for (const [name, value] of Object.entries(request.queryParams ?? {})) {
      for (const item of Array.isArray(value) ? value : [value]) {
        if (item !== undefined && item !== null) queryParams.append(name, textOf(item))
      }
    }
    return { urlWithoutQueryParams: `${url.origin}${url.pathname}`, queryParams }
  }

  /** The usual headers, those of the authentication, and over both those of the request, in any case of letters. */
  protected getHeaders(request: HttpRequest<unknown>): HttpHeaders {
    const usual: HttpHeaders = { [HttpHeader.ACCEPT]: MediaType.APPLICATION_JSON, 'User-Agent': USER_AGENT }
    if (request.body !== undefined && request.body !== null) usual[HttpHeader.CONTENT_TYPE] = MediaType.APPLICATION_JSON
    if (request.authentication) this.#authenticationConverter.convert(request.authentication, usual)
    const own = Object.entries(request.headers ?? {}).filter(([, value]) => value !== undefined && value !== null)
    const named = new Set(own.map(([name]) => name.toLowerCase()))
    const kept = Object.entries(usual).filter(([name]) => !named.has(name.toLowerCase()))
    return Object.fromEntries([...kept, ...own])
  }
}
