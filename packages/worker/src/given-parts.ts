import { createDiskCache } from './cache.ts'
import type { Sandbox } from './sandbox.ts'

type Options = Omit<Parameters<typeof createDiskCache>[0], 'held'>

/** The cache on disk, which keeps the parts that a sandbox was given as long as the sandbox lives. */
export function createGivenParts(options: Options) {
  /** The parts of the cache that each sandbox has been given. */
  const given = new Map<Sandbox, Set<string>>()
  const cache = createDiskCache({
    ...options,
    held() {
      for (const [sandbox, parts] of given) {
        if (sandbox.alive) continue
        given.delete(sandbox)
        // It may have used them until now.
        cache.use(parts)
      }
      return new Set([...given.values()].flatMap((parts) => [...parts]))
    },
  })
  const give = (sandbox: Sandbox, paths: string[]): void => {
    const parts = given.get(sandbox) ?? new Set()
    given.set(sandbox, parts)
    for (const part of cache.use(paths)) parts.add(part)
  }
  return { cache, give }
}
