import { EventEmitter } from 'node:events'

/**
 * Code of users shares the engine's process with the runs after it. What it changed of what all code shares is put
 * back when it is over: the environment, the built-ins of the language, the functions of the process. What it only
 * added, such as globals of libraries, stays: they are loaded once, and count on it.
 */
export interface Mender {
  /** To be called after every step: it costs a few microseconds. */
  mend(): void
}

interface Kept {
  holder: object
  key: PropertyKey
  value: unknown
  descriptor: PropertyDescriptor
}

/** Remembers how everything is now. */
export function createMender(): Mender {
  // Accessors, which are asked for what they give.
  const { process: ownProcess, Buffer: ownBuffer } = globalThis
  const { env } = ownProcess
  const kept = [...holders().flatMap(keptOf), ...inheritedByProcess()]
  const variables = Object.keys(env).map((name) => ({ name, value: env[name] }))
  const isKnown = Set.prototype.has.bind(new Set<PropertyKey>(Object.keys(env)))
  // Found once, because the code may change where they are found. Plain loops, for the same reason.
  const { get, defineProperty, ownKeys, deleteProperty } = Reflect
  const ofAllObjects = Object.prototype
  const countOfAllObjects = ownKeys(ofAllObjects).length

  const mendEnvironment = (): void => {
    if (ownProcess.env !== env) ownProcess.env = env
    const names = ownKeys(env)
    for (let i = 0; i < names.length; i++) if (!isKnown(names[i])) deleteProperty(env, names[i] ?? '')
    for (let i = 0; i < variables.length; i++) {
      const { name, value } = variables[i] ?? {}
      if (name !== undefined && env[name] !== value) env[name] = value
    }
  }
  return {
    mend() {
      if (globalThis.process !== ownProcess) globalThis.process = ownProcess
      if (globalThis.Buffer !== ownBuffer) globalThis.Buffer = ownBuffer
      for (let i = 0; i < kept.length; i++) {
        const one = kept[i]
        if (one && get(one.holder, one.key) !== one.value) defineProperty(one.holder, one.key, one.descriptor)
      }
      // What is enumerable there shows up in every loop over any object.
      if (ownKeys(ofAllObjects).length !== countOfAllObjects) for (const key in {}) deleteProperty(ofAllObjects, key)
      mendEnvironment()
    },
  }
}

/** Objects whose functions the engine and most code are made of: the more of them, the longer every step takes. */
function holders(): object[] {
  const prototypes = [Object, Array, Function, String, Promise, Map, Set, Date].map(({ prototype }) => prototype)
  return [globalThis, process, console, Object, Array, Promise, JSON, Reflect, ...prototypes]
}

/** Of the globals, those that much depends on: the global object is slow to read. */
const GLOBALS = new Set<PropertyKey>(
  `Object Array Function String Number Promise Map Set Date Error JSON Math Reflect Symbol RegExp URL URLSearchParams
  fetch Headers Request Response FormData Blob AbortController AbortSignal TextEncoder TextDecoder structuredClone
  setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate queueMicrotask console`.split(/\s+/),
)

/** What the process has from its prototype, and could be covered up. */
function inheritedByProcess(): Kept[] {
  const inherited = keptOf(EventEmitter.prototype).filter(({ key }) => !Object.hasOwn(process, key))
  return inherited.map((one) => ({ ...one, holder: process }))
}

/** What of an object is data that never changes by itself, and that code could change. */
function keptOf(holder: object): Kept[] {
  return Reflect.ownKeys(holder).flatMap((key): Kept[] => {
    if (holder === globalThis && !GLOBALS.has(key)) return []
    const descriptor = Reflect.getOwnPropertyDescriptor(holder, key)
    if (descriptor?.configurable !== true || !('value' in descriptor)) return []
    const value: unknown = descriptor.value
    const isShared = typeof value === 'function' || (holder === globalThis && typeof value === 'object')
    return isShared ? [{ holder, key, value, descriptor }] : []
  })
}
