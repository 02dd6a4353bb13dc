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
import { type AllowedTargets, createAllowedTargets, guardHandles } from './handles.ts'
import { checkedLookup, checkedPromiseLookup, type Lookup, promisifyLookup, recordingLookup } from './lookup.ts'
import { guardNameServers } from './name-servers.ts'
import { createRelay, type Relay } from './relay.ts'
import { seal } from './seal.ts'
import { guardedWorker, type NetworkGuardOptions } from './worker-guard.ts'

let installed = false

/**
 * Keeps everything in this process from addresses that are not public: the first layer of AP_NETWORK_MODE=STRICT. It
 * checks the address of the actual connection, so neither redirects nor names that change their address get around it.
 * It must be installed before user code loads, and stays for the life of the process.
 * @returns a promise that the first connection waits for, if there is one
 */
export function installNetworkGuard(options: NetworkGuardOptions): Promise<void> | undefined {
  if (installed) return undefined
  installed = true
  const policy = createAddressPolicy(options.allowList)
  const exempt = options.exempt.map(originOf)
  const allowedTargets = createAllowedTargets(exempt)
  const relay = options.relay && createRelay(options.relay.socketPath, allowedTargets)
  const lookup: Lookup = relay?.lookup ?? dns.lookup
  const promiseLookup = relay ? promisifyLookup(relay.lookup) : dns.promises.lookup
  const exemptHosts = exempt.map(({ host }) => host).filter((host) => isIP(host) === 0)

  const guardedLookup = checkedLookup(policy, lookup, exemptHosts)
  Object.defineProperty(guardedLookup, promisify.custom, {
    value: checkedPromiseLookup(policy, promiseLookup, exemptHosts),
  })
  seal(dns, 'lookup', guardedLookup)
  seal(dns.promises, 'lookup', checkedPromiseLookup(policy, promiseLookup, exemptHosts))
  guardNameServers(policy)
  guardConnect({ policy, exempt, allowedTargets, lookup, relay, direct: (options.relay?.direct ?? []).map(originOf) })
  guardDatagrams(policy)
  guardHandles(policy, allowedTargets, options.relay?.socketPath)
  guardDispatcher(policy, exempt)
  // Raw handles are not covered by the above.
  for (const name of ['binding', '_linkedBinding']) seal(process, name, refuseRawHandles)
  seal(workers, 'Worker', guardedWorker(workers.Worker, options))
  syncBuiltinESMExports()
  return relay?.ready
}

// Captured: user code may replace methods of prototypes.
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
  allowedTargets: AllowedTargets
  lookup: Lookup
  /** Set where the process has no network. */
  relay: Relay | undefined
  /** Targets in the sandbox itself. */
  direct: readonly Origin[]
}

function guardConnect({ policy, exempt, allowedTargets, lookup, relay, direct }: ConnectRules): void {
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
    else if (free) options.lookup = recordingLookup(lookup, allowedTargets, port)
    else if (isIP(host) === 0) options.lookup = own ?? checkedLookup(policy, lookup, [])
    return apply(connect, this, callback === undefined ? [options] : [options, callback])
  }
  seal(net.Socket.prototype, 'connect', guardedConnect)
}

const isLookup = (value: unknown): value is Lookup => typeof value === 'function'

/** The arguments of `connect` in any of their forms, with our own options that user code cannot change afterwards. */
function readArguments(values: unknown[]): { options: ConnectOptions; callback: unknown } {
  const list: unknown[] = Array.isArray(values[0]) ? values[0] : values
  const options: ConnectOptions = {}
  const [first, second] = list
  if (typeof first === 'object' && first !== null) {
    // Inherited options count too: Node reads them.
    for (const name in first) options[name] = Reflect.get(first, name)
  } else if (typeof first === 'string' && !(Number(first) >= 0)) options.path = first
  else {
    options.port = first
    if (typeof second === 'string') options.host = second
  }
  const last = list[list.length - 1]
  return { options, callback: typeof last === 'function' ? last : undefined }
}

/** Datagrams go through `dns.lookup` unless a socket has its own lookup. */
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
  throw new Error('The function process.binding() is not available: AP_NETWORK_MODE is STRICT')
}
