import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import {
  type ClientRequest,
  createServer,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
  type ServerResponse,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIP, Socket } from 'node:net'
import { type Duplex, pipeline } from 'node:stream'
import { type AddressPolicy, blockedMessage, createAddressPolicy } from '@piecework/engine/network/addresses'
import { isExempt, originOf, withoutBrackets } from '@piecework/engine/network/exempt'
import { ADDRESSES_PATH, TARGET_ADDRESS_HEADER } from '@piecework/engine/network/proxy-client'
import type { ConnectionBudget } from './connection-budget.ts'
import { type CheckedTarget, openTunnel } from './tunnel.ts'
import { proxyFor, type Upstream } from './upstream.ts'

export interface EgressProxyOptions {
  /** IP addresses and CIDR blocks that are reachable though they are not public. */
  allowList: readonly string[]
  /** URLs whose host and port are reachable whatever their address is. */
  exempt: readonly string[]
  upstream: Upstream | undefined
  /** Listens on this path, too, for sandboxes without a network. */
  socketPath?: string
  budget: ConnectionBudget
  onRefused?(refused: Refused): void
}

/** A request that an egress proxy refused; it has no target when the proxy had no room for the connection. */
export interface Refused {
  host?: string
  port?: number
  reason: string
}

export interface EgressProxy {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  close(): Promise<void>
}

/** The target may not be reached, or not be found: the status says which. */
class Refusal extends Error {
  readonly status: 400 | 403 | 502 | 503
  constructor(status: 400 | 403 | 502 | 503, message: string) {
    super(message)
    this.status = status
  }
}

/** Connections beyond the bound that get an answer with the reason, and the time that they have to ask. */
const MOST_REFUSALS = 8
const REFUSAL_MS = 5000
/** A sandbox that opens too many does so again and again. */
const LOG_FULL_MS = 10_000

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/**
 * The second layer of AP_NETWORK_MODE=STRICT: an HTTP proxy
 * that looks at every address of a name before it connects to one of them, and connects to no other. It listens on
 * loopback alone.
 */
export async function startEgressProxy(options: EgressProxyOptions): Promise<EgressProxy> {
  const policy = createAddressPolicy(options.allowList)
  const exempt = options.exempt.map(originOf)
  // No connection outlives its request: what is open is what the budget knows.
  const agents = { http: new HttpAgent({ keepAlive: false }), https: new HttpsAgent({ keepAlive: false }) }
  const door = watchDoor(options)
  const tunnels = new Set<Duplex>()

  const check = async (host: string, port: number): Promise<CheckedTarget> => {
    if (isExempt(exempt, host, port)) return { host, port, addresses: await resolve(host) }
    const addresses = await resolve(host)
    const bad = firstBlocked(policy, addresses)
    if (bad === undefined) return { host, port, addresses }
    options.onRefused?.({ host, port, reason: bad })
    throw new Refusal(403, `Egress blocked: ${blockedMessage(host, bad)}`)
  }

  /** A request in absolute form: `GET http://host/path`. */
  const forward = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = URL.parse(request.url ?? '')
    if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
      throw new Refusal(400, 'This is a proxy: it takes CONNECT, and requests whose target is a whole URL')
    const scheme = url.protocol === 'https:' ? 'https' : 'http'
    const { host, port } = originOf(url.href)
    const target = await check(host, port)
    const upstream = isExempt(exempt, host, port) ? undefined : proxyFor(options.upstream, scheme, host, port)
    const headers = endToEnd(request.rawHeaders)
    const out = openRequest({ url, method: request.method, headers, target, upstream, agent: agents[scheme] })
    out.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, endToEnd(answer.rawHeaders))
      pipeline(answer, response, () => {})
    })
    pipeline(request, out, (error) => {
      if (error && !response.headersSent) refuse(response, new Refusal(502, `${host}: ${error.message}`))
      else if (error) response.destroy()
    })
    response.on('close', () => out.destroy())
  }

  const tunnel = async (request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> => {
    const { host, port } = readAuthority(request.url ?? '')
    const target = await check(host, port)
    const upstream = isExempt(exempt, host, port) ? undefined : proxyFor(options.upstream, 'https', host, port)
    const out = await openTunnel(target, upstream, upstream && credentialsOf(upstream)).catch((error: Error) => {
      throw new Refusal(502, `${host}: ${error.message}`)
    })
    tunnels.add(client)
    client.once('close', () => tunnels.delete(client))
    if (client.destroyed) {
      out.destroy()
      return
    }
    const address = upstream === undefined && out instanceof Socket ? out.remoteAddress : undefined
    const header = address === undefined ? '' : `${TARGET_ADDRESS_HEADER}: ${address}\r\n`
    client.write(`HTTP/1.1 200 Connection established\r\n${header}\r\n`)
    if (head.length > 0) out.write(head)
    pipeline(client, out, client, () => {})
  }

  /** For sandboxes, which have no name servers: the addresses of a name, if all of them may be reached. */
  const tellAddresses = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const host = decodeURIComponent((request.url ?? '').slice(ADDRESSES_PATH.length)).toLowerCase()
    const exemptPort = exempt.find((origin) => origin.host === host)?.port
    const { addresses } = await check(host, exemptPort ?? 0)
    response.setHeader('connection', 'close')
    response.end(JSON.stringify(addresses))
  }

  const make = (isOfSandboxes: boolean) =>
    createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 })
      .on('connection', door.admit)
      .on('request', (request: IncomingMessage, response: ServerResponse) => {
        if (!door.isOpenTo(request.socket)) return refuse(response, door.refusal)
        const handle = isOfSandboxes && request.url?.startsWith(ADDRESSES_PATH) ? tellAddresses : forward
        handle(request, response).catch((error: unknown) => refuse(response, error))
      })
      .on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
        client.on('error', () => client.destroy())
        const opened = door.isOpenTo(client) ? tunnel(request, client, head) : Promise.reject(door.refusal)
        opened.catch((error: unknown) => {
          const { status, text } = explain(error)
          client.end(
            `HTTP/1.1 ${status} ${status === 403 ? 'Egress blocked' : 'Bad gateway'}\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
          )
        })
      })

  const servers = [make(false), ...(options.socketPath === undefined ? [] : [make(true)])]
  const [loopback, local] = servers
  loopback?.listen(0, '127.0.0.1')
  local?.listen(options.socketPath)
  await Promise.all(servers.map((server) => once(server, 'listening')))
  for (const server of servers) server.unref()
  const address = loopback?.address()
  if (typeof address !== 'object' || address === null) throw new Error('The egress proxy has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      for (const client of tunnels) client.destroy()
      agents.http.destroy()
      agents.https.destroy()
      await Promise.all(
        servers.map((server) => {
          const closed = new Promise((done) => server.close(done))
          server.closeAllConnections()
          return closed
        }),
      )
    },
  }
}

interface Outgoing {
  url: URL
  method: string | undefined
  headers: string[]
  target: CheckedTarget
  /** The proxy that takes the request instead of its target. */
  upstream: URL | undefined
  agent: HttpAgent
}

function openRequest({ url, method, headers, target, upstream, agent }: Outgoing): ClientRequest {
  const common: RequestOptions = { method, headers, setHost: false }
  if (upstream === undefined) {
    const { host, port } = target
    const isSecure = url.protocol === 'https:'
    return (isSecure ? httpsRequest : httpRequest)({
      ...common,
      host,
      port,
      path: url.pathname + url.search,
      agent,
      lookup: pinned(target),
      ...(isSecure ? { servername: isIP(host) === 0 ? host : '' } : {}),
    })
  }
  const credentials = credentialsOf(upstream)
  if (credentials !== undefined) headers.push('proxy-authorization', credentials)
  return (upstream.protocol === 'https:' ? httpsRequest : httpRequest)({
    ...common,
    host: withoutBrackets(upstream.hostname),
    port: upstream.port || undefined,
    path: url.href,
  })
}

/** Lets in as many connections as the budget allows. A few more get a refusal; the proxy closes all others. */
function watchDoor({ budget, onRefused }: Pick<EgressProxyOptions, 'budget' | 'onRefused'>) {
  const surplus = new WeakSet<Duplex>()
  const refusal = new Refusal(
    503,
    `Too many connections are open (EMFILE): a sandbox may have ${budget.perSandbox} at a time, and all together ${budget.total}. Close some, or open fewer at a time.`,
  )
  let open = 0
  let refused = 0
  let loggedAt = Number.NEGATIVE_INFINITY

  const note = (): void => {
    const now = performance.now()
    if (now - loggedAt < LOG_FULL_MS) return
    loggedAt = now
    onRefused?.({ reason: refusal.message })
  }

  return {
    refusal,
    isOpenTo: (socket: Duplex): boolean => !surplus.has(socket),
    admit(socket: Socket): void {
      if (open < budget.perSandbox && budget.take()) {
        open++
        socket.once('close', () => {
          open--
          budget.release()
        })
        return
      }
      note()
      if (refused >= MOST_REFUSALS) return void socket.destroy()
      refused++
      surplus.add(socket)
      socket.once('close', () => refused--)
      socket.setTimeout(REFUSAL_MS, () => socket.destroy())
    },
  }
}

async function resolve(host: string): Promise<{ address: string; family: number }[]> {
  try {
    return await lookup(host, { all: true, verbatim: true })
  } catch {
    throw new Refusal(502, `The name ${host} cannot be resolved`)
  }
}

const firstBlocked = (policy: AddressPolicy, addresses: readonly { address: string }[]): string | undefined =>
  addresses.find(({ address }) => !policy.allows(address))?.address

/** Looks nothing up: the addresses were checked a moment ago. */
const pinned = (target: CheckedTarget): NonNullable<RequestOptions['lookup']> => {
  return (_host, { all }, answer) => {
    const [first] = target.addresses
    if (all) answer(null, target.addresses)
    else answer(null, first?.address ?? '', first?.family)
  }
}

function readAuthority(text: string): { host: string; port: number } {
  const [, host = '', port = ''] = /^(\[[^\]]+\]|[^:/@\s]+):(\d{1,5})$/.exec(text) ?? []
  if (host === '') throw new Refusal(400, 'CONNECT needs a host and a port')
  return { host: withoutBrackets(host).toLowerCase(), port: Number(port) }
}

/** Header lines as they came, without those that concern one connection. */
function endToEnd(rawHeaders: readonly string[]): string[] {
  const kept: string[] = []
  const dropped = new Set(HOP_BY_HOP)
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]?.toLowerCase() === 'connection')
      for (const name of (rawHeaders[i + 1] ?? '').split(',')) dropped.add(name.trim().toLowerCase())
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? ''
    if (!dropped.has(name.toLowerCase())) kept.push(name, rawHeaders[i + 1] ?? '')
  }
  return kept
}

function credentialsOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

function explain(error: unknown): { status: number; text: string } {
  if (error instanceof Refusal) return { status: error.status, text: error.message }
  return { status: 502, text: error instanceof Error ? error.message : String(error) }
}

function refuse(response: ServerResponse, error: unknown): void {
  const { status, text } = explain(error)
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end(text)
}
