import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { LRUCache } from 'lru-cache'
import type { Db } from '../../database/open.ts'
import { countUsesOfPieces } from './store.ts'

/** In how many projects of a platform the latest versions of flows use each piece, by name. */
type Counts = ReadonlyMap<string, number>

export interface PieceUsage {
  /** Waits for the numbers. @throws what the database throws */
  counted(platformId: string): Promise<Counts>
  /**
   * For lists that show the numbers by the way: those of a while ago while new ones are counted, and none when the
   * first count takes long. It never fails.
   */
  known(platformId: string): Promise<Counts>
}

/** Counting reads every flow of the platform: what is a few minutes old will do. */
const KEPT_MS = 10 * 60_000
const CACHED_PLATFORMS = 100
const PATIENCE_MS = 50
const NONE: Counts = new Map()

export function createPieceUsage(db: Db): PieceUsage {
  const cache = new LRUCache<string, { counts: Counts; until: number }>({ max: CACHED_PLATFORMS })
  const counting = new Map<string, Promise<Counts>>()

  const count = async (platformId: string): Promise<Counts> => {
    const counts: Counts = await countUsesOfPieces(db, platformId)
    const before = cache.get(platformId)?.counts
    // The same object stands for the same numbers: lists that show them stay as they are.
    const kept = isDeepStrictEqual(before, counts) && before ? before : counts
    cache.set(platformId, { counts: kept, until: Date.now() + KEPT_MS })
    return kept
  }

  const counted = (platformId: string): Promise<Counts> => {
    const known = cache.get(platformId)
    if (known && known.until > Date.now()) return Promise.resolve(known.counts)
    const running = counting.get(platformId)
    if (running) return running
    const started = count(platformId).finally(() => counting.delete(platformId))
    counting.set(platformId, started)
    return started
  }

  return {
    counted,
    async known(platformId) {
      const fallback = cache.get(platformId)?.counts
      const fresh = counted(platformId).catch(() => fallback ?? NONE)
      return fallback ?? Promise.race([fresh, sleep(PATIENCE_MS, NONE, { ref: false })])
    },
  }
}
