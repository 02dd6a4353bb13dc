import type { FlowVersionMetadata, OperatedFlow } from '@piecework/api/flows'
import { api } from '@piecework/api/index'
import { AppError, notFound } from '@piecework/model/errors'
import { emptyVersion } from '@piecework/model/flow/content'
import type { FlowVersion, PopulatedFlow } from '@piecework/model/flow/flow'
import type { FlowOperation } from '@piecework/model/flow/operations/registry'
import { exportTemplate, type SharedTemplate } from '@piecework/model/flow/template'
import { newId } from '@piecework/model/ids'
import type { SeekPage } from '@piecework/model/page'
import type { Logger } from 'pino'
import type { ProjectActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import type { Events } from '../../events/events.ts'
import { connectionPolicy } from '../../policies/connection.ts'
import { requireEndpoint } from '../../policies/endpoint.ts'
import { flowPolicy, installPieces, seeFlow } from '../../policies/flow.ts'
import { authorize } from '../../policies/policy.ts'
import { selectFolder, upsertFolder } from '../folders/store.ts'
import { presentUser } from '../users/present.ts'
import { selectUsers } from '../users/store.ts'
import { createDeletions } from './delete.ts'
import { editFlow } from './edit.ts'
import { type Judging, judge, lookupFor } from './judge.ts'
import { createLocks } from './locks.ts'
import { presentFlow } from './present.ts'
import { createPublisher, isPublishOperation, type PublishRules, type Triggers } from './publish.ts'
import { replaceConnectionInFlows } from './replace-connection.ts'
import type { SampleData } from './sample-data.ts'
import {
  countFlows,
  type FlowFilter,
  type FlowRow,
  insertFlow,
  insertVersion,
  pageFlows,
  pageVersions,
  selectFlow,
  selectFlowsInStatus,
  selectLatestVersion,
  selectProjectOfFlow,
  selectSchedules,
  selectVersion,
  selectVersionOfProject,
  selectVersions,
} from './store.ts'

export interface CreateFlow {
  displayName: string
  folderId?: string | null | undefined
  /** The folder of this name, made when there is none; ignored beside folderId. */
  folderName?: string | undefined
  templateId?: string | null | undefined
  metadata?: Record<string, unknown> | null | undefined
}

/** Which flows of the project. */
export type ListedFlows = Omit<FlowFilter, 'projectId'>

/** Flows and their versions. */
export interface Flows {
  create(actor: ProjectActor, request: CreateFlow): Promise<PopulatedFlow>
  /** With its latest version, or the one that is asked for. @throws AppError ENTITY_NOT_FOUND */
  get(actor: ProjectActor, id: string, versionId?: string): Promise<PopulatedFlow>
  list(actor: ProjectActor, filter: ListedFlows, page: PageRequest): Promise<SeekPage<PopulatedFlow>>
  count(actor: ProjectActor, filter: Pick<FlowFilter, 'folderId'>): Promise<number>
  versions(actor: ProjectActor, id: string, page: PageRequest): Promise<SeekPage<FlowVersionMetadata>>
  /** @throws AppError FLOW_IN_USE, FLOW_OPERATION_INVALID, FLOW_OPERATION_IN_PROGRESS, TRIGGER_UPDATE_STATUS */
  operate(actor: ProjectActor, id: string, operation: FlowOperation): Promise<OperatedFlow>
  template(actor: ProjectActor, id: string, versionId?: string): Promise<SharedTemplate>
  /** Hides the flow at once and cleans up after it in the background. */
  remove(actor: ProjectActor, id: string): Promise<void>
  projectOf(id: string): Promise<string | undefined>
  version(actor: ProjectActor, flowId: string, versionId: string): Promise<FlowVersion>
  /** @throws AppError ENTITY_NOT_FOUND */
  versionById(actor: ProjectActor, versionId: string): Promise<FlowVersion>
  /** Lets every flow of the project use another connection (both external ids). */
  replaceConnection(actor: ProjectActor, from: string, to: string): Promise<void>
  disable(actor: ProjectActor, id: string): Promise<void>
  disableAll(actor: ProjectActor): Promise<void>
  /** Takes the trigger of an enabled flow into service anew. */
  restore(actor: ProjectActor, id: string): Promise<void>
  /** Goes on with deletions that an earlier process did not finish. */
  resumeDeletions(): Promise<void>
  /** Waits for what goes on in the background. */
  close(): Promise<void>
}

export interface FlowParts extends Judging {
  db: Db
  rules: PublishRules
  sampleData: SampleData
  triggers: Triggers
  /** Ends the runs of a flow that are not over, tests included. */
  cancelRuns(projectId: string, flowId: string): Promise<unknown>
  events: Pick<Events, 'announce'>
  log: Logger
}

const REPLACE_TRIGGERS: ReadonlySet<FlowOperation['type']> = new Set(['UPDATE_TRIGGER', 'IMPORT_FLOW', 'USE_AS_DRAFT'])

export function createFlows(parts: FlowParts): Flows {
  const { db, pieces, sampleData, events } = parts
  const publisher = createPublisher({
    ...parts,
    locks: createLocks(),
    lookup: (version, platformId) => lookupFor(version.trigger, pieces, platformId),
  })
  const deletions = createDeletions(parts)

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
    const flow = await requireFlow(projectId, id)
    const [version, schedules] = await Promise.all([requireVersion(id, versionId), selectSchedules(db, [id])])
    return presentFlow(flow, version, schedules.get(id))
  }

  return {
    async get(actor, id, versionId) {
      authorize(actor, seeFlow)
      return load(actor.projectId, id, versionId)
    },

    async count(actor, filter) {
      authorize(actor, flowPolicy.read)
      return countFlows(db, { ...filter, projectId: actor.projectId })
    },

    async remove(actor, id) {
      authorize(actor, flowPolicy.delete)
      await deletions.start(actor.projectId, id)
    },

    projectOf: (id) => selectProjectOfFlow(db, id),
    resumeDeletions: () => deletions.resume(),
    close: () => deletions.settled(),

    async create(actor, request) {
      authorize(actor, flowPolicy.create)
      const { projectId, userId } = actor
      // An empty flow in place of the wanted one would look like a success.
      if (request.templateId) throw notFound('template', request.templateId)
      const id = newId()
      const version = emptyVersion({
        id: newId(),
        flowId: id,
        displayName: request.displayName,
        now: new Date().toISOString(),
        userId,
      })
      await db.transaction().execute(async (trx) => {
        const folderId = await folderOf(trx, projectId, request)
        const metadata = request.metadata ? JSON.stringify(request.metadata) : null
        await insertFlow(trx, {
          id,
          projectId,
          folderId,
          externalId: id,
          ownerId: userId,
          metadata,
          templateId: null,
        })
        await insertVersion(trx, version)
      })
      return load(projectId, id)
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

    async operate(actor, id, operation) {
      requireEndpoint(actor, api.flows.operate, operation)
      if (operation.type === 'IMPORT_FLOW' && operation.request.installMissing === true) authorize(actor, installPieces)
      if (isPublishOperation(operation)) {
        await publisher.apply(actor, id, operation)
        return load(actor.projectId, id)
      }
      const { projectId } = await requireFlow(actor.projectId, id)
      const { operation: judged, report } = await judge(operation, parts, actor)
      if (isPublishOperation(judged))
        throw new AppError('FLOW_OPERATION_INVALID', { message: 'unknown operation type' })
      if (REPLACE_TRIGGERS.has(judged.type))
        await parts.triggers.replacing({ id, projectId }, judged.type === 'UPDATE_TRIGGER' ? judged.request : undefined)
      await editFlow({ db, sampleData }, actor, id, judged)
      events.announce('FLOW_CHANGED', { flowId: id })
      const flow = await load(actor.projectId, id)
      return report ? { ...flow, importReport: report } : flow
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

    async replaceConnection(actor, from, to) {
      authorize(actor, connectionPolicy.replace)
      const { changed, republished } = await replaceConnectionInFlows(db, actor.projectId, from, to)
      for (const flowId of changed) events.announce('FLOW_CHANGED', { flowId })
      for (const { flow, version, enabled } of republished) if (enabled) await parts.triggers.enable(flow, version)
    },

    async disable(actor, id) {
      authorize(actor, flowPolicy.changeStatus)
      await publisher.disable(await requireFlow(actor.projectId, id))
    },

    async restore(actor, id) {
      authorize(actor, flowPolicy.changeStatus)
      await publisher.restore({ projectId: actor.projectId, id })
    },

    async disableAll(actor) {
      authorize(actor, flowPolicy.changeStatus)
      for (const flow of await selectFlowsInStatus(db, actor.projectId, 'ENABLED')) await publisher.disable(flow)
    },
  }
}

async function folderOf(db: Db, projectId: string, { folderId, folderName }: CreateFlow): Promise<string | null> {
  if (folderId) {
    if (!(await selectFolder(db, projectId, folderId))) throw notFound('folder', folderId)
    return folderId
  }
  return folderName ? upsertFolder(db, projectId, folderName) : null
}
