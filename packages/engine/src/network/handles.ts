import type { AddressPolicy } from './addresses.ts'
import { blockedError } from './blocked.ts'
import { isExempt, type Origin } from './exempt.ts'
import { seal } from './seal.ts'

/** What may be connected to though it is no public address. */
export interface Permits {
  /** An address and port that the name of an exempt host led to. */
  add(address: string, port: number): void
  /** Every loopback address on this port. */
  addLoopback(port: number): void
  has(address: string, port: number): boolean
}

/** More than the addresses that the API has. */
const MAX_LEARNT = 64
/** What the system says of a connection that it forbids. */
const EACCES = -13

const { apply } = Reflect

/** @param fixed hosts that are addresses count; what names lead to is learnt */
export function createPermits(fixed: readonly Origin[]): Permits {
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
 * Checks the last thing in JavaScript before the system: the handles under sockets, which code can get hold of
 * without their modules. Whoever comes here with a bad address has gone around the checks with a message.
 * @param path the one local socket that may be connected to
 */
export function guardHandles(policy: AddressPolicy, permits: Permits, path: string | undefined): void {
  const allowed = (address: unknown, port: unknown): boolean =>
    typeof address === 'string' && (policy.allows(address) || permits.has(address, Number(port)))

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
      // A connected socket names no address any more.
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
