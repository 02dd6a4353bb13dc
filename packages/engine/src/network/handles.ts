import type { AddressPolicy } from './addresses.ts'
import { blockedError } from './blocked.ts'
import { isExempt, type Origin } from './exempt.ts'
import { seal } from './seal.ts'

/** Targets that may be connected to although they are not public addresses. */
export interface AllowedTargets {
  /** Adds an address and port that the name of an exempt host resolved to. */
  add(address: string, port: number): void
  /** Adds every loopback address on this port. */
  addLoopback(port: number): void
  has(address: string, port: number): boolean
}

/** More than the addresses of the API. */
const MAX_LEARNT = 64
/** The system's error for a forbidden connection. */
const EACCES = -13

const { apply } = Reflect

/** @param fixed hosts that are addresses; the addresses of names are added later */
export function createAllowedTargets(fixed: readonly Origin[]): AllowedTargets {
  const learnt: Origin[] = []
  const loopback: Origin[] = []
  return {
    add(host, port) {
      if (isExempt(learnt, host, port)) return
      if (learnt.length >= MAX_LEARNT) learnt.shift()
      learnt.push({ host, port })
    },
    addLoopback(port) {
      loopback.push({ host: '127', port })
    },
    has: (address, port) =>
      isExempt(fixed, address, port) ||
      isExempt(learnt, address, port) ||
      (address.startsWith('127.') && isExempt(loopback, '127', port)),
  }
}

/**
 * Checks the last layer in JavaScript before the system: the handles under sockets, which code can get without the
 * modules. A bad address here has bypassed the checks that give a message.
 * @param path the only local socket that may be connected to
 */
export function guardHandles(policy: AddressPolicy, allowedTargets: AllowedTargets, path: string | undefined): void {
  const allowed = (address: unknown, port: unknown): boolean =>
    typeof address === 'string' && (policy.allows(address) || allowedTargets.has(address, Number(port)))

  const tcp = prototypeOf('tcp_wrap', 'TCP')
  const udp = prototypeOf('udp_wrap', 'UDP')
  for (const [prototype, name] of [
    [tcp, 'connect'],
    [tcp, 'connect6'],
  ] as const)
    wrap(prototype, name, (call, [request, address, port, ...rest]) =>
      allowed(address, port) ? call([request, address, port, ...rest]) : EACCES,
    )
  for (const name of ['connect', 'connect6'])
    wrap(udp, name, (call, [address, port, ...rest]) =>
      allowed(address, port) ? call([address, port, ...rest]) : EACCES,
    )
  for (const name of ['send', 'send6'])
    wrap(udp, name, (call, values) => {
      // A connected socket no longer has an address argument.
      const [request, list, count, port, address, ...rest] = values
      if (typeof address !== 'string') return call(values)
      return allowed(address, port) ? call([request, list, count, port, address, ...rest]) : EACCES
    })
  wrap(prototypeOf('pipe_wrap', 'Pipe'), 'connect', (call, [request, name, ...rest]) =>
    path !== undefined && name === path ? call([request, name, ...rest]) : EACCES,
  )
  wrap(prototypeOf('cares_wrap', 'ChannelWrap'), 'setServers', (call, [servers]) => {
    const copy = Array.isArray(servers) ? servers.map((server: unknown) => [...Object(server)]) : []
    for (const [, address] of copy) if (!allowed(address, 53)) throw blockedError('name server', String(address))
    return call([copy])
  })
}

type Call = (values: unknown[]) => unknown

/** @param check gets the original, bound to its object, and the values */
function wrap(prototype: object, name: string, check: (call: Call, values: unknown[]) => unknown): void {
  const original: unknown = Reflect.get(prototype, name)
  if (typeof original !== 'function') return
  seal(prototype, name, function (this: unknown, ...values: unknown[]) {
    return check((checked) => apply(original, this, checked), values)
  })
}

function prototypeOf(binding: string, name: string): object {
  const get: unknown = Reflect.get(process, 'binding')
  const handles: unknown = typeof get === 'function' ? Reflect.apply(get, process, [binding]) : undefined
  const prototype: unknown = Reflect.get(Object(Reflect.get(Object(handles), name)), 'prototype')
  if (typeof prototype !== 'object' || prototype === null)
    throw new Error(`This release of Node.js has no ${name}: AP_NETWORK_MODE=STRICT cannot be kept with it`)
  return prototype
}
