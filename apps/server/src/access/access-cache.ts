import { LRUCache } from 'lru-cache'

/** Answers of the database that are remembered until something changes, and for a short while at most. */
export interface AccessCache<V extends object> {
  /** @returns the remembered value, else the one that `look` finds. A missing value is not remembered. */
  get(key: string, look: () => Promise<V | undefined>): Promise<V | undefined>
  forget(matches: (value: V, key: string) => boolean): void
}

/** Several memories that forget together. */
export interface AccessCaches {
  of<V extends object>(maxEntries: number): AccessCache<V>
  /** Before anything is forgotten: what is being looked up at this moment may be out of date, and is not kept. */
  changed(): void
  /** Forgets everything, and keeps nothing new while changes cannot be heard of. */
  forgetAll(hears: boolean): void
}

/** A change by hand in the database, or of an app of an older release, is seen after this time at the latest. */
const REMEMBER_MS = 30_000

export function createAccessCaches(): AccessCaches {
  const caches: { clear(): void }[] = []
  let changes = 0
  let keeps = true

  return {
    of<V extends object>(maxEntries: number): AccessCache<V> {
      const cache = new LRUCache<string, V>({ max: maxEntries, ttl: REMEMBER_MS })
      caches.push(cache)
      return {
        async get(key, look) {
          const known = cache.get(key)
          if (known) return known
          const before = changes
          const found = await look()
          if (found && before === changes && keeps) cache.set(key, found)
          return found
        },
        forget(matches) {
          for (const [key, value] of cache.entries()) if (matches(value, key)) cache.delete(key)
        },
      }
    },
    changed() {
      changes++
    },
    forgetAll(hears) {
      changes++
      keeps = hears
      for (const cache of caches) cache.clear()
    },
  }
}
