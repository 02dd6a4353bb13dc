import type { FlowVersionMetadata, OperatedFlow } from '@piecework/api/flows'
import { AppError, notFound } from '@piecework/model/errors'
import { emptyVersion } from '@piecework/model/flow/content'
import type { FlowVersion, PopulatedFlow } from '@piecework/model/flow/flow'
import type { FlowOperation } from '@piecework/model/flow/operations/registry'
import { exportTemplate, type SharedTemplate } from '@piecework/model/flow/template'
import { newId } from '@piecework/model/ids'
import type { SeekPage } from '@piecework/model/page'
import type { Logger } from 'pino'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import type { Events } from '../../events/events.ts'
import { selectFolder, upsertFolder } from '../folders/store.ts'
import { presentUser } from '../users/present.ts'
import { selectUsers } from '../users/store.ts'
import type { Actor } from './actor.ts'
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

/** Flows and their versions. */
export interface Flows {
  create(actor: Actor, request: CreateFlow): Promise<PopulatedFlow>
  /** With its latest version, or the one that is asked for. @throws AppError ENTITY_NOT_FOUND */
  get(projectId: string, id: string, versionId?: string): Promise<PopulatedFlow>
  list(filter: FlowFilter, page: PageRequest): Promise<SeekPage<PopulatedFlow>>
  count(filter: Pick<FlowFilter, 'projectId' | 'folderId'>): Promise<number>
  versions(
    actor: Pick<Actor, 'projectId' | 'platformId'>,
    id: string,
    page: PageRequest,
  ): Promise<SeekPage<FlowVersionMetadata>>
  /** @throws AppError FLOW_IN_USE, FLOW_OPERATION_INVALID, FLOW_OPERATION_IN_PROGRESS, TRIGGER_UPDATE_STATUS */
  operate(actor: Actor, id: string, operation: FlowOperation): Promise<OperatedFlow>
  template(actor: Actor, id: string, versionId?: string): Promise<SharedTemplate>
  /** Hides the flow at once and cleans up after it in the background. */
  remove(projectId: string, id: string): Promise<void>
  projectOf(id: string): Promise<string | undefined>
  version(projectId: string, flowId: string, versionId: string): Promise<FlowVersion>
  /** @throws AppError ENTITY_NOT_FOUND */
  versionById(projectId: string, versionId: string): Promise<FlowVersion>
  /** Lets every flow of the project use another connection (both external ids). */
  replaceConnection(projectId: string, from: string, to: string): Promise<void>
  disable(projectId: string, id: string): Promise<void>
  disableAll(projectId: string): Promise<void>
  /** Takes the trigger of an enabled flow into service anew. */
  restore(projectId: string, id: string): Promise<void>
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

  const get = async (projectId: string, id: string, versionId?: string): Promise<PopulatedFlow> => {
    const flow = await requireFlow(projectId, id)
    const [version, schedules] = await Promise.all([requireVersion(id, versionId), selectSchedules(db, [id])])
    return presentFlow(flow, version, schedules.get(id))
  }

  return {
    get,
    count: (filter) => countFlows(db, filter),
    projectOf: (id) => selectProjectOfFlow(db, id),
    remove: (projectId, id) => deletions.start(projectId, id),
    resumeDeletions: () => deletions.resume(),
    close: () => deletions.settled(),

    async create(actor, request) {
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
      return get(projectId, id)
    },

    async list(filter, request) {
      const { data: rows, ...cursors } = await pageFlows(db, filter, request)
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

    async versions({ projectId, platformId }, id, request) {
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
      if (isPublishOperation(operation)) {
        await publisher.apply(actor, id, operation)
        return get(actor.projectId, id)
      }
      const { projectId } = await requireFlow(actor.projectId, id)
      const { operation: judged, report } = await judge(operation, parts, actor.platformId)
      if (isPublishOperation(judged))
        throw new AppError('FLOW_OPERATION_INVALID', { message: 'unknown operation type' })
      if (REPLACE_TRIGGERS.has(judged.type))
        await parts.triggers.replacing({ id, projectId }, judged.type === 'UPDATE_TRIGGER' ? judged.request : undefined)
      await editFlow({ db, sampleData }, actor, id, judged)
      events.announce('FLOW_CHANGED', { flowId: id })
      const flow = await get(actor.projectId, id)
      return report ? { ...flow, importReport: report } : flow
    },

    async template(actor, id, versionId) {
      const flow = await requireFlow(actor.projectId, id)
      const version = await requireVersion(id, versionId)
      const [author = null] = actor.userId === null ? [] : await selectUsers(db, actor.platformId, [actor.userId])
      return exportTemplate({ flow, version, author, now: new Date().toISOString() })
    },

    async version(projectId, flowId, versionId) {
      await requireFlow(projectId, flowId)
      return requireVersion(flowId, versionId)
    },

    async versionById(projectId, versionId) {
      const version = await selectVersionOfProject(db, projectId, versionId)
      if (!version) throw notFound('flow_version', versionId)
      return version
    },

    async replaceConnection(projectId, from, to) {
      const { changed, republished } = await replaceConnectionInFlows(db, projectId, from, to)
      for (const flowId of changed) events.announce('FLOW_CHANGED', { flowId })
      for (const { flow, version, enabled } of republished) if (enabled) await parts.triggers.enable(flow, version)
    },

    async disable(projectId, id) {
      await publisher.disable(await requireFlow(projectId, id))
    },

    restore: (projectId, id) => publisher.restore({ projectId, id }),

    async disableAll(projectId) {
      for (const flow of await selectFlowsInStatus(db, projectId, 'ENABLED')) await publisher.disable(flow)
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
