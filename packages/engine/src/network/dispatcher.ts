import { isIP } from 'node:net'
import type { AddressPolicy } from './addresses.ts'
import { blockedError } from './blocked.ts'
import { isExempt, type Origin, originOf } from './exempt.ts'

const GLOBAL_DISPATCHER = Symbol.for('undici.globalDispatcher.1')

/**
 * Refuses literal addresses in `fetch` before they reach a proxy, whose refusal would look like an answer of the
 * target. Names are checked when they are resolved.
 */
export function guardDispatcher(policy: AddressPolicy, exempt: readonly Origin[]): void {
  // Node loads its client with the first use of any part of it.
  void new Response()
  const dispatcher: unknown = Reflect.get(globalThis, GLOBAL_DISPATCHER)
  const compose: unknown = Reflect.get(Object(dispatcher), 'compose')
  if (typeof compose !== 'function') return
  const guard = (dispatch: (options: object, handler: unknown) => unknown) => (options: object, handler: unknown) => {
    const { host, port } = originOf(String(Reflect.get(options, 'origin')))
    if (isIP(host) !== 0 && !policy.allows(host) && !isExempt(exempt, host, port)) throw blockedError(host, host)
    return dispatch(options, handler)
  }
  const guarded: unknown = Reflect.apply(compose, dispatcher, [guard])
  // Both names refer to it: newer clients use the second.
  for (const name of [GLOBAL_DISPATCHER, Symbol.for('undici.globalDispatcher.2')])
    if (Reflect.has(globalThis, name)) Reflect.set(globalThis, name, guarded)
}
