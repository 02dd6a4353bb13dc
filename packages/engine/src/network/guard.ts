import dgram from 'node:dgram'
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import net, { isIP } from 'node:net'
import { promisify } from 'node:util'
import workers from 'node:worker_threads'
import { type AddressPolicy, createAddressPolicy } from './addresses.ts'
import { blockedError } from './blocked.ts'
import { guardDispatcher } from './dispatcher.ts'
import { isExempt, type Origin, originOf } from './exempt.ts'
import { createPermits, guardHandles, type Permits } from './handles.ts'
import { checkedLookup, checkedPromiseLookup, type Lookup, noted, promised } from './lookup.ts'
import { guardNameServers } from './name-servers.ts'
import { createRelay, type Relay } from './relay.ts'
import { seal } from './seal.ts'
import { guardedWorker, type NetworkGuardOptions } from './worker-guard.ts'

let installed = false

/**
 * Keeps everything in this process from addresses that are not public: the first layer of AP_NETWORK_MODE=STRICT
 * (spec: docs/install/architecture/network-security.md). What is checked is the address that is connected to, so
 * neither redirects nor names that change their address get around it. To be installed before user code loads;
 * it stays for the life of the process.
 * @returns what the first connection waits for, where there is something to wait for
 */
export function installNetworkGuard(options: NetworkGuardOptions): Promise<void> | undefined {
  if (installed) return undefined
  installed = true
  const policy = createAddressPolicy(options.allowList)
  const exempt = options.exempt.map(originOf)
  const permits = createPermits(exempt)
  const relay = options.relay && createRelay(options.relay.socketPath, permits)
  const lookup: Lookup = relay?.lookup ?? dns.lookup
  const promiseLookup = relay ? promised(relay.lookup) : dns.promises.lookup
  const exemptHosts = exempt.map(({ host }) => host).filter((host) => isIP(host) === 0)

  const guardedLookup = checkedLookup(policy, lookup, exemptHosts)
  Object.defineProperty(guardedLookup, promisify.custom, {
    value: checkedPromiseLookup(policy, promiseLookup, exemptHosts),
  })
  seal(dns, 'lookup', guardedLookup)
  seal(dns.promises, 'lookup', checkedPromiseLookup(policy, promiseLookup, exemptHosts))
  guardNameServers(policy)
  guardConnect({ policy, exempt, permits, lookup, relay, direct: (options.relay?.direct ?? []).map(originOf) })
  guardDatagrams(policy)
  guardHandles(policy, permits, options.relay?.socketPath)
  guardDispatcher(policy, exempt)
  // Raw handles know nothing of all this.
  for (const name of ['binding', '_linkedBinding']) seal(process, name, refuseRawHandles)
  seal(workers, 'Worker', guardedWorker(workers.Worker, options))
  syncBuiltinESMExports()
  return relay?.ready
}

// Captured: code of users may replace what hangs on prototypes.
const { apply, construct } = Reflect
const { nextTick } = process

interface ConnectOptions {
  path?: unknown
  host?: unknown
  port?: unknown
  lookup?: unknown
  [name: string]: unknown
}

interface ConnectRules {
  policy: AddressPolicy
  exempt: readonly Origin[]
  permits: Permits
  lookup: Lookup
  /** Set where the process has no network. */
  relay: Relay | undefined
  /** What is in the sandbox itself. */
  direct: readonly Origin[]
}

function guardConnect({ policy, exempt, permits, lookup, relay, direct }: ConnectRules): void {
  const { connect } = net.Socket.prototype
  const { destroy } = net.Socket.prototype
  const refuse = (socket: net.Socket, host: string, address: string): net.Socket => {
    nextTick(() => apply(destroy, socket, [blockedError(host, address)]))
    return socket
  }
  function guardedConnect(this: net.Socket, ...values: unknown[]): net.Socket {
    const { callback, ...read } = readArguments(values)
    let { options } = read
    if (options.path !== undefined && options.path !== null && options.path !== '')
      return refuse(this, 'unix socket', String(options.path))
    const named = options.host ? String(options.host) : 'localhost'
    const host = relay?.behind(named) ?? named
    const port = Number(options.port)
    const free = isExempt(exempt, host, port)
    if (!free && isIP(host) !== 0 && !policy.allows(host)) return refuse(this, host, host)
    const own = isLookup(options.lookup) ? checkedLookup(policy, options.lookup, []) : undefined
    options.host = host
    if (relay !== undefined && !isExempt(direct, host, port))
      options = relay.through(this, { host, port, lookup: free ? undefined : own }, options)
    else if (free) options.lookup = noted(lookup, permits, port)
    else if (isIP(host) === 0) options.lookup = own ?? checkedLookup(policy, lookup, [])
    return apply(connect, this, callback === undefined ? [options] : [options, callback])
  }
  seal(net.Socket.prototype, 'connect', guardedConnect)
}

const isLookup = (value: unknown): value is Lookup => typeof value === 'function'

/** The arguments of `connect` in any of their forms, with options of our own that nobody can change afterwards. */
function readArguments(values: unknown[]): { options: ConnectOptions; callback: unknown } {
  const list: unknown[] = Array.isArray(values[0]) ? values[0] : values
  const options: ConnectOptions = {}
  const [first, second] = list
  if (typeof first === 'object' && first !== null) {
    // Inherited ones count too: Node reads them.
    for (const name in first) options[name] = Reflect.get(first, name)
  } else if (typeof first === 'string' && !(Number(first) >= 0)) options.path = first
  else {
    options.port = first
    if (typeof second === 'string') options.host = second
  }
  const last = list[list.length - 1]
  return { options, callback: typeof last === 'function' ? last : undefined }
}

/** Datagrams go through `dns.lookup` unless a socket brings a lookup of its own. */
function guardDatagrams(policy: AddressPolicy): void {
  const { createSocket, Socket } = dgram
  const guarded = (options: unknown): unknown => {
    if (typeof options !== 'object' || options === null) return options
    const own: unknown = Reflect.get(options, 'lookup')
    return { ...options, ...(isLookup(own) ? { lookup: checkedLookup(policy, own, []) } : { lookup: undefined }) }
  }
  seal(dgram, 'createSocket', (options: unknown, ...rest: unknown[]) =>
    apply(createSocket, dgram, [guarded(options), ...rest]),
  )
  seal(
    dgram,
    'Socket',
    new Proxy(Socket, {
      construct: (target, [options, ...rest], newTarget) => construct(target, [guarded(options), ...rest], newTarget),
      apply: (target, self, [options, ...rest]) => apply(target, self, [guarded(options), ...rest]),
    }),
  )
}

function refuseRawHandles(): never {
  throw new Error('process.binding() is not available: AP_NETWORK_MODE is STRICT')
}
