import { setTimeout as pause } from 'node:timers/promises'
import { type BackOff, delayOf } from '@piecework/model/back-off'
import { BaseHttpClient, DelegatingAuthenticationConverter } from './base-http-client.ts'
import { HttpError } from './http-error.ts'
import { isTimeout } from './http-failure.ts'
import type { HttpMessageBody, HttpRequest, HttpResponse } from './http-types.ts'

const RETRYING: BackOff = { firstMs: 200, longestMs: 60_000, spread: [1, 1.2] }
/** Methods that may be repeated without harm. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE'])

/**
 * The client for calls to the outside world. Certificates are always verified. Its name is the one that pieces know
 * it by.
 */
export class AxiosHttpClient extends BaseHttpClient {
  constructor(baseUrl = '', authenticationConverter = new DelegatingAuthenticationConverter()) {
    super(baseUrl, authenticationConverter)
  }

  /**
   * Sends a request and reads the whole answer.
   * @throws HttpError for a status of 400 and above (300 and above is fine when redirects are not followed),
   * and with status 500 when no answer came.
   */
  async sendRequest<ResponseBody = HttpMessageBody>(
    request: HttpRequest<HttpMessageBody>,
  ): Promise<HttpResponse<ResponseBody>> {
    // Loaded with the first call: most runs make none, and the transport is the heaviest part of the SDK.
    const { send } = await import('./http-transport.ts')
    const { urlWithoutQueryParams, queryParams } = this.getUrl(request)
    const url = new URL(urlWithoutQueryParams)
    url.search = queryParams.toString()
    const headers = this.getHeaders(request)
    const attempts = 1 + Math.max(0, request.retries ?? 0)
    for (let attempt = 1; ; attempt++) {
      try {
        const { status, headers: answered, body } = await send(request, url, headers)
        return { status, headers: answered, body }
      } catch (error) {
        if (attempt >= attempts || !(error instanceof HttpError) || !isWorthAnotherTry(request, error)) throw error
        await pause(delayOf(RETRYING, attempt))
      }
    }
  }
}

function isWorthAnotherTry(request: HttpRequest<unknown>, { response, cause }: HttpError): boolean {
  // A stream is used up by the first try.
  if (typeof Object(request.body).pipe === 'function') return false
  if (isTimeout(cause) || response.status === 429) return IDEMPOTENT.has(request.method)
  return response.status >= 500
}

export const httpClient = new AxiosHttpClient()
