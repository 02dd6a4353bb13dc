import { LRUCache } from 'lru-cache'
import type { Db } from '../database/open.ts'

/** What limits the runs of a project: its pool, or the project alone. */
export interface Quota {
  /** The id of the pool or the project. */
  bucket: string
  /** Runs at a time. */
  cap: number
}

/** The limits of projects, remembered for a while; what must not be wrong asks the database in its claim. */
export interface Limits {
  /** null: nothing limits this project. */
  of(projectId: string): Promise<Quota | null>
  forget(): void
}

const CACHED_PROJECTS = 5000
const CACHE_MS = 60_000

/** @param defaultLimit null when nothing is limited. */
export function createLimits(db: Db, defaultLimit: number | null): Limits {
  const cache = new LRUCache<string, Quota>({ max: CACHED_PROJECTS, ttl: CACHE_MS })
  return {
    async of(projectId) {
      if (defaultLimit === null) return null
      const known = cache.get(projectId)
      if (known) return known
      const row = await db
        .selectFrom('project as p')
        .leftJoin('concurrency_pool as c', 'c.id', 'p.poolId')
        .select(['p.poolId', 'p.maxConcurrentJobs as own', 'c.maxConcurrentJobs as pooled'])
        .where('p.id', '=', projectId)
        .executeTakeFirst()
      const quota = { bucket: row?.poolId ?? projectId, cap: row?.pooled ?? row?.own ?? defaultLimit }
      cache.set(projectId, quota)
      return quota
    },
    forget: () => cache.clear(),
  }
}
