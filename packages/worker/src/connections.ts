import type { ConnectionAnswer } from '@piecework/engine/protocol'
import { LRUCache } from 'lru-cache'
import { sharedByKey } from './files.ts'
import type { ConnectionOf, LoadedConnection, WorkerSource } from './task.ts'

/** The connections that runs of this worker use: in memory, for a short while, and never on disk. */
export interface ConnectionCache {
  /** Never rejects. */
  get(of: ConnectionOf): Promise<ConnectionAnswer>
  /** Some have changed: all are asked for again. */
  forget(): void
}

const MAX_KEPT = 1000

export function createConnectionCache(source: Pick<WorkerSource, 'loadConnection'>): ConnectionCache {
  const kept = new LRUCache<string, LoadedConnection>({ max: MAX_KEPT })
  const once = sharedByKey<LoadedConnection>()
  /** Counts changes: what was asked for before one is not kept after it. */
  let age = 0

  return {
    async get(of) {
      const key = JSON.stringify([of.platformId, of.projectId, of.externalId])
      const known = kept.get(key)
      if (known) return known.answer
      const asked = age
      const lent = await once(`${asked} ${key}`, () => source.loadConnection(of))
      if (lent.keepMs > 0 && asked === age) kept.set(key, lent, { ttl: lent.keepMs })
      return lent.answer
    },
    forget() {
      age++
      kept.clear()
    },
  }
}
