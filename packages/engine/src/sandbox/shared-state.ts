/**
 * The state that all code of a process shares: the globals and built-ins of the language, and the modules of Node.js.
 * It is walked once and recorded slot by slot. The comparison is code that is made for it, because a look at a known
 * property of a known object takes a few nanoseconds, and there are thousands.
 */
export interface SharedState {
  readonly slots: number
  /** Puts back what has another value; to be called after every step. @returns whether everything is as it was */
  putBack(): boolean
  /** Takes away what was added, and puts back accessors; to be called after every run. @returns as above */
  removeAdded(): boolean
}

interface Slot {
  holder: object
  key: PropertyKey
  value: unknown
  descriptor: PropertyDescriptor
}

interface Holder {
  holder: object
  /** The number of its own properties, hidden ones included. */
  keys: number
  /** Those that are not hidden, which are counted quickly. */
  enumerable: number
  isKnown(key: PropertyKey): boolean
  prototype: object | null
}

/** Modules that are looked after, as far as the engine itself has loaded them: loading more would cost every start. */
const MODULES = `async_hooks buffer child_process crypto diagnostics_channel dns dns/promises events fs fs/promises http
  https module net os path querystring stream string_decoder timers timers/promises tls url util zlib`
const LOADED_ANYWAY: ReadonlySet<string> = new Set(['fs', 'http', 'crypto', 'dns', 'dns/promises'])

/** Prototypes of what the modules export are reached within this many steps. */
const MAX_DEPTH = 4
/** The first so many objects (those of the language) are looked at for hidden keys after every run, others in turns. */
const ALWAYS = 40
const TURNS = 16
/** Nobody meets a property of a mere function, and there are thousands of them. */
const TURNS_OF_FUNCTIONS = 64
/** Comparisons in one function: longer ones are never compiled. */
const SLOTS_PER_CHECK = 250

// Captured before any user code runs.
const { apply, get, defineProperty, deleteProperty, ownKeys, getPrototypeOf, setPrototypeOf, isExtensible } = Reflect
const { getOwnPropertyDescriptor } = Reflect
const { keys: namesOf } = Object
const { syncBuiltinESMExports } = process.getBuiltinModule('module')
const lookupGetter: (key: PropertyKey) => unknown = Reflect.get(Object.prototype, '__lookupGetter__')

/** Remembers how everything is now. */
export function rememberSharedState(): SharedState {
  const { values, accessors, holders, functions } = walk()
  const own = instances().map((one) => holderOf(one))
  const checks: (() => boolean)[] = []
  for (let from = 0; from < values.length; from += SLOTS_PER_CHECK)
    checks.push(compileCheck(values.slice(from, from + SLOTS_PER_CHECK)))

  let turn = 0

  const hasChanged = (): boolean => {
    try {
      for (let i = 0; i < checks.length; i++) if (checks[i]?.() === true) return true
      return false
    } catch {
      // A getter of the code's own.
      return true
    }
  }
  return {
    slots: values.length + accessors.length,
    putBack() {
      for (let i = 0; i < own.length; i++) if (!putBackHolder(own[i])) return false
      if (!hasChanged()) return true
      for (let i = 0; i < values.length; i++) putBackValue(values[i])
      // Code may have handed its changes on to those who import single names.
      syncBuiltinESMExports()
      return !hasChanged()
    },
    removeAdded() {
      let isWhole = true
      for (let i = 0; i < accessors.length; i++) {
        const one = accessors[i]
        if (one === undefined || apply(lookupGetter, one.holder, [one.key]) === one.descriptor.get) continue
        if (!putBackAccessor(one)) isWhole = false
      }
      for (let i = 0; i < holders.length; i++) {
        const one = holders[i]
        if (one === undefined) continue
        const isSame = countEnumerable(one.holder) === one.enumerable && getPrototypeOf(one.holder) === one.prototype
        // Hidden ones take longer to see: where most code would meet them, and elsewhere by turns.
        const isTurn = i < ALWAYS || i % TURNS === turn % TURNS
        if ((!isSame || isTurn) && !putBackHolder(one)) isWhole = false
      }
      for (let i = turn; i < functions.length; i += TURNS_OF_FUNCTIONS)
        if (!putBackHolder(functions[i])) isWhole = false
      turn = (turn + 1) % TURNS_OF_FUNCTIONS
      return isWhole
    },
  }
}

/** Node.js keeps the clients of fetch there, from the first request on. */
const isOfFetch = (key: PropertyKey): boolean =>
  typeof key === 'symbol' && key.description?.startsWith('undici.') === true

function countKeys(keys: readonly PropertyKey[]): number {
  let count = 0
  for (let i = 0; i < keys.length; i++) if (typeof keys[i] !== 'symbol' || !isOfFetch(keys[i] ?? '')) count++
  return count
}

const countEnumerable = (holder: object): number => namesOf(holder).length

function putBackValue(slot: Slot | undefined): void {
  if (slot === undefined) return
  try {
    if (get(slot.holder, slot.key) === slot.value) return
  } catch {
    // A getter of the code's own.
  }
  defineProperty(slot.holder, slot.key, slot.descriptor)
}

function putBackAccessor(slot: Slot | undefined): boolean {
  if (slot === undefined) return true
  const now = getOwnPropertyDescriptor(slot.holder, slot.key)
  const { get: read, set: write } = slot.descriptor
  if (now !== undefined && now.get === read && now.set === write) return true
  // Globals that are made when they are first asked for give the same thing again.
  if (now !== undefined && 'value' in now && read !== undefined && now.value === apply(read, slot.holder, []))
    return true
  return defineProperty(slot.holder, slot.key, slot.descriptor)
}

function putBackHolder(one: Holder | undefined): boolean {
  if (one === undefined) return true
  const { holder, keys, isKnown, prototype } = one
  if (getPrototypeOf(holder) !== prototype && !setPrototypeOf(holder, prototype)) return false
  if (!isExtensible(holder)) return false
  const now = ownKeys(holder)
  if (countKeys(now) === keys) return true
  for (let i = 0; i < now.length; i++) {
    const key = now[i]
    if (key !== undefined && !isKnown(key) && !isOfFetch(key)) deleteProperty(holder, key)
  }
  return countKeys(ownKeys(holder)) === keys
}

/** A function that compares, written out: each comparison is a property of its own object to V8. */
function compileCheck(slots: readonly Slot[]): () => boolean {
  const lines = slots.map(({ key }, n) => {
    const place = typeof key === 'symbol' ? `h${n}[k${n}]` : `h${n}[${JSON.stringify(key)}]`
    return `if (${place} !== v${n}) return true`
  })
  const names = slots.map((_, n) => `h${n} = slots[${n}].holder, v${n} = slots[${n}].value, k${n} = slots[${n}].key`)
  const make: unknown = Reflect.construct(Function, [
    'slots',
    `const ${names.join(', ')}; return () => { ${lines.join('; ')}; return false }`,
  ])
  const check: unknown = typeof make === 'function' ? apply(make, undefined, [slots]) : undefined
  return typeof check === 'function' ? () => check() === true : () => false
}

function holderOf(holder: object, keys: readonly PropertyKey[] = ownKeys(holder)): Holder {
  const known = new Set(keys)
  return {
    holder,
    keys: countKeys(keys),
    enumerable: countEnumerable(holder),
    isKnown: known.has.bind(known),
    prototype: getPrototypeOf(holder),
  }
}

/** Every slot that code could change, the objects that hold them, and the mere functions that are in them. */
function walk(): { values: Slot[]; accessors: Slot[]; holders: Holder[]; functions: Holder[] } {
  const values: Slot[] = []
  const accessors: Slot[] = []
  const holders: Holder[] = []
  const mere = new Set<object>()
  // Has a state of its own, or is put back elsewhere.
  const { process: own } = globalThis
  const seen = new Set<object>([own.env, own.stdout, own.stderr, own.stdin])

  const visit = (holder: object, depth: number): void => {
    if (seen.has(holder) || depth > MAX_DEPTH) return
    seen.add(holder)
    const keys = ownKeys(holder)
    if (isExtensible(holder)) holders.push(holderOf(holder, keys))
    for (const key of keys) {
      const descriptor = getOwnPropertyDescriptor(holder, key)
      if (descriptor === undefined || isOfNoConcern(holder, key)) continue
      const value: unknown = descriptor.value
      if (!('value' in descriptor)) {
        if (descriptor.configurable === true) accessors.push({ holder, key, value, descriptor })
      } else if (descriptor.configurable === true || descriptor.writable === true) {
        values.push({ holder, key, value, descriptor })
      }
      if (isWalked(value, key)) visit(value, depth + 1)
      else if (typeof value === 'function' && isExtensible(value)) mere.add(value)
    }
    const prototype = getPrototypeOf(holder)
    if (prototype !== null) visit(prototype, depth + 1)
  }
  for (const root of roots()) visit(root, 0)
  const functions = [...mere].filter((one) => !seen.has(one)).map((one) => holderOf(one))
  return { values, accessors, holders, functions }
}

/** Classes and what gathers functions; what has a state of its own is left alone; mere functions are looked at by turns. */
function isWalked(value: unknown, key: PropertyKey): value is object {
  if (typeof value === 'function') return hasMembers(value)
  if (typeof value !== 'object' || value === null) return false
  const prototype = getPrototypeOf(value)
  return key === 'prototype' || prototype === Object.prototype || prototype === null
}

function hasMembers(value: object): boolean {
  if (ownKeys(value).some((key) => !PLAIN.has(key))) return true
  const prototype: unknown = getOwnPropertyDescriptor(value, 'prototype')?.value
  return typeof prototype === 'object' && prototype !== null && ownKeys(prototype).length > 1
}

/** Properties that every function has. */
const PLAIN: ReadonlySet<PropertyKey> = new Set(['name', 'length', 'prototype', 'arguments', 'caller'])

/** Properties that change by themselves, or that are never read. */
const STATE: ReadonlySet<PropertyKey> = new Set(
  `_events _eventsCount _maxListeners exitCode _exiting _startProfilerIdleNotifier _stopProfilerIdleNotifier domain _cache
  _pathCache _contextLoad globalPaths children title debugPort argv argv0 execArgv execPath env config versions release features
  report finalization`.split(/\s+/),
)

const isOfNoConcern = (holder: object, key: PropertyKey): boolean =>
  STATE.has(key) || (typeof holder === 'function' && (key === 'name' || key === 'length'))

function roots(): object[] {
  const loaded: unknown = Reflect.get(process, 'moduleLoadList')
  const isLoaded = (name: string) => Array.isArray(loaded) && loaded.includes(`NativeModule ${name}`)
  const modules = MODULES.split(/\s+/)
    .filter((name) => LOADED_ANYWAY.has(name) || isLoaded(name))
    .map((name) => process.getBuiltinModule(name))
  // Prototypes that no name leads to.
  const hidden = [
    [][Symbol.iterator](),
    new Map()[Symbol.iterator](),
    new Set()[Symbol.iterator](),
    ''[Symbol.iterator](),
    'a'.matchAll(/a/g),
    (function* () {})(),
    (async function* () {})(),
    async () => {},
    function* () {},
    async function* () {},
    helperOfIterators(),
    new URLSearchParams().keys(),
    clearedTimeout(),
    clearedImmediate(),
    process.getBuiltinModule('crypto').createSecretKey(Buffer.alloc(1)),
    ...fileHandles,
  ]
  const first = [Object, Array, Function, String, Number, Promise, Map, Set, RegExp, Date, Error].map(
    ({ prototype }) => prototype,
  )
  return [
    ...first,
    globalThis,
    process,
    ...modules.filter((one) => one !== undefined),
    // A getter gives it.
    process.getBuiltinModule('async_hooks').AsyncLocalStorage,
    ...hidden.map((one) => Object.getPrototypeOf(one)),
  ]
}

/** Objects with a state of their own, whose methods code could cover by properties that it adds. */
const instances = (): object[] => [console, crypto, crypto.subtle, performance]

/** A closed one, once it is there. */
const fileHandles: object[] = []

/** Only opening a file leads to the prototype of file handles: to be awaited before the state is remembered. */
export async function findFileHandles(): Promise<void> {
  const handle = await process.getBuiltinModule('fs').promises.open('/dev/null')
  await handle.close()
  fileHandles.push(handle)
}

/** The types of the language that is compiled to do not know it. */
function helperOfIterators(): object {
  const values = [].values()
  const map: unknown = get(values, 'map')
  return typeof map === 'function' ? Object(apply(map, values, [() => 0])) : values
}

function clearedTimeout(): object {
  const timer = setTimeout(() => {}, 1)
  clearTimeout(timer)
  return timer
}

function clearedImmediate(): object {
  const immediate = setImmediate(() => {})
  clearImmediate(immediate)
  return immediate
}
