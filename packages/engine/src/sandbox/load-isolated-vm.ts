import { createRequire } from 'node:module'
import type ivm from 'isolated-vm'

declare const require: NodeJS.Require | undefined

/**
 * Loads the native module only where a mode needs it. A bundle of this package lies outside of any node_modules
 * and brings its own `require`, which knows where they are.
 */
export function loadIsolatedVm(): typeof ivm {
  const load = typeof require === 'function' ? require : createRequire(import.meta.url)
  return load('isolated-vm')
}
