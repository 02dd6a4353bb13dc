import { sql } from 'kysely'
import { LRUCache } from 'lru-cache'
import type { Db } from '../../database/open.ts'

/** In how many projects of a platform the latest versions of flows use each piece, by name. */
export type PieceUsage = (platformId: string) => Promise<ReadonlyMap<string, number>>

/** Counting reads every flow of the platform: what is a few minutes old will do. */
const KEPT_MS = 10 * 60_000
const CACHED_PLATFORMS = 100

export function createPieceUsage(db: Db): PieceUsage {
  const cache = new LRUCache<string, Promise<ReadonlyMap<string, number>>>({ max: CACHED_PLATFORMS, ttl: KEPT_MS })

  const count = async (platformId: string): Promise<ReadonlyMap<string, number>> => {
    const result = await sql<{ name: string; projects: number }>`
      select name, count(distinct "projectId")::int as projects from (
        select f."projectId", jsonb_path_query(v.trigger::jsonb, '$.**.settings.pieceName') #>> '{}' as name
        from project p join flow f on f."projectId" = p.id
        cross join lateral (
          select trigger from flow_version where "flowId" = f.id order by id desc limit 1
        ) v
        where p."platformId" = ${platformId} and p.deleted is null
      ) used group by name`.execute(db)
    return new Map(result.rows.map(({ name, projects }) => [name, projects]))
  }

  return (platformId) => {
    const known = cache.get(platformId)
    if (known) return known
    const counting = count(platformId)
    cache.set(platformId, counting)
    counting.catch(() => cache.delete(platformId))
    return counting
  }
}
