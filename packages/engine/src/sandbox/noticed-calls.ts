/**
 * Functions of Node.js that change a state inside of it, which nothing can read afterwards: flags of V8, hooks, trusted
 * certificates, priority. They do what they always do, and are noticed.
 */
const CALLS: Record<string, readonly string[]> = {
  v8: ['setFlagsFromString', 'setHeapSnapshotNearHeapLimit'],
  crypto: ['setEngine'],
  tls: ['setDefaultCACertificates'],
  os: ['setPriority'],
  module: ['register', 'registerHooks', 'setSourceMapsSupport', 'enableCompileCache'],
  async_hooks: ['createHook'],
  process: ['setSourceMapsEnabled', 'addUncaughtExceptionCaptureCallback'],
}

export interface NoticedCalls {
  /** Whether such a function was called since the beginning. */
  wereMade(): boolean
  /** Gives those who import single names what the modules have now, if code asked for that since the last call. */
  handOn(): void
}

/** Puts functions in place of others, which notice their calls. To be called before what is shared is remembered. */
export function noticeCalls(): NoticedCalls {
  let made = false
  let handedOn = false
  for (const [name, members] of Object.entries(CALLS)) {
    const holder = process.getBuiltinModule(name)
    for (const member of members)
      replace(holder, member, () => {
        made = true
      })
  }
  const module = process.getBuiltinModule('module')
  const { syncBuiltinESMExports } = module
  replace(module, 'syncBuiltinESMExports', () => {
    handedOn = true
  })
  syncBuiltinESMExports()
  return {
    wereMade: () => made,
    handOn() {
      if (!handedOn) return
      handedOn = false
      syncBuiltinESMExports()
    },
  }
}

/** Leaves out what this version of Node.js does not have. */
function replace(holder: object | undefined, member: string, notice: () => void): void {
  if (holder === undefined) return
  const original: unknown = Reflect.get(holder, member)
  if (typeof original !== 'function') return
  const { apply, defineProperty } = Reflect
  const noticed = function (this: unknown, ...values: unknown[]): unknown {
    notice()
    return apply(original, this, values)
  }
  defineProperty(noticed, 'name', { value: member, configurable: true })
  defineProperty(noticed, 'length', { value: original.length, configurable: true })
  defineProperty(holder, member, { value: noticed, configurable: true, enumerable: true, writable: true })
}
