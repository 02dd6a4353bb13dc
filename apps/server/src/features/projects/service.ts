import { AppError, notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { SeekPage } from '@piecework/model/page'
import { type Db, isUniqueViolation } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import type { Events } from '../../events/events.ts'
import { forgetProjects, setSharedConnections, shareWithNewProject } from '../app-connections/project-link-store.ts'
import { selectPlatform } from '../platforms/store.ts'
import { type PlanChanges, type ProjectPlan, selectPlans, upsertPlan } from './plan-store.ts'
import {
  insertProject,
  markDeleted,
  type ProjectChanges,
  type ProjectFigures,
  type ProjectFilter,
  type ProjectRow,
  type ProjectScope,
  pageProjects,
  purgeDeletedProjects,
  selectFigures,
  selectProject,
  selectVisibleProjects,
  updateProject,
  upsertPool,
} from './store.ts'

export interface CreateProject {
  displayName: string
  externalId?: string | null | undefined
  metadata?: Record<string, unknown> | null | undefined
  maxConcurrentJobs?: number | null | undefined
  /** Connections of the platform that the project may use, and no others. */
  globalConnectionExternalIds?: readonly string[] | undefined
}

/** What a project needs of its flows when it goes. */
export interface ProjectFlows {
  /** Stops the triggers of every flow of the project and disables them. */
  disableAll(projectId: string): Promise<void>
}

export interface Projects {
  /** @throws AppError PROJECT_EXTERNAL_ID_ALREADY_EXISTS, ENTITY_NOT_FOUND for a connection of the platform */
  create(platformId: string, request: CreateProject): Promise<ProjectRow>
  /** @throws AppError ENTITY_NOT_FOUND */
  get(platformId: string, id: string): Promise<ProjectRow>
  list(scope: ProjectScope, filter: ProjectFilter, page: PageRequest): Promise<SeekPage<ProjectRow>>
  all(scope: ProjectScope): Promise<ProjectRow[]>
  /** @throws AppError PROJECT_EXTERNAL_ID_ALREADY_EXISTS, ENTITY_NOT_FOUND for a connection of the platform */
  update(
    platformId: string,
    id: string,
    changes: ProjectChanges & {
      plan?: PlanChanges | undefined
      globalConnectionExternalIds?: readonly string[] | undefined
    },
  ): Promise<ProjectRow>
  /** Hides the project and stops its flows at once. @throws AppError VALIDATION for a personal project. */
  remove(platformId: string, id: string): Promise<void>
  /** Takes away for good what was deleted before the given time. */
  purge(deletedBefore: Date): Promise<void>
  figures(ids: readonly string[]): Promise<Map<string, ProjectFigures>>
  plans(ids: readonly string[]): Promise<Map<string, ProjectPlan>>
}

interface Parts {
  db: Db
  flows: ProjectFlows
  /** The limit of runs at a time has changed. */
  events: Pick<Events, 'announce'>
}

export function createProjects({ db, flows, events }: Parts): Projects {
  const get = async (platformId: string, id: string): Promise<ProjectRow> => {
    const project = await selectProject(db, platformId, id)
    if (!project) throw notFound('project', id)
    return project
  }

  return {
    get,
    list: (scope, filter, page) => pageProjects(db, scope, filter, page),
    all: (scope) => selectVisibleProjects(db, scope),
    figures: (ids) => selectFigures(db, ids),
    plans: (ids) => selectPlans(db, ids),

    async purge(deletedBefore) {
      await db.transaction().execute(async (trx) => {
        await forgetProjects(trx, await purgeDeletedProjects(trx, deletedBefore))
      })
    },

    async create(platformId, { globalConnectionExternalIds, ...request }) {
      const platform = await selectPlatform(db, platformId)
      if (!platform) throw notFound('platform', platformId)
      const id = newId()
      await named(request.externalId, () =>
        db.transaction().execute(async (trx) => {
          await insertProject(trx, { ...request, id, platformId, ownerId: platform.ownerId, type: 'TEAM' })
          await shareWithNewProject(trx, platformId, id)
          await share(trx, platformId, id, globalConnectionExternalIds)
          if (request.maxConcurrentJobs) {
            const poolId = await upsertPool(trx, platformId, id, request.maxConcurrentJobs)
            await updateProject(trx, platformId, id, { poolId })
          }
        }),
      )
      return get(platformId, id)
    },

    async update(platformId, id, { plan, globalConnectionExternalIds, ...changes }) {
      const { maxConcurrentJobs } = changes
      await get(platformId, id)
      await named(changes.externalId, () =>
        db.transaction().execute(async (trx) => {
          if (plan) await upsertPlan(trx, id, plan)
          await share(trx, platformId, id, globalConnectionExternalIds)
          if (maxConcurrentJobs === undefined) return updateProject(trx, platformId, id, changes)
          const poolId = maxConcurrentJobs === null ? null : await upsertPool(trx, platformId, id, maxConcurrentJobs)
          return updateProject(trx, platformId, id, { ...changes, poolId })
        }),
      )
      if (maxConcurrentJobs !== undefined) events.announce('LIMITS_CHANGED', {})
      if (globalConnectionExternalIds !== undefined) events.announce('CONNECTIONS_CHANGED', {})
      return get(platformId, id)
    },

    async remove(platformId, id) {
      const project = await get(platformId, id)
      if (project.type === 'PERSONAL')
        throw new AppError('VALIDATION', { message: 'a personal project goes with its user and cannot be deleted' })
      await markDeleted(db, platformId, id, new Date())
      await flows.disableAll(id)
    },
  }
}

async function share(db: Db, platformId: string, projectId: string, externalIds: readonly string[] | undefined) {
  if (externalIds === undefined) return
  const [missing] = await setSharedConnections(db, { platformId, projectId, externalIds })
  if (missing !== undefined) throw notFound('app_connection', missing)
}

async function named(externalId: string | null | undefined, write: () => Promise<unknown>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (isUniqueViolation(error))
      throw new AppError('PROJECT_EXTERNAL_ID_ALREADY_EXISTS', {
        externalId: externalId ?? null,
        message: 'another project of the platform has this externalId',
      })
    throw error
  }
}
