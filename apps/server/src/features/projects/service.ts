import { AppError, notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { SeekPage } from '@piecework/model/page'
import type { Actor, PlatformPrincipal, ProjectActor, SystemPrincipal } from '../../access/actor.ts'
import { type Db, isUniqueViolation } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import type { Events } from '../../events/events.ts'
import { changesOf } from '../../outbox/changes.ts'
import type { Outbox, RecordEvent } from '../../outbox/outbox.ts'
import { authorize, requireNeeds } from '../../policies/policy.ts'
import { ADMINISTERED_FIELDS, projectPolicy } from '../../policies/project.ts'
import { setSharedConnections, shareWithNewProject } from '../app-connections/project-link-store.ts'
import type { Files } from '../files/service.ts'
import { selectPlatform } from '../platforms/store.ts'
import { selectUserByExternalId } from '../users/store.ts'
import { removeUser } from './leaving.ts'
import { type PlanChanges, type ProjectPlan, selectPlans, upsertPlan } from './plan-store.ts'
import type { ProjectFlows } from './project-flows.ts'
import { purgeProjects } from './purge.ts'
import {
  insertProject,
  markDeleted,
  type ProjectChanges,
  type ProjectFigures,
  type ProjectFilter,
  type ProjectRow,
  type ProjectScope,
  pageProjects,
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

export type ChangeProject = ProjectChanges & {
  plan?: PlanChanges | undefined
  globalConnectionExternalIds?: readonly string[] | undefined
}

export interface ListedProjects extends ProjectFilter {
  /** For programs: only what this user may enter. */
  externalUserId?: string | undefined
}

export interface Projects {
  /** @throws AppError PROJECT_EXTERNAL_ID_ALREADY_EXISTS, ENTITY_NOT_FOUND for a connection of the platform */
  create(actor: Actor, request: CreateProject): Promise<ProjectRow>
  /** @throws AppError ENTITY_NOT_FOUND */
  get(actor: ProjectActor): Promise<ProjectRow>
  /** Those that the actor may enter; for programs those that a user may enter, where the filter names one. */
  list(actor: Actor, filter: ListedProjects, page: PageRequest): Promise<SeekPage<ProjectRow>>
  all(actor: Actor): Promise<ProjectRow[]>
  /** @throws AppError PROJECT_EXTERNAL_ID_ALREADY_EXISTS, ENTITY_NOT_FOUND for a connection of the platform */
  update(actor: ProjectActor, changes: ChangeProject): Promise<ProjectRow>
  /** As update, within a transaction that changes more than the project. */
  updateWithin(
    changing: { trx: Db; recordEvent: RecordEvent; actor: ProjectActor },
    changes: Pick<ProjectChanges, 'displayName' | 'externalId'>,
  ): Promise<void>
  /** Hides the project and stops its flows at once. @throws AppError VALIDATION for a personal project. */
  remove(actor: ProjectActor): Promise<void>
  /**
   * Removes a user from the platform, with their personal project. What they made in other projects stays.
   * @throws AppError ENTITY_NOT_FOUND, VALIDATION for the owner of the platform
   */
  removeUser(actor: Actor<PlatformPrincipal>, userId: string): Promise<void>
  /** Stops the flows of deleted projects, and takes away for good what was deleted before the given time. */
  purge(_task: SystemPrincipal, deletedBefore: Date): Promise<void>
  figures(ids: readonly string[]): Promise<Map<string, ProjectFigures>>
  plans(ids: readonly string[]): Promise<Map<string, ProjectPlan>>
}

interface Parts {
  db: Db
  files: Pick<Files, 'remove'>
  flows: ProjectFlows
  /** The limit of runs at a time has changed, or nobody may enter a project any more. */
  events: Pick<Events, 'announce' | 'emit'>
  outbox: Outbox
}

/** Changes a project within a transaction. @throws AppError as update */
async function writeChanges(
  { trx, recordEvent, actor }: { trx: Db; recordEvent: RecordEvent; actor: ProjectActor },
  { plan, ...request }: ChangeProject,
): Promise<void> {
  authorize(actor, projectPolicy.edit)
  for (const field of ADMINISTERED_FIELDS)
    if (request[field] !== undefined) requireNeeds(actor, projectPolicy.administer.needs, `change ${field}`)
  const { globalConnectionExternalIds, ...changes } = request
  const { platformId, projectId: id } = actor
  const { maxConcurrentJobs } = changes
  const project = await selectProject(trx, platformId, id)
  if (!project) throw notFound('project', id)
  await named(changes.externalId, async () => {
    if (plan) await upsertPlan(trx, id, plan)
    await share(trx, platformId, id, globalConnectionExternalIds)
    const pool = maxConcurrentJobs === undefined ? {} : { poolId: await poolOf(trx, platformId, id, maxConcurrentJobs) }
    await updateProject(trx, platformId, id, { ...changes, ...pool })
  })
  const { before, after } = changesOf(project, changes)
  const given = {
    ...(plan ? { plan } : {}),
    ...(globalConnectionExternalIds ? { globalConnectionExternalIds } : {}),
  }
  recordEvent(actor, 'project.updated', {
    ...{ project: projectForEvent(project), before },
    after: { ...after, ...given },
  })
}

export function createProjects({ db, files, flows, events, outbox }: Parts): Projects {
  const load = async (platformId: string, id: string): Promise<ProjectRow> => {
    const project = await selectProject(db, platformId, id)
    if (!project) throw notFound('project', id)
    return project
  }

  const scopeOf = async (
    { principal, platformId }: Actor,
    externalUserId: string | undefined,
  ): Promise<ProjectScope | null> => {
    if (principal.type === 'USER') return { platformId, visibleTo: principal }
    if (externalUserId === undefined) return { platformId, visibleTo: null }
    const user = await selectUserByExternalId(db, platformId, externalUserId)
    return user ? { platformId, visibleTo: user } : null
  }

  return {
    async get(actor) {
      authorize(actor, projectPolicy.read)
      return load(actor.platformId, actor.projectId)
    },

    async list(actor, { externalUserId, ...filter }, page) {
      const scope = await scopeOf(actor, externalUserId)
      return scope ? pageProjects(db, scope, filter, page) : { data: [], next: null, previous: null }
    },

    async all(actor) {
      const scope = await scopeOf(actor, undefined)
      return scope ? selectVisibleProjects(db, scope) : []
    },

    figures: (ids) => selectFigures(db, ids),
    plans: (ids) => selectPlans(db, ids),

    purge: (_task, deletedBefore) => purgeProjects({ db, files, flows }, deletedBefore),
    removeUser: (actor, userId) => removeUser({ db, flows, events, outbox }, actor, userId),

    async create(actor, { globalConnectionExternalIds, ...request }) {
      authorize(actor, projectPolicy.create)
      const { platformId } = actor
      const platform = await selectPlatform(db, platformId)
      if (!platform) throw notFound('platform', platformId)
      const id = newId()
      await named(request.externalId, () =>
        outbox.transaction(async (trx, recordEvent) => {
          await insertProject(trx, { ...request, id, platformId, ownerId: platform.ownerId, type: 'TEAM' })
          await shareWithNewProject(trx, platformId, id)
          await share(trx, platformId, id, globalConnectionExternalIds)
          if (request.maxConcurrentJobs) {
            const poolId = await upsertPool(trx, platformId, id, request.maxConcurrentJobs)
            await updateProject(trx, platformId, id, { poolId })
          }
          const project = { id, displayName: request.displayName, type: 'TEAM' as const }
          recordEvent({ ...actor, projectId: id }, 'project.created', { project })
        }),
      )
      return load(platformId, id)
    },

    updateWithin: writeChanges,

    async update(actor, changes) {
      await outbox.transaction((trx, recordEvent) => writeChanges({ trx, recordEvent, actor }, changes))
      if (changes.maxConcurrentJobs !== undefined) events.announce('LIMITS_CHANGED', {})
      if (changes.globalConnectionExternalIds !== undefined) await events.emit('CONNECTIONS_CHANGED', {})
      return load(actor.platformId, actor.projectId)
    },

    async remove(actor) {
      const { platformId, projectId: id } = actor
      const project = await load(platformId, id)
      authorize(actor, projectPolicy.delete, project)
      await outbox.transaction(async (trx, recordEvent) => {
        if (!(await markDeleted(trx, platformId, id, new Date()))) throw notFound('project', id)
        recordEvent(actor, 'project.deleted', { project: projectForEvent(project) })
      })
      await events.emit('ACCESS_CHANGED', { of: 'PROJECT', id })
      await flows.disableAll(actor)
    },
  }
}

/** A project as events have it. */
const projectForEvent = ({ id, displayName, type }: ProjectRow): Pick<ProjectRow, 'id' | 'displayName' | 'type'> => ({
  id,
  displayName,
  type,
})

async function poolOf(trx: Db, platformId: string, id: string, maxConcurrentJobs: number | null) {
  return maxConcurrentJobs === null ? null : upsertPool(trx, platformId, id, maxConcurrentJobs)
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
