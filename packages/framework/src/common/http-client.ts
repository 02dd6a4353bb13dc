import { setTimeout as pause } from 'node:timers/promises'
import { HttpError } from './http-error.ts'
import type { HttpMessageBody, HttpRequest, HttpResponse } from './http-types.ts'

const RETRY_BASE_MS = 100

/** The client for calls to the outside world. Certificates are always verified. */
export const httpClient = {
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
    const attempts = 1 + Math.max(0, request.retries ?? 0)
    for (let attempt = 1; ; attempt++) {
      try {
        const { status, headers, body } = await send(request)
        return { status, headers, body }
      } catch (error) {
        if (attempt >= attempts || !(error instanceof HttpError) || error.response.status < 500) throw error
        await pause(RETRY_BASE_MS * 2 ** attempt * (1 + Math.random() / 5))
      }
    }
  },
}
