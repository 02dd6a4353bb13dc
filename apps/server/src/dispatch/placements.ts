import { createCache } from '../cache.ts'
import type { Db } from '../database/open.ts'
import { PLATFORM_WORK } from '../queue/job.ts'
import { selectGroupOfPlatform, selectLimits } from './store.ts'

/** The limit on the runs of a project: that of its pool, or its own. */
export interface Quota {
  /** The id of the pool or the project. */
  bucket: string
  /** Runs at a time. */
  cap: number
}

/** The workers that do the work of a project, and how much of it at a time. */
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
  const placements = createCache<Placement>({ max: CACHED_PROJECTS, ttlMs: CACHE_MS })

  const look = async (projectId: string): Promise<Placement> => {
    if (projectId.startsWith(PLATFORM_WORK)) {
      const id = projectId.slice(PLATFORM_WORK.length)
      return { group: await selectGroupOfPlatform(db, id), quota: null }
    }
    const row = await selectLimits(db, projectId)
    const group = row?.workerGroupId ?? null
    if (defaultLimit === null) return { group, quota: null }
    return { group, quota: { bucket: row?.poolId ?? projectId, cap: row?.pooled ?? row?.own ?? defaultLimit } }
  }

  return {
    of: (projectId) => placements.get(projectId, () => look(projectId)),
    forget: placements.forgetAll,
  }
}
