import type { ErrorCode } from '@piecework/model/errors'
import { parseJson } from '@piecework/model/parse-json'

interface Details {
  status: number
  code: string
  params: Record<string, unknown>
  text: string
  requestId: string | undefined
  retryAfterMs: number | undefined
}

/** The server refused a request, and gives the reason. */
export class ApiError extends Error {
  /** The HTTP status. */
  readonly status: number
  /** The kind of error, for programs; `UNKNOWN` when the answer comes from a proxy on the way. */
  readonly code: ErrorCode | 'UNKNOWN' | (string & {})
  /** Details, which depend on the code. */
  readonly params: Readonly<Record<string, unknown>>
  /** The id of the request in the log of the server. */
  readonly requestId: string | undefined
  /** The time after which the server asks for a retry. */
  readonly retryAfterMs: number | undefined

  constructor(request: string, { status, code, params, text, requestId, retryAfterMs }: Details) {
    super(`${request} answered ${status} ${code}: ${text}`)
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.params = params
    this.requestId = requestId
    this.retryAfterMs = retryAfterMs
  }
}

/** No answer came: the server is unreachable, closed the connection, or took too long. */
export class ConnectionError extends Error {
  constructor(request: string, cause: unknown) {
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
    super(`${request} got no answer: ${inner instanceof Error ? inner.message || inner.name : String(inner)}`, {
      cause,
    })
    this.name = 'ConnectionError'
  }
}

const LONGEST_TEXT = 500

/** Makes the error of an answer. */
export async function errorOf(request: string, response: Response): Promise<ApiError> {
  const { status, headers } = response
  const text = await response.text()
  const body = parse(text)
  const params = isRecord(body.params) ? body.params : {}
  return new ApiError(request, {
    status,
    code: typeof body.code === 'string' ? body.code : 'UNKNOWN',
    params,
    text: [body.message, params.message].find((said) => typeof said === 'string') ?? text.slice(0, LONGEST_TEXT),
    requestId: headers.get('x-request-id') ?? undefined,
    retryAfterMs: retryAfter(headers.get('retry-after')),
  })
}

function parse(text: string): Record<string, unknown> {
  const body = parseJson(text)
  return isRecord(body) ? body : {}
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** Seconds, or a date. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
