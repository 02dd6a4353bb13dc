import type { Db } from '../database/open.ts'

export async function selectGroupOfPlatform(db: Db, id: string): Promise<string | null> {
  const row = await db.selectFrom('platform').select('workerGroupId').where('id', '=', id).executeTakeFirst()
  return row?.workerGroupId ?? null
}

/** Reads where the work of a project is done, and how much at a time, from the project and its pool. */
export function selectLimits(db: Db, projectId: string) {
  return db
    .selectFrom('project as p')
    .innerJoin('platform as f', 'f.id', 'p.platformId')
    .leftJoin('concurrency_pool as c', 'c.id', 'p.poolId')
    .select(['f.workerGroupId', 'p.poolId', 'p.maxConcurrentJobs as own', 'c.maxConcurrentJobs as pooled'])
    .where('p.id', '=', projectId)
    .executeTakeFirst()
}
