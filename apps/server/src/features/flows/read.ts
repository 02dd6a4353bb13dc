import type { FlowOperations, FlowVersionMetadata } from '@piecework/api/flows'
import { notFound } from '@piecework/model/errors'
import type { FlowVersion, PopulatedFlow } from '@piecework/model/flow/flow'
import { exportTemplate, type SharedTemplate } from '@piecework/model/flow/template'
import type { SeekPage } from '@piecework/model/page'
import type { ProjectActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import { flowPolicy, seeFlow } from '../../policies/flow.ts'
import { authorize } from '../../policies/policy.ts'
import { presentUser } from '../users/present.ts'
import { selectUsers } from '../users/store.ts'
import { presentFlow } from './present.ts'
import { operationsSince } from './revisions.ts'
import {
  countFlows,
  countListed,
  type FlowFilter,
  type FlowRow,
  pageFlows,
  pageVersions,
  selectFlow,
  selectFlowWithVersion,
  selectLatestVersion,
  selectProjectOfFlow,
  selectSchedules,
  selectVersion,
  selectVersionOfProject,
  selectVersions,
} from './store.ts'

/** Which flows of the project. */
export type ListedFlows = Omit<FlowFilter, 'projectId'>

/** Flows and their versions, as they are. */
export interface FlowReader {
  /** With its latest version, or the one that is asked for. @throws AppError ENTITY_NOT_FOUND */
  get(actor: ProjectActor, id: string, versionId?: string): Promise<PopulatedFlow>
  list(actor: ProjectActor, filter: ListedFlows, page: PageRequest): Promise<SeekPage<PopulatedFlow>>
  count(actor: ProjectActor, filter: Pick<FlowFilter, 'folderId'>): Promise<number>
  /** How many there are on all pages of a list. */
  total(actor: ProjectActor, filter: ListedFlows): Promise<number>
  versions(actor: ProjectActor, id: string, page: PageRequest): Promise<SeekPage<FlowVersionMetadata>>
  /** The operations on the flow after a revision; `resync` when they are no longer kept. */
  operations(actor: ProjectActor, id: string, after: number): Promise<FlowOperations>
  template(actor: ProjectActor, id: string, versionId?: string): Promise<SharedTemplate>
  projectOf(id: string): Promise<string | undefined>
  version(actor: ProjectActor, flowId: string, versionId: string): Promise<FlowVersion>
  /** @throws AppError ENTITY_NOT_FOUND */
  versionById(actor: ProjectActor, versionId: string): Promise<FlowVersion>
}

/** Reads flows for changes to them, without asking for a permission. */
interface FlowLoader {
  /** @throws AppError ENTITY_NOT_FOUND also for a flow that is being deleted */
  requireFlow(projectId: string, id: string): Promise<FlowRow>
  load(projectId: string, id: string, versionId?: string): Promise<PopulatedFlow>
}

export function createFlowReader(db: Db): FlowReader & FlowLoader {
  const requireFlow = async (projectId: string, id: string): Promise<FlowRow> => {
    const flow = await selectFlow(db, projectId, id)
    if (flow?.operationStatus !== 'NONE') throw notFound('flow', id)
    return flow
  }

  const requireVersion = async (flowId: string, versionId: string | undefined): Promise<FlowVersion> => {
    const version =
      versionId === undefined ? await selectLatestVersion(db, flowId) : await selectVersion(db, flowId, versionId)
    if (!version) throw notFound('flow_version', versionId ?? flowId)
    return version
  }

  const load = async (projectId: string, id: string, versionId?: string): Promise<PopulatedFlow> => {
    const [found, schedules] = await Promise.all([
      selectFlowWithVersion(db, projectId, id, versionId),
      selectSchedules(db, [id]),
    ])
    if (found) return presentFlow(found.flow, found.version, schedules.get(id))
    await requireFlow(projectId, id)
    throw notFound('flow_version', versionId ?? id)
  }

  return {
    requireFlow,
    load,
    projectOf: (id) => selectProjectOfFlow(db, id),

    async get(actor, id, versionId) {
      authorize(actor, seeFlow)
      return load(actor.projectId, id, versionId)
    },

    async count(actor, filter) {
      authorize(actor, flowPolicy.read)
      return countFlows(db, { ...filter, projectId: actor.projectId })
    },

    async total(actor, filter) {
      authorize(actor, flowPolicy.read)
      return countListed(db, { ...filter, projectId: actor.projectId })
    },

    async list(actor, filter, request) {
      authorize(actor, flowPolicy.read)
      const { data: rows, ...cursors } = await pageFlows(db, { ...filter, projectId: actor.projectId }, request)
      const [versions, schedules] = await Promise.all([
        selectVersions(
          db,
          rows.map((row) => row.versionId),
        ),
        selectSchedules(
          db,
          rows.map((row) => row.id),
        ),
      ])
      const data = rows.flatMap(({ versionId, ...flow }) => {
        const version = versions.get(versionId)
        return version ? [presentFlow(flow, version, schedules.get(flow.id))] : []
      })
      return { data, ...cursors }
    },

    async versions(actor, id, request) {
      authorize(actor, flowPolicy.read)
      const { projectId, platformId } = actor
      await requireFlow(projectId, id)
      const page = await pageVersions(db, id, request)
      const editors = await selectUsers(db, platformId, [...new Set(page.data.flatMap((row) => row.updatedBy ?? []))])
      const byId = new Map(editors.map((editor) => [editor.id, presentUser(editor)]))
      return {
        ...page,
        data: page.data.map((row) => ({ ...row, updatedByUser: byId.get(row.updatedBy ?? '') ?? null })),
      }
    },

    async operations(actor, id, after) {
      authorize(actor, flowPolicy.read)
      await requireFlow(actor.projectId, id)
      return operationsSince(db, id, after)
    },

    async template(actor, id, versionId) {
      authorize(actor, flowPolicy.read)
      const flow = await requireFlow(actor.projectId, id)
      const version = await requireVersion(id, versionId)
      const [author = null] = actor.userId === null ? [] : await selectUsers(db, actor.platformId, [actor.userId])
      return exportTemplate({ flow, version, author, now: new Date().toISOString() })
    },

    async version(actor, flowId, versionId) {
      authorize(actor, seeFlow)
      await requireFlow(actor.projectId, flowId)
      return requireVersion(flowId, versionId)
    },

    async versionById(actor, versionId) {
      authorize(actor, seeFlow)
      const version = await selectVersionOfProject(db, actor.projectId, versionId)
      if (!version) throw notFound('flow_version', versionId)
      return version
    },
  }
}
