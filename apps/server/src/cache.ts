import { LRUCache } from 'lru-cache'

/** Values by key, loaded once and kept until they change. */
export interface Cache<V> {
  /** @returns the kept value, or the one that is being loaded, else that of `load`. A failure is not kept. */
  get(key: string, load: () => Promise<V>): Promise<V>
  /** It has changed. A load that began before is not kept, and nobody else waits for it. */
  forget(key: string): void
  forgetAll(): void
}

interface Options<V> {
  /** Values at most; those that were not asked for longest go first. */
  max: number
  /** For values whose change may go unnoticed. */
  ttlMs?: number
  /** Which values may be kept: by default all. */
  keeps?: (value: V) => boolean
  /** false: each caller loads for itself, because a load that began a moment ago may miss a change. */
  sharesLoads?: boolean
}

export function createCache<V>({ max, ttlMs = 0, keeps = () => true, sharesLoads = true }: Options<V>): Cache<V> {
  const kept = new LRUCache<string, Promise<V>>({ max, ttl: ttlMs })
  /** The latest load of each key. Not among the kept, so that a flood of unknown keys pushes nothing out. */
  const loading = new Map<string, Promise<V>>()

  const begin = (key: string, load: () => Promise<V>): Promise<V> => {
    const begun: Promise<V> = load().then(
      (value) => {
        if (isOver() && keeps(value)) kept.set(key, begun)
        return value
      },
      (error: unknown) => {
        isOver()
        throw error
      },
    )
    /** Ends the load. @returns whether it is still the one that counts. */
    const isOver = (): boolean => loading.get(key) === begun && loading.delete(key)
    loading.set(key, begun)
    return begun
  }

  return {
    get: (key, load) => kept.get(key) ?? (sharesLoads ? loading.get(key) : undefined) ?? begin(key, load),
    forget(key) {
      loading.delete(key)
      kept.delete(key)
    },
    forgetAll() {
      loading.clear()
      kept.clear()
    },
  }
}
