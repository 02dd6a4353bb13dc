import dns from 'node:dns'
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { createAddressPolicy } from '@piecework/engine/network/addresses'
import { blockedError } from '@piecework/engine/network/blocked'
import { isExempt, originOf } from '@piecework/engine/network/exempt'
import { checkedLookup } from '@piecework/engine/network/lookup'

export interface OutboundRequest {
  method?: string
  headers?: Record<string, string>
  body?: string | Uint8Array
  /** For the whole exchange, redirects included. */
  timeoutMs?: number
  /** Larger answers are an error. */
  maxBytes?: number
  /** The status says all: an answer that is larger, breaks off or falls silent is given as far as it came. */
  cutsBody?: boolean
  /** `manual` gives the redirect itself as the answer. */
  redirect?: 'follow' | 'manual'
  /** Accepts a certificate that nobody vouches for; the address is still checked. */
  acceptAnyCertificate?: boolean
  signal?: AbortSignal
}

/**
 * A request of the server itself, to an address that somebody typed in. Any status is an answer.
 * @throws ExecutionError SSRFBlockedError when the target, or one that it redirects to, is not a public address;
 *   Error when no answer comes, comes too late or is too large
 */
export type Outbound = (url: string | URL, request?: OutboundRequest) => Promise<Response>

interface OutboundOptions {
  /** AP_SSRF_ALLOW_LIST. */
  allowList: readonly string[]
  /** URLs that the operator configured: their host and port are reachable whatever the address is. */
  trusted?: readonly string[]
}

const TIMEOUT_MS = 30_000
const MAX_BYTES = 10 * 1024 * 1024
const MAX_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])
/** Meant for the host that the caller named, and for no other. */
const PRIVATE_HEADERS = new Set(['authorization', 'cookie', 'proxy-authorization'])
/** Statuses whose Response may have no body. */
const EMPTY = new Set([101, 204, 205, 304])

/**
 * The way out for requests that the server makes itself, in every network mode
 * (docs/security.md, "Requests of the server itself").
 */
export function createOutbound({ allowList, trusted = [] }: OutboundOptions): Outbound {
  const policy = createAddressPolicy(allowList)
  const exempt = trusted.map(originOf)
  const lookup = checkedLookup(policy, dns.lookup, [])
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) }

  const once = (url: URL, request: OutboundRequest, signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      if (url.protocol !== 'http:' && url.protocol !== 'https:')
        throw new Error(`Only http and https can be called, not ${url.protocol}`)
      const { host, port } = originOf(url.href)
      const free = isExempt(exempt, host, port)
      if (!free && isIP(host) !== 0 && !policy.allows(host)) throw blockedError(host, host)
      const secure = url.protocol === 'https:'
      const options: RequestOptions = {
        method: request.method ?? 'GET',
        headers: { 'user-agent': 'Piecework', ...request.headers },
        agent: secure ? agents.https : agents.http,
        signal,
        // Connections to hosts that are free are kept apart, because agents group them by host and port alone.
        ...(free ? { agent: false } : { lookup }),
        ...(request.acceptAnyCertificate ? { rejectUnauthorized: false } : {}),
      }
      const sent = (secure ? httpsRequest : httpRequest)(url, options)
      sent.once('response', resolve)
      sent.once('error', reject)
      sent.end(request.body)
    })

  return async (target, given = {}) => {
    const timeoutMs = given.timeoutMs ?? TIMEOUT_MS
    const timeout = AbortSignal.timeout(timeoutMs)
    const signal = given.signal ? AbortSignal.any([given.signal, timeout]) : timeout
    let url = new URL(target)
    let request = given
    try {
      for (let redirects = 0; ; redirects++) {
        const answer = await once(url, request, signal)
        const next = nextOf(answer, url)
        if (next === undefined || given.redirect === 'manual') return await read(answer, given)
        answer.resume()
        if (url.protocol === 'https:' && next.protocol === 'http:')
          throw new Error(`${url.host} redirects from https to http, where anybody could read the request`)
        if (redirects === MAX_REDIRECTS) throw new Error(`${url.host} redirects more than ${MAX_REDIRECTS} times`)
        request = redirected(request, answer.statusCode ?? 302, url.origin === next.origin)
        url = next
      }
    } catch (error) {
      if (timeout.aborted) throw new Error(`${url.host} did not answer within ${timeoutMs} ms`, { cause: error })
      throw error
    }
  }
}

function nextOf(answer: IncomingMessage, from: URL): URL | undefined {
  const { location } = answer.headers
  if (location === undefined || !REDIRECTS.has(answer.statusCode ?? 0)) return undefined
  return URL.parse(location, from.href) ?? undefined
}

/** Follows a redirect as browsers do: other hosts get no credentials, and only 307 and 308 keep a method with a body. */
function redirected(request: OutboundRequest, status: number, sameOrigin: boolean): OutboundRequest {
  const keepsBody = status === 307 || status === 308 || request.body === undefined
  const headers = Object.entries(request.headers ?? {}).filter(([name]) => {
    const lower = name.toLowerCase()
    return (sameOrigin || !PRIVATE_HEADERS.has(lower)) && (keepsBody || !lower.startsWith('content-'))
  })
  const { body, ...rest } = request
  const next: OutboundRequest = { ...rest, headers: Object.fromEntries(headers) }
  if (!keepsBody) return { ...next, method: 'GET' }
  return body === undefined ? next : { ...next, body }
}

async function read(
  answer: IncomingMessage,
  { maxBytes = MAX_BYTES, cutsBody = false }: OutboundRequest,
): Promise<Response> {
  const parts: Buffer[] = []
  let size = 0
  try {
    for await (const part of answer) {
      size += part.length
      if (size > maxBytes) throw new Error(`The answer is larger than ${maxBytes} bytes`)
      parts.push(part)
    }
  } catch (error) {
    if (!cutsBody) throw error
  }
  const headers = new Headers()
  for (const [name, values] of Object.entries(answer.headersDistinct))
    for (const value of values ?? []) headers.append(name, value)
  const status = answer.statusCode ?? 502
  return new Response(EMPTY.has(status) ? null : Buffer.concat(parts), { status, headers })
}
