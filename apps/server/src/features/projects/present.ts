import type { ProjectWithLimits } from '@piecework/api/projects'
import { z } from 'zod'
import { readable, readableMap } from '../../database/readable.ts'
import type { Projects } from './service.ts'
import type { ProjectFigures, ProjectRow } from './store.ts'

const Icon = z.object({ color: z.string() })
const DEFAULT_ICON = { color: 'BLUE' }
const NOTHING: ProjectFigures = { totalUsers: 1, activeUsers: 1, totalFlows: 0, activeFlows: 0 }

type Known = Pick<Projects, 'figures' | 'plans'>

/** Projects with what they may use and how they are used. */
export async function presentProjects(projects: Known, rows: readonly ProjectRow[]): Promise<ProjectWithLimits[]> {
  const ids = rows.map((row) => row.id)
  const [figures, plans] = await Promise.all([projects.figures(ids), projects.plans(ids)])
  return rows.map((row) => ({
    ...shown(row),
    plan: plans.get(row.id) ?? defaultPlan(row),
    analytics: figures.get(row.id) ?? NOTHING,
  }))
}

export async function presentProject(projects: Known, row: ProjectRow): Promise<ProjectWithLimits> {
  const [figures, plans] = await Promise.all([projects.figures([row.id]), projects.plans([row.id])])
  return { ...shown(row), plan: plans.get(row.id) ?? defaultPlan(row), analytics: figures.get(row.id) ?? NOTHING }
}

/** The choices of people, as far as they can be read. */
const shown = ({ icon, metadata, ...row }: ProjectRow) => ({
  ...row,
  icon: readable(Icon, icon, DEFAULT_ICON),
  metadata: readableMap(metadata),
})

const defaultPlan = ({ id, created, updated }: ProjectRow): ProjectWithLimits['plan'] => ({
  id,
  created,
  updated,
  projectId: id,
  locked: false,
  name: 'standard',
  piecesFilterType: 'NONE',
  pieces: [],
})
