import type dns from 'node:dns'
import { isIP } from 'node:net'
import type { AddressPolicy } from './addresses.ts'
import { blockedError } from './blocked.ts'
import type { AllowedTargets } from './handles.ts'

/** The common form of `dns.lookup` that all others are reduced to. */
export type Lookup = (
  hostname: string,
  options: dns.LookupOptions,
  callback: (error: NodeJS.ErrnoException | null, address: string | dns.LookupAddress[], family?: number) => void,
) => void

type LookupCallback = (error: unknown, address?: unknown, family?: unknown) => void

const { apply } = Reflect

/**
 * A lookup that fails when any address of the name is not allowed: with a choice, a caller could take the forbidden
 * one.
 * @param exemptHosts names that may resolve to any address
 */
export function checkedLookup(policy: AddressPolicy, lookup: Lookup, exemptHosts: readonly string[]) {
  return (hostname: string, ...rest: unknown[]): void => {
    const callback = rest[rest.length - 1]
    if (typeof callback !== 'function') throw new TypeError('The function dns.lookup needs a callback')
    const answer: LookupCallback = (...values) => apply(callback, undefined, values)
    const options = rest.length > 1 ? rest[0] : {}
    apply(lookup, undefined, [
      hostname,
      options,
      (error: NodeJS.ErrnoException | null, address: unknown, family: unknown) => {
        if (error) return answer(error)
        const found = readAnswer(address, family)
        const bad = isOneOf(exemptHosts, hostname) ? undefined : firstBlocked(policy, found.addresses)
        if (bad !== undefined) answer(blockedError(hostname, bad))
        else if (found.all) answer(null, found.addresses)
        else answer(null, found.addresses[0]?.address ?? null, found.addresses[0]?.family ?? family)
      },
    ])
  }
}

/** The same for `dns.promises.lookup`. */
export function checkedPromiseLookup(
  policy: AddressPolicy,
  lookup: (hostname: string, options: dns.LookupOptions) => Promise<unknown>,
  exemptHosts: readonly string[],
) {
  return async (hostname: string, options: dns.LookupOptions = {}): Promise<unknown> => {
    const answer: unknown = await lookup(hostname, options)
    const found = readAnswer(
      Array.isArray(answer) ? answer : Reflect.get(Object(answer), 'address'),
      Reflect.get(Object(answer), 'family'),
    )
    const bad = isOneOf(exemptHosts, hostname) ? undefined : firstBlocked(policy, found.addresses)
    if (bad !== undefined) throw blockedError(hostname, bad)
    return answer
  }
}

/** A lookup that records the addresses it found. */
export function recordingLookup(lookup: Lookup, allowedTargets: AllowedTargets, port: number): Lookup {
  return (hostname, options, callback) =>
    lookup(hostname, options, (error, found, family) => {
      for (const { address } of readAnswer(found, family).addresses) allowedTargets.add(address, port)
      callback(error, found, family)
    })
}

/** A lookup in the form of `dns.promises.lookup`. */
export const promisifyLookup =
  (lookup: Lookup) =>
  (hostname: string, options: dns.LookupOptions = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      lookup(hostname, options, (error, found, family) => {
        if (error) reject(error)
        else resolve(Array.isArray(found) ? found : { address: found, family })
      })
    })

/** Not `includes`: user code may replace methods of prototypes. */
function isOneOf(hosts: readonly string[], host: string): boolean {
  for (let i = 0; i < hosts.length; i++) if (hosts[i] === host) return true
  return false
}

/** Copies of the answer, so that the checked values are the used ones. */
function readAnswer(address: unknown, family: unknown): { all: boolean; addresses: dns.LookupAddress[] } {
  if (!Array.isArray(address)) {
    if (typeof address !== 'string') return { all: false, addresses: [] }
    return { all: false, addresses: [{ address, family: Number(family) || isIP(address) }] }
  }
  const addresses = address.map((entry: unknown) => ({
    address: String(Reflect.get(Object(entry), 'address')),
    family: Number(Reflect.get(Object(entry), 'family')),
  }))
  return { all: true, addresses }
}

function firstBlocked(policy: AddressPolicy, addresses: readonly dns.LookupAddress[]): string | undefined {
  for (let i = 0; i < addresses.length; i++) {
    const address = addresses[i]?.address ?? ''
    if (!policy.allows(address)) return address
  }
  return undefined
}

/** The address in `1.2.3.4:53`, `[::1]:53` or a bare address. */
export function serverAddress(text: string): string {
  const bracketed = /^\[([^\]]+)\]/.exec(text)
  if (bracketed?.[1]) return bracketed[1]
  return isIP(text) !== 0 ? text : text.replace(/:\d+$/, '')
}
