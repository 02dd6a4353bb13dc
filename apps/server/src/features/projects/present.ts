import { z } from 'zod'
import type { Projects } from './service.ts'
import { PROJECT_COLORS, type ProjectFigures, type ProjectRow } from './store.ts'

export const ProjectIcon = z.object({ color: z.enum(PROJECT_COLORS) })

export const ProjectWithLimits = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  ownerId: z.string(),
  displayName: z.string(),
  type: z.enum(['TEAM', 'PERSONAL']),
  platformId: z.string(),
  externalId: z.string().nullable(),
  maxConcurrentJobs: z.number().nullable(),
  icon: z.object({ color: z.string() }),
  releasesEnabled: z.boolean(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  poolId: z.string().nullable(),
  plan: z.object({
    id: z.string(),
    created: z.string(),
    updated: z.string(),
    projectId: z.string(),
    locked: z.boolean(),
    name: z.string(),
    piecesFilterType: z.enum(['NONE', 'ALLOWED']),
    pieces: z.array(z.string()),
  }),
  analytics: z.object({
    totalUsers: z.number(),
    activeUsers: z.number(),
    totalFlows: z.number(),
    activeFlows: z.number(),
  }),
})
export type ProjectWithLimits = z.infer<typeof ProjectWithLimits>

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
