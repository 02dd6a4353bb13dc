import type { Lax } from '../lax.ts'
import type { HttpHeaders } from './http-types.ts'

interface Failure {
  /** 500 when no answer came at all. */
  status: number
  body: unknown
  headers?: HttpHeaders
  cause?: unknown
  /** False when nobody answered. */
  isAnswer?: boolean
}
/** The error of an HTTP client that a piece brings along (axios). */
interface ForeignFailure {
  response?: { status?: number; data?: unknown } | undefined
}

/** An HTTP call that failed, or was answered with an error status. Its message is JSON of both sides. */
export class HttpError extends Error {
  readonly response: { status: number; body: Lax; headers?: HttpHeaders | undefined; isAnswer: boolean }
  readonly request: { body: Lax }

  constructor(requestBody: unknown, failed: Failure | ForeignFailure) {
    const failure = 'status' in failed && 'body' in failed ? failed : translated(failed)
    super(
      JSON.stringify({
        response: { status: failure.status, body: printable(failure.body) },
        request: { body: printable(requestBody) },
      }),
      { cause: failure.cause },
    )
    this.name = 'HttpError'
    this.request = { body: requestBody }
    this.response = { status: failure.status, body: failure.body, isAnswer: true }
    // Not enumerable, so that an error printed as output has the documented shape alone.
    Object.defineProperties(this.response, {
      headers: { value: failure.headers, enumerable: false },
      isAnswer: { value: failure.isAnswer ?? true, enumerable: false },
    })
  }

  errorMessage(): { response: { status: number; body: Lax }; request: { body: Lax } } {
    return { response: { status: this.response.status, body: this.response.body }, request: this.request }
  }
}

function translated(foreign: ForeignFailure): Failure {
  const { status = 500, data } = foreign.response ?? {}
  return { status, body: data instanceof Uint8Array ? new TextDecoder().decode(data) : data, cause: foreign }
}

/** Bytes and forms have no useful JSON: they are named, not dumped. */
function printable(body: unknown): unknown {
  if (body instanceof Uint8Array) return `<${body.byteLength} bytes>`
  if (body instanceof URLSearchParams) return body.toString()
  if (body instanceof FormData) return '<form data>'
  return body
}
