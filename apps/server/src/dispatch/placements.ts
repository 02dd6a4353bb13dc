import { LRUCache } from 'lru-cache'
import type { Db } from '../database/open.ts'
import { PLATFORM_WORK } from '../queue/job.ts'

/** What limits the runs of a project: its pool, or the project alone. */
export interface Quota {
  /** The id of the pool or the project. */
  bucket: string
  /** Runs at a time. */
  cap: number
}

/** Where the work of a project is done, and how much of it at a time. */
export interface Placement {
  /** The group of workers that its platform is given to; null for the workers of all others. */
  group: string | null
  /** null: nothing limits this project. */
  quota: Quota | null
}

/** Remembered for a while; what must not be wrong asks the database in its claim. */
export interface Placements {
  of(projectId: string): Promise<Placement>
  forget(): void
}

const CACHED_PROJECTS = 5000
const CACHE_MS = 60_000

/** @param defaultLimit null when nothing is limited. */
export function createPlacements(db: Db, defaultLimit: number | null): Placements {
  const cache = new LRUCache<string, Placement>({ max: CACHED_PROJECTS, ttl: CACHE_MS })
  let generation = 0

  const look = async (projectId: string): Promise<Placement> => {
    if (projectId.startsWith(PLATFORM_WORK)) {
      const id = projectId.slice(PLATFORM_WORK.length)
      const row = await db.selectFrom('platform').select('workerGroupId').where('id', '=', id).executeTakeFirst()
      return { group: row?.workerGroupId ?? null, quota: null }
    }
    const row = await db
      .selectFrom('project as p')
      .innerJoin('platform as f', 'f.id', 'p.platformId')
      .leftJoin('concurrency_pool as c', 'c.id', 'p.poolId')
      .select(['f.workerGroupId', 'p.poolId', 'p.maxConcurrentJobs as own', 'c.maxConcurrentJobs as pooled'])
      .where('p.id', '=', projectId)
      .executeTakeFirst()
    const group = row?.workerGroupId ?? null
    if (defaultLimit === null) return { group, quota: null }
    return { group, quota: { bucket: row?.poolId ?? projectId, cap: row?.pooled ?? row?.own ?? defaultLimit } }
  }

  return {
    async of(projectId) {
      const known = cache.get(projectId)
      if (known) return known
      const began = generation
      const placement = await look(projectId)
      // What changed meanwhile must not be remembered as it was.
      if (began === generation) cache.set(projectId, placement)
      return placement
    },
    forget() {
      generation++
      cache.clear()
    },
  }
}
