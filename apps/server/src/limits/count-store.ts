import type { Redis } from 'ioredis'
import { sql } from 'kysely'
import type { Db } from '../database/open.ts'
import type { Count, CountStore } from './shared-counters.ts'

/** Counts in the database. A window takes the place of the one before it. */
export function createDatabaseCounts(db: Db): CountStore {
  return {
    async add(counts) {
      const rows = counts.map(({ key, lengthMs, start, used }) => ({ key, lengthMs, start: new Date(start), used }))
      // Every app locks the rows in the same order.
      const sorted = rows.toSorted((a, b) => a.lengthMs - b.lengthMs || (a.key < b.key ? -1 : 1))
      const known = await db
        .insertInto('api_count')
        .values(sorted)
        .onConflict((conflict) =>
          conflict.columns(['key', 'lengthMs']).doUpdateSet({
            used: sql`case when api_count.start < excluded.start then excluded.used
              when api_count.start = excluded.start then api_count.used + excluded.used else api_count.used end`,
            start: sql`greatest(api_count.start, excluded.start)`,
          }),
        )
        .returning(['key', 'lengthMs', 'start', 'used'])
        .execute()
      const totals = new Map(known.map((row) => [nameOf(row.key, row.lengthMs, Date.parse(row.start)), row.used]))
      return counts.map(({ key, lengthMs, start, used }) => totals.get(nameOf(key, lengthMs, start)) ?? used)
    },
  }
}

/** Counts in Redis, which forgets them with their windows. */
export function createRedisCounts(redis: Redis): CountStore {
  return {
    async add(counts) {
      const commands = redis.pipeline()
      for (const { key, lengthMs, start, used } of counts) {
        const name = `piecework:api-count:${nameOf(key, lengthMs, start)}`
        commands.incrby(name, used).pexpireat(name, start + 2 * lengthMs)
      }
      const answers = (await commands.exec()) ?? []
      return counts.map((count, index) => totalOf(answers[2 * index], count))
    },
    close: () => redis.disconnect(),
  }
}

function totalOf([error, total]: [Error | null, unknown] = [null, undefined], { used }: Count): number {
  if (error) throw error
  return typeof total === 'number' ? total : used
}

const nameOf = (key: string, lengthMs: number, start: number): string => `${lengthMs}:${start}:${key}`

/** Removes counts whose windows began before the given time. */
export async function deleteOldCounts(db: Db, before: Date): Promise<void> {
  await db.deleteFrom('api_count').where('start', '<', before.toISOString()).execute()
}
