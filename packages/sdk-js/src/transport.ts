import { ApiError, errorOf, NetworkError } from './errors.ts'
import { pause, waitBefore } from './pause.ts'
import { type OperationName, type Operations, ROUTES } from './types.ts'

export interface ClientOptions {
  /** The address of the server, with or without `/v1`. The default is `http://localhost:3000`. */
  baseUrl?: string | undefined
  /** The project to work in, for keys of the platform; keys of a project have theirs. */
  projectId?: string | undefined
  /** How often a request is tried again. The default is 3. */
  maxRetries?: number | undefined
  /** The time limit of each attempt, in seconds. The default is 60. */
  timeout?: number | undefined
  /** Sends the requests instead of the `fetch` of the surroundings. */
  fetch?: typeof fetch | undefined
}

/** Options of a single call. */
export interface CallOptions {
  signal?: AbortSignal | undefined
}

export interface Request {
  params?: Readonly<Record<string, string>>
  query?: object | undefined
  body?: object | undefined
  headers?: Readonly<Record<string, string>>
  /** More time for each attempt, in seconds. */
  patience?: number
}

export interface Answer<Name extends OperationName> {
  data: Operations[Name]['data']
  meta: Operations[Name]['meta']
}

export interface Send {
  <Name extends OperationName>(name: Name, request?: Request, call?: CallOptions): Promise<Answer<Name>>
  /** Reads a file, whose success answer has no envelope. @param route method and path */
  file(route: string, request?: Request, call?: CallOptions): Promise<string>
}

const LOCAL = 'http://localhost:3000'
const MAX_RETRIES = 3
const TIMEOUT_SECONDS = 60
/** Answers after which nothing has been done yet, so that any request may be sent again. */
const NOTHING_DONE: ReadonlySet<number> = new Set([429, 503])

/** Sends requests to one server, again where that is safe. */
export function createTransport(key: string, options: ClientOptions): Send {
  if (typeof key !== 'string' || key === '') throw new TypeError('The client needs an API key')
  if (!/^[\x21-\x7e]+$/.test(key)) throw new TypeError('The API key has a letter that no key has, such as a line break')
  const { projectId, maxRetries = MAX_RETRIES, timeout = TIMEOUT_SECONDS } = options
  const base = `${(options.baseUrl ?? LOCAL).replace(/\/+$/, '').replace(/\/v1$/, '')}/v1`
  // On a page, an address without its server is one of the server of the page.
  if (!/^https?:\/\/./.test(base) && !('location' in globalThis))
    throw new TypeError('baseUrl must begin with http:// or https://')
  const ask = options.fetch ?? fetch
  const identity = { authorization: `Bearer ${key}`, ...(projectId === undefined ? {} : { 'x-project-id': projectId }) }

  const once = async (
    route: string,
    request: Request,
    { signal }: CallOptions,
  ): Promise<{ response: Response; text: string }> => {
    const [method = '', path = ''] = route.split(' ')
    const { params = {}, query, body, headers, patience = 0 } = request
    const limit = AbortSignal.timeout((timeout + patience) * 1000)
    const content = body && written(body)
    const target = base + path.replace(/\{(\w+)\}/g, (_, name: string) => segment(name, params[name])) + search(query)
    let response: Response
    let text: string
    try {
      response = await ask(target, {
        method,
        // A redirect would take the key to another server.
        redirect: 'manual',
        headers: { ...identity, ...headers, ...(content ? { 'content-type': 'application/json' } : {}) },
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
        ...(content ? { body: content } : {}),
      })
      text = await response.text()
    } catch (cause) {
      signal?.throwIfAborted()
      throw new NetworkError(`${method} ${target} got no answer: ${reasonOf(cause)}`, { cause })
    }
    return { response, text }
  }

  const patiently = async <T>(
    route: string,
    read: (response: Response, text: string) => T,
    request: Request = {},
    call: CallOptions = {},
  ): Promise<T> => {
    // A request that changes nothing when it comes twice.
    const isSafe = !route.startsWith('POST ') || request.headers?.['Idempotency-Key'] !== undefined
    for (let attempt = 1; ; attempt++) {
      call.signal?.throwIfAborted()
      try {
        const { response, text } = await once(route, request, call)
        return read(response, text)
      } catch (error) {
        const wait = attempt > maxRetries ? undefined : waitAfter(error, isSafe, attempt)
        if (wait === undefined) throw error
        await pause(wait, call.signal)
      }
    }
  }

  const send = <Name extends OperationName>(name: Name, request?: Request, call?: CallOptions) =>
    patiently(ROUTES[name], contentOf<Name>, request, call)
  const file: Send['file'] = (route, request, call) => patiently(route, fileOf, request, call)
  return Object.assign(send, { file })
}

function waitAfter(error: unknown, isSafe: boolean, attempt: number): number | undefined {
  if (error instanceof NetworkError) return isSafe ? waitBefore(attempt, undefined) : undefined
  if (!(error instanceof ApiError)) return undefined
  const isWorthIt = NOTHING_DONE.has(error.status) || (error.status >= 500 && isSafe)
  return isWorthIt ? waitBefore(attempt, error.retryAfter) : undefined
}

/** @throws ApiError for everything but a success */
function fileOf(response: Response, text: string): string {
  if (response.ok) return text
  throw refusalOf(response, parse(text))
}

/** @throws ApiError for everything but a success */
function contentOf<Name extends OperationName>(response: Response, text: string): Answer<Name> {
  const answer = parse(text)
  // The types are made from the document of the server, which checks its answers against it in its tests.
  const isWhole = typeof answer.data === 'object' && answer.data !== null
  if (response.ok && answer.success === true && isWhole) return { data: answer.data, meta: answer.meta } as Answer<Name>
  throw refusalOf(response, answer)
}

/** An answer that no server of Piecework gives. */
export const strange = (status: number, message = `The answer ${status} is not from Piecework`): ApiError =>
  errorOf({ status, code: 'UNKNOWN', message, details: {}, retryAfter: undefined })

function refusalOf({ status, headers }: Response, answer: Record<string, unknown>): ApiError {
  const error = record(answer.error)
  return errorOf({
    status,
    code: typeof error.code === 'string' ? error.code : 'UNKNOWN',
    message: typeof error.message === 'string' ? error.message : strange(status).message,
    details: record(error.details),
    retryAfter: secondsOf(headers.get('retry-after')),
  })
}

const record = (value: unknown): Record<string, unknown> => ({ ...Object(value) })

function parse(text: string): Record<string, unknown> {
  try {
    return record(JSON.parse(text))
  } catch {
    return {}
  }
}

function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  return inner instanceof Error ? inner.message || inner.name : String(inner)
}

/** Seconds, or a date. */
function secondsOf(header: string | null): number | undefined {
  if (header === null) return undefined
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds)
}

/** @throws TypeError for what JSON cannot hold: it would arrive as null, or not at all */
const written = (body: object): string =>
  JSON.stringify(body, (name, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${name} must not be ${value}`)
    return value
  })

function search(query: object = {}): string {
  const fields = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) fields.append(name, String(value))
  const text = fields.toString()
  return text === '' ? '' : `?${text}`
}

/** @throws TypeError for a value that would change the path */
function segment(name: string, value: unknown): string {
  if (typeof value === 'string' && !['', '.', '..'].includes(value)) return encodeURIComponent(value)
  throw new TypeError(`${name} must be a text, not ${JSON.stringify(value)}`)
}
