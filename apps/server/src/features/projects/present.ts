import type { ProjectWithLimits } from '@piecework/api/projects'
import type { Projects } from './service.ts'
import type { ProjectFigures, ProjectRow } from './store.ts'

const NOTHING: ProjectFigures = { totalUsers: 1, activeUsers: 1, totalFlows: 0, activeFlows: 0 }

/** Projects with what they may use and how they are used. */
export async function presentProjects(
  projects: Pick<Projects, 'figures' | 'plans'>,
  rows: readonly ProjectRow[],
): Promise<ProjectWithLimits[]> {
  const ids = rows.map((row) => row.id)
  const [figures, plans] = await Promise.all([projects.figures(ids), projects.plans(ids)])
  return rows.map((row) => ({
    ...row,
    plan: plans.get(row.id) ?? {
      id: row.id,
      created: row.created,
      updated: row.updated,
      projectId: row.id,
      locked: false,
      name: 'standard',
      piecesFilterType: 'NONE',
      pieces: [],
    },
    analytics: figures.get(row.id) ?? NOTHING,
  }))
}

export async function presentProject(
  projects: Pick<Projects, 'figures' | 'plans'>,
  row: ProjectRow,
): Promise<ProjectWithLimits | undefined> {
  const [presented] = await presentProjects(projects, [row])
  return presented
}
