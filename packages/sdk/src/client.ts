import { ApiError, ConnectionError, errorOf } from './errors.ts'
import { pause, waitBeforeNext } from './retry.ts'
import { ROUTES } from './routes.ts'
import type { Operations } from './types.ts'

export interface ClientOptions {
  /** The address of the API, with `/api` at its end. */
  url: string
  /** A session token or an API key. A function is called before each attempt. */
  token?: string | (() => string | undefined | Promise<string | undefined>) | undefined
  /** How often a read is tried again when no answer comes, or an answer that asks for a retry. */
  retries?: number
  /** The time limit of each attempt. */
  timeoutMs?: number
  /** Headers of every call. */
  headers?: Readonly<Record<string, string>>
  fetch?: typeof fetch
}

export type Client = Operations

/** Everything that an operation may take; the types of the contract narrow it. */
interface AnyRequest {
  params?: Readonly<Record<string, unknown>>
  query?: Readonly<Record<string, unknown>>
  body?: unknown
  signal?: AbortSignal
  headers?: Readonly<Record<string, string>>
}

type Send = (route: string, request?: AnyRequest) => Promise<unknown>

const RETRIES = 2
const TIMEOUT_MS = 300_000

/** A client of one server: `client.flows.list({ query: { projectId } })`. */
export function createClient(options: ClientOptions): Client {
  const send = sender(options)
  const nouns = Object.entries(ROUTES).map(([noun, verbs]) => {
    const operations = Object.entries<string>(verbs).map(([verb, route]) => [
      verb,
      (request?: AnyRequest) => send(route, request),
    ])
    return [noun, Object.fromEntries(operations)]
  })
  // The routes have the nouns and verbs of the contract; their type ensures it.
  return Object.fromEntries(nouns) as Client
}

function sender({ url, token, retries = RETRIES, timeoutMs = TIMEOUT_MS, headers, fetch: get }: ClientOptions): Send {
  const base = url.replace(/\/+$/, '')
  const ask = get ?? fetch

  const once = async (route: string, request: AnyRequest): Promise<unknown> => {
    const [method = '', path = '', sends = 'json'] = route.split(' ')
    const { body, signal } = request
    const target = base + locate(path, request.params)
    const bearer = typeof token === 'function' ? await token() : token
    const isJson = body !== undefined && !(body instanceof FormData)
    const timeout = AbortSignal.timeout(timeoutMs)
    try {
      const response = await ask(target + search(request.query), {
        method,
        headers: {
          ...(isJson ? { 'content-type': 'application/json' } : {}),
          ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
          ...headers,
          ...request.headers,
        },
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        ...(body === undefined ? {} : { body: isJson ? JSON.stringify(body) : body }),
      })
      if (response.ok) return await contentOf(response, sends)
      throw await errorOf(`${method} ${target}`, response)
    } catch (error) {
      signal?.throwIfAborted()
      throw error instanceof ApiError ? error : new ConnectionError(`${method} ${target}`, error)
    }
  }

  return async (route, request = {}) => {
    const repeats = route.startsWith('GET ') ? retries : 0
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(route, request)
      } catch (error) {
        const wait = attempt <= repeats ? waitBeforeNext(error, attempt) : undefined
        if (wait === undefined) throw error
        await pause(wait, request.signal)
      }
    }
  }
}

function locate(path: string, params: AnyRequest['params'] = {}): string {
  return path.replace(/:(\w+)/g, (_, name: string) => segment(name, params[name]))
}

function search(query: AnyRequest['query'] = {}): string {
  const fields = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) fields.append(name, String(one))
  const text = fields.toString()
  return text === '' ? '' : `?${text}`
}

/** @throws TypeError for a value that would change the path. */
function segment(name: string, value: unknown): string {
  if (typeof value === 'string' && !['', '.', '..'].includes(value)) return encodeURIComponent(value)
  throw new TypeError(`The parameter ${name} must be a text, not ${JSON.stringify(value)}`)
}

async function contentOf(response: Response, sends: string): Promise<unknown> {
  if (sends === 'bytes') return response.blob()
  const text = await response.text()
  if (sends === 'page') return text
  return sends === 'nothing' || text === '' ? undefined : JSON.parse(text)
}
