import { EventEmitter } from 'node:events'

/**
 * User code shares the engine's process with the runs after it. Its changes of shared state are undone when it has
 * ended: the environment, the built-ins of the language, the functions of the process. Additions, such as globals of
 * libraries, stay: libraries are loaded once, and rely on them.
 */
export interface GlobalsGuard {
  /** To be called after every step: it costs a few microseconds. */
  restore(): void
}

interface Kept {
  holder: object
  key: PropertyKey
  value: unknown
  descriptor: PropertyDescriptor
}

/** Remembers how everything is now. */
export function createGlobalsGuard(): GlobalsGuard {
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
    restore() {
      if (globalThis.process !== ownProcess) globalThis.process = ownProcess
      if (globalThis.Buffer !== ownBuffer) globalThis.Buffer = ownBuffer
      for (let i = 0; i < kept.length; i++) {
        const one = kept[i]
        if (one && get(one.holder, one.key) !== one.value) defineProperty(one.holder, one.key, one.descriptor)
      }
      // An enumerable property there shows up in every loop over any object.
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

/** The globals that much depends on; reading all of the global object would be slow. */
const GLOBALS = new Set<PropertyKey>(
  `Object Array Function String Number Promise Map Set Date Error JSON Math Reflect Symbol RegExp URL URLSearchParams
  fetch Headers Request Response FormData Blob AbortController AbortSignal TextEncoder TextDecoder structuredClone
  setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate queueMicrotask console`.split(/\s+/),
)

/** Members that the process has from its prototype, and that code could shadow. */
function inheritedByProcess(): Kept[] {
  const inherited = keptOf(EventEmitter.prototype).filter(({ key }) => !Object.hasOwn(process, key))
  return inherited.map((one) => ({ ...one, holder: process }))
}

/** The data properties of an object that never change by themselves, and that code could change. */
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
