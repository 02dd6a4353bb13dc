import Module from 'node:module'

/** Looks after the modules that Node.js has loaded from files: pieces, and what they and code require. */
export interface ModuleCache {
  /**
   * Takes away what no loading put there. To be called after every run.
   * @returns whether what was loaded before is still there, and still gives what it gave
   */
  mend(): boolean
}

// Captured before any user code runs.
const { get, deleteProperty } = Reflect
const { keys: namesOf } = Object
const isModule = (value: unknown): value is Module => value instanceof Module

/** Remembers the modules that are loaded now; undefined where this version of Node.js does not show them. */
export function rememberModuleCache(): ModuleCache | undefined {
  const found: unknown = get(Module, '_cache')
  if (typeof found !== 'object' || found === null) return undefined
  const cache = found
  const known = new Map<string, { module: Module; exports: unknown }>()

  /** Modules that were loaded since are known from here on: those of pieces stay for the next runs. */
  const takeIn = (): void => {
    for (const name of namesOf(cache)) {
      if (known.has(name)) continue
      const module: unknown = get(cache, name)
      if (isModule(module) && module.filename === name) known.set(name, { module, exports: module.exports })
      else deleteProperty(cache, name)
    }
  }
  takeIn()
  return {
    mend() {
      if (get(Module, '_cache') !== cache) return false
      for (const [name, { module, exports }] of known)
        if (get(cache, name) !== module || module.exports !== exports) return false
      takeIn()
      return true
    },
  }
}
