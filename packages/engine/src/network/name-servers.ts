import dns from 'node:dns'
import type { AddressPolicy } from './addresses.ts'
import { blockedError } from './blocked.ts'
import { serverAddress } from './lookup.ts'
import { seal } from './seal.ts'

const { apply } = Reflect

/**
 * Changing the default servers rebinds the functions of the modules from those of the prototypes: the modules must
 * allow that.
 */
function replace(owner: object, name: string, value: unknown): void {
  if (owner === dns || owner === dns.promises) Reflect.set(owner, name, value)
  else seal(owner, name, value)
}

type Callback = (error: unknown, ...answer: unknown[]) => void

/**
 * Queries to name servers: only public servers may be chosen, and answers with a forbidden address are errors, as for
 * lookups.
 */
export function guardNameServers(policy: AddressPolicy): void {
  const withCallbacks: object[] = [dns, dns.Resolver.prototype]
  const withPromises: object[] = [dns.promises, dns.promises.Resolver.prototype]
  for (const owner of [...withCallbacks, ...withPromises]) guardServers(policy, owner)
  for (const owner of [...withCallbacks, ...withPromises]) guardQuestions(policy, owner, ['reverse', 'lookupService'])
  for (const name of ['resolve', 'resolve4', 'resolve6', 'resolveAny']) {
    for (const owner of withCallbacks) wrapCallback(owner, name, (host, answer) => badIn(policy, host, answer))
    for (const owner of withPromises) wrapPromise(owner, name, (host, answer) => badIn(policy, host, answer))
  }
}

function guardServers(policy: AddressPolicy, owner: object): void {
  const setServers: unknown = Reflect.get(owner, 'setServers')
  if (typeof setServers !== 'function') return
  seal(owner, 'setServers', function (this: unknown, servers: readonly string[]) {
    const texts = Array.from(servers, String)
    for (const text of texts) if (!policy.allows(serverAddress(text))) throw blockedError(text, serverAddress(text))
    return apply(setServers, this, [texts])
  })
}

/** Reverse queries: the names of internal addresses must not be revealed. */
function guardQuestions(policy: AddressPolicy, owner: object, names: readonly string[]): void {
  for (const name of names) {
    const original: unknown = Reflect.get(owner, name)
    if (typeof original !== 'function') continue
    replace(owner, name, function (this: unknown, address: unknown, ...rest: unknown[]) {
      const text = String(address)
      if (isAddress(text) && !policy.allows(text)) throw blockedError(text, text)
      return apply(original, this, [text, ...rest])
    })
  }
}

/** The error for an answer with a forbidden address. */
function badIn(policy: AddressPolicy, host: string, answer: unknown): Error | undefined {
  if (!Array.isArray(answer)) return undefined
  for (let i = 0; i < answer.length; i++) {
    const entry: unknown = answer[i]
    // Plain text, or a record: types other than A and AAAA have no address.
    const address = typeof entry === 'string' ? entry : Reflect.get(Object(entry), 'address')
    if (typeof address === 'string' && isAddress(address) && !policy.allows(address)) return blockedError(host, address)
  }
  return undefined
}

const isAddress = (text: string): boolean => /^[\d.]+$|^[\da-f:.]*:[\da-f:.]*$/i.test(text)

type Judge = (host: string, answer: unknown) => Error | undefined

function wrapCallback(owner: object, name: string, judge: Judge): void {
  const original: unknown = Reflect.get(owner, name)
  if (typeof original !== 'function') return
  replace(owner, name, function (this: unknown, host: string, ...rest: unknown[]) {
    const last = rest.pop()
    if (typeof last !== 'function') return apply(original, this, [host, ...rest, last])
    const answer: Callback = (...values) => apply(last, undefined, values)
    const judged: Callback = (error, found) => {
      const bad = error ? undefined : judge(host, found)
      if (bad) answer(bad)
      else answer(error, found)
    }
    return apply(original, this, [host, ...rest, judged])
  })
}

function wrapPromise(owner: object, name: string, judge: Judge): void {
  const original: unknown = Reflect.get(owner, name)
  if (typeof original !== 'function') return
  replace(owner, name, async function (this: unknown, host: string, ...rest: unknown[]) {
    const found: unknown = await apply(original, this, [host, ...rest])
    const bad = judge(host, found)
    if (bad) throw bad
    return found
  })
}
