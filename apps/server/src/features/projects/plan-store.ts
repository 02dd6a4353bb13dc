import { newId } from '@piecework/model/ids'
import type { Selectable } from 'kysely'
import type { Db } from '../../database/open.ts'
import type { ProjectPlanTable } from '../../database/schema.ts'

export type ProjectPlan = Selectable<ProjectPlanTable>

export interface PlanChanges {
  pieces?: string[] | undefined
  piecesFilterType?: 'NONE' | 'ALLOWED' | undefined
}

/** Reads the plans of projects, by project; projects without a plan are left out. */
export async function selectPlans(db: Db, projectIds: readonly string[]): Promise<Map<string, ProjectPlan>> {
  if (projectIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('project_plan')
    .selectAll()
    .where('projectId', 'in', [...projectIds])
    .execute()
  return new Map(rows.map((row) => [row.projectId, row]))
}

export async function upsertPlan(db: Db, projectId: string, { pieces, piecesFilterType }: PlanChanges): Promise<void> {
  const changes = { ...(pieces ? { pieces } : {}), ...(piecesFilterType ? { piecesFilterType } : {}) }
  await db
    .insertInto('project_plan')
    .values({ id: newId(), projectId, name: 'standard', ...changes })
    .onConflict((conflict) => conflict.column('projectId').doUpdateSet({ ...changes, updated: new Date() }))
    .execute()
}
