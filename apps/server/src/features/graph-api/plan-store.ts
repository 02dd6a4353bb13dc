import type { ApiPlan } from '@piecework/api/graph/plans'
import type { Db } from '../../database/open.ts'

export async function selectApiPlan(db: Db, projectId: string): Promise<ApiPlan | null> {
  const project = await db.selectFrom('project').select('apiPlan').where('id', '=', projectId).executeTakeFirst()
  return project?.apiPlan ?? null
}
