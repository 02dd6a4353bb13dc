import type { ImportReport, OperatedFlow } from '@piecework/api/flows'
import { api } from '@piecework/api/index'
import { AppError, notFound } from '@piecework/model/errors'
import { emptyVersion } from '@piecework/model/flow/content'
import type { FlowVersion, PopulatedFlow } from '@piecework/model/flow/flow'
import type { FlowOperationRecord, OperationSending } from '@piecework/model/flow/operations/record'
import type { FlowOperation } from '@piecework/model/flow/operations/registry'
import { newId } from '@piecework/model/ids'
import type { Logger } from 'pino'
import type { ProjectActor, SystemPrincipal } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { Events } from '../../events/events.ts'
import type { Outbox, RecordEvent } from '../../outbox/outbox.ts'
import { connectionPolicy } from '../../policies/connection.ts'
import { requireEndpoint } from '../../policies/endpoint.ts'
import { flowPolicy, installPieces } from '../../policies/flow.ts'
import { authorize } from '../../policies/policy.ts'
import { makeFolder } from '../folders/make.ts'
import { selectFolder } from '../folders/store.ts'
import { createDeletions } from './delete.ts'
import { editFlow } from './edit.ts'
import { createLocks, createSharedLocks } from './locks.ts'
import { presentSaved } from './present.ts'
import { createPublisher, isPublishOperation, type Triggers } from './publish.ts'
import { createFlowReader, type FlowReader } from './read.ts'
import type { PublishRules } from './ready.ts'
import { type Replaced, replaceConnectionInFlows } from './replace-connection.ts'
import { findSent, type SavedOperation } from './revisions.ts'
import type { SampleData } from './sample-data.ts'
import { type FlowRow, insertFlow, insertVersion, selectFlowsInStatus } from './store.ts'
import { checkOperation, lookupFor, type PieceChecks } from './validate.ts'

export interface CreateFlow {
  displayName: string
  folderId?: string | null | undefined
  /** The folder of this name, made when there is none; ignored with folderId. */
  folderName?: string | undefined
  templateId?: string | null | undefined
  metadata?: Record<string, unknown> | null | undefined
}

/** Flows and their versions. */
export interface Flows extends FlowReader {
  create(actor: ProjectActor, request: CreateFlow): Promise<PopulatedFlow>
  /**
   * @param sending what the client says of it: `{}` for those that know nothing of revisions
   * @throws AppError FLOW_IN_USE, FLOW_OPERATION_CONFLICT, FLOW_OPERATION_INVALID, FLOW_OPERATION_IN_PROGRESS,
   *   TRIGGER_UPDATE_STATUS
   */
  operate(actor: ProjectActor, id: string, operation: FlowOperation, sending: OperationSending): Promise<OperatedFlow>
  /** Hides the flow at once and cleans up after it in the background. */
  remove(actor: ProjectActor, id: string): Promise<void>
  /** Lets every flow of the project use another connection (both external ids). @returns what became of each. */
  replaceConnection(actor: ProjectActor, from: string, to: string): Promise<Replaced>
  /** @param reason why the server does it by itself: people who ask why the flow does not run read it */
  disable(actor: ProjectActor, id: string, reason?: string): Promise<void>
  disableAll(actor: ProjectActor): Promise<void>
  /** Takes the trigger of an enabled flow into service again. */
  restore(actor: ProjectActor, id: string): Promise<void>
  /** Goes on with deletions that an earlier process did not finish, on every platform. */
  resumeDeletions(_task: SystemPrincipal): Promise<void>
  /** Waits for what goes on in the background. */
  close(): Promise<void>
}

export interface FlowParts extends PieceChecks {
  db: Db
  /** Nobody else uses the database. */
  embedded: boolean
  rules: PublishRules
  sampleData: SampleData
  triggers: Triggers
  /** Ends the runs of a flow that are not over, tests included. */
  cancelRuns(projectId: string, flowId: string): Promise<unknown>
  events: Pick<Events, 'announce'>
  outbox: Outbox
  log: Logger
}

const REPLACE_TRIGGERS: ReadonlySet<FlowOperation['type']> = new Set(['UPDATE_TRIGGER', 'IMPORT_FLOW', 'USE_AS_DRAFT'])

export function createFlows(parts: FlowParts): Flows {
  const { db, outbox, pieces, sampleData, events } = parts
  const saved = (projectId: string, record: FlowOperationRecord): void => {
    events.announce('FLOW_CHANGED', { flowId: record.flowId })
    events.announce('FLOW_OPERATED', { projectId, record })
  }
  const { requireFlow, load, ...reader } = createFlowReader(db)
  /** Publishing, enabling, disabling and deleting a flow exclude each other, at all apps. */
  const locks = createSharedLocks(parts, 'flow')
  const publisher = createPublisher({
    ...{ ...parts, saved, locks },
    lookup: (version, platformId) => lookupFor(version.trigger, pieces, platformId),
  })
  const deletions = createDeletions({ ...parts, locks })
  /** Edits of one flow wait here for each other, and not each with a connection to the database. */
  const edits = createLocks()

  /** Applies an operation, whatever kind it is. */
  const apply = async (
    actor: ProjectActor,
    id: string,
    operation: FlowOperation,
    sending: OperationSending,
  ): Promise<{ saved: SavedOperation | undefined; report?: ImportReport | undefined }> => {
    if (isPublishOperation(operation)) return { saved: await publisher.apply(actor, id, operation, sending) }
    const { projectId } = await requireFlow(actor.projectId, id)
    const sent = await findSent(db, id, sending)
    if (sent) return { saved: { record: sent, repeated: true } }
    const { operation: checked, report } = await checkOperation(operation, parts, actor)
    if (isPublishOperation(checked)) throw new AppError('FLOW_OPERATION_INVALID', { message: 'unknown operation type' })
    if (REPLACE_TRIGGERS.has(checked.type))
      await parts.triggers.replacing({ id, projectId }, checked.type === 'UPDATE_TRIGGER' ? checked.request : undefined)
    const edited = await edits.run(id, () => editFlow({ outbox, sampleData }, actor, id, checked, sending))
    if (!edited.repeated) saved(projectId, edited.record)
    return { saved: edited, report }
  }

  return {
    ...reader,

    async remove(actor, id) {
      authorize(actor, flowPolicy.delete)
      await deletions.start(actor, id)
    },

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
      await outbox.transaction(async (trx, recordEvent) => {
        const folderId = await folderOf(trx, recordEvent, actor, request)
        const metadata = request.metadata ? JSON.stringify(request.metadata) : null
        const flow = await insertFlow(trx, {
          id,
          projectId,
          folderId,
          externalId: id,
          ownerId: userId,
          metadata,
          templateId: null,
        })
        await insertVersion(trx, version)
        recordEvent(actor, 'flow.created', { flow })
      })
      return load(projectId, id)
    },

    async operate(actor, id, operation, sending) {
      requireEndpoint(actor, api.flows.operate, operation)
      if (operation.type === 'IMPORT_FLOW' && operation.request.installMissing === true) authorize(actor, installPieces)
      const { saved: done, report } = await apply(actor, id, operation, sending)
      const flow = await load(actor.projectId, id)
      return {
        ...flow,
        ...(report ? { importReport: report } : {}),
        ...(done ? { operation: presentSaved(done) } : {}),
      }
    },

    async replaceConnection(actor, from, to) {
      authorize(actor, connectionPolicy.replace)
      const enable = (flow: FlowRow, version: FlowVersion) => publisher.enable(actor, flow, version)
      const replaced = await replaceConnectionInFlows({ db, outbox, locks, enable }, actor, from, to)
      for (const record of replaced.changed) saved(actor.projectId, record)
      return replaced
    },

    async disable(actor, id, reason) {
      authorize(actor, flowPolicy.changeStatus)
      await publisher.disable(actor, await requireFlow(actor.projectId, id), reason)
    },

    async restore(actor, id) {
      authorize(actor, flowPolicy.changeStatus)
      await publisher.restore(actor, id)
    },

    async disableAll(actor) {
      authorize(actor, flowPolicy.changeStatus)
      for (const flow of await selectFlowsInStatus(db, actor.projectId, 'ENABLED')) await publisher.disable(actor, flow)
    },
  }
}

async function folderOf(
  trx: Db,
  recordEvent: RecordEvent,
  actor: ProjectActor,
  { folderId, folderName }: CreateFlow,
): Promise<string | null> {
  if (folderId) {
    if (!(await selectFolder(trx, actor.projectId, folderId))) throw notFound('folder', folderId)
    return folderId
  }
  return folderName ? (await makeFolder(trx, recordEvent, actor, folderName)).id : null
}
