import type { ApiPlan } from '@piecework/api/graph/plans'
import type { Db } from '../../database/open.ts'

/** Null for projects of other platforms: callers learn nothing about them. */
export async function selectApiPlan(db: Db, platformId: string, projectId: string): Promise<ApiPlan | null> {
  const project = await db
    .selectFrom('project')
    .select('apiPlan')
    .where('id', '=', projectId)
    .where('platformId', '=', platformId)
    .executeTakeFirst()
  return project?.apiPlan ?? null
}
