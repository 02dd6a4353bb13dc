import { notFound } from '@piecework/model/errors'
import { draftFrom, importContent } from '@piecework/model/flow/content'
import type { FlowVersion } from '@piecework/model/flow/flow'
import type { OperationSending } from '@piecework/model/flow/operations/record'
import { applyOperation, type FlowOperation, isVersionOperation } from '@piecework/model/flow/operations/registry'
import { sampleDataFileIds } from '@piecework/model/flow/sample-data'
import { newId } from '@piecework/model/ids'
import type { ProjectActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import { changesOf } from '../../outbox/changes.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { selectFolder } from '../folders/store.ts'
import { selectUser } from '../users/store.ts'
import { requestForEvent, versionForEvent } from './event-data.ts'
import { requireFree } from './free.ts'
import { findSent, findUnseen, noteOperation, type SavedOperation } from './revisions.ts'
import type { SampleData } from './sample-data.ts'
import {
  type FlowRow,
  insertVersion,
  lockFlow,
  selectLatestVersion,
  selectTriggersOfFlow,
  selectVersion,
  updateFlow,
  updateVersion,
} from './store.ts'
import type { PublishOperation } from './write-status.ts'

interface Parts {
  outbox: Outbox
  sampleData: SampleData
}

export type EditOperation = Exclude<FlowOperation, PublishOperation>

const LEAVES_LOCKED: ReadonlySet<FlowOperation['type']> = new Set([
  'ADD_NOTE',
  'UPDATE_NOTE',
  'DELETE_NOTE',
  'LOCK_FLOW',
])

interface Editing {
  trx: Db
  actor: ProjectActor
  flow: FlowRow
  latest: FlowVersion
  now: string
}

/**
 * Applies an operation that does not touch the trigger in service, in one transaction that holds the flow.
 * @throws AppError ENTITY_NOT_FOUND, FLOW_IN_USE, FLOW_OPERATION_CONFLICT, FLOW_OPERATION_INVALID
 */
export async function editFlow(
  parts: Parts,
  actor: ProjectActor,
  flowId: string,
  operation: EditOperation,
  sending: OperationSending,
): Promise<SavedOperation> {
  if (operation.type === 'SAVE_SAMPLE_DATA') return saveSampleData(parts, actor, flowId, operation.request, sending)
  const { outbox, sampleData } = parts
  const { orphans, ...edited } = await outbox.transaction(async (trx, recordEvent) => {
    const flow = await lockFlow(trx, actor.projectId, flowId)
    const latest = flow && flow.operationStatus === 'NONE' ? await selectLatestVersion(trx, flowId) : undefined
    if (!flow || !latest) throw notFound('flow', flowId)
    const sent = await findSent(trx, flowId, sending)
    if (sent) return { record: sent, repeated: true, orphans: [] }
    const editing = { trx, actor, flow, latest, now: new Date().toISOString() }
    const { version, orphans, ...changes } = await applyTo(editing, operation, sending)
    const request = requestForEvent(operation)
    recordEvent(actor, 'flow.updated', { flowVersion: versionForEvent(version), request, ...changes })
    const record = await noteOperation(trx, {
      ...{ flowId, flowVersionId: version.id, operation, now: editing.now, by: actor },
      clientOperationId: sending.clientOperationId,
    })
    return { record, repeated: false, orphans }
  })
  await sampleData.remove(actor.projectId, orphans)
  return edited
}

/** The result of an edit: the version, and the ids of sample data files that no version points at any more. */
interface Applied {
  version: FlowVersion
  orphans: string[]
  before: Record<string, unknown>
  after: Record<string, unknown>
}

/** Clients that know what others do edit together; the rest take turns. */
async function applyTo(
  editing: Editing,
  operation: FlowEdit | VersionEdit,
  { baseRevision }: OperationSending,
): Promise<Applied> {
  const { trx, actor, flow, latest } = editing
  const apply = () => (isFlowEdit(operation) ? editRow(editing, operation) : editVersion(editing, operation))
  if (baseRevision === undefined) {
    requireFree(latest, actor)
    return apply()
  }
  const unseen = await findUnseen(trx, flow, latest.id, baseRevision)
  await unseen.admit(operation)
  try {
    return await apply()
  } catch (error) {
    throw await unseen.explain(error)
  }
}

/** The file is written before the transaction that points a step at it, and goes again when that fails. */
async function saveSampleData(
  parts: Parts,
  actor: ProjectActor,
  flowId: string,
  { stepName, type, payload }: Extract<EditOperation, { type: 'SAVE_SAMPLE_DATA' }>['request'],
  sending: OperationSending,
): Promise<SavedOperation> {
  const { projectId } = actor
  const fileId = await parts.sampleData.save({ projectId, flowId, stepName, type }, payload)
  const sampleDataSettings = type === 'INPUT' ? { sampleDataInputFileId: fileId } : { sampleDataFileId: fileId }
  const request = { stepName, sampleDataSettings }
  try {
    const edited = await editFlow(parts, actor, flowId, { type: 'UPDATE_SAMPLE_DATA_INFO', request }, sending)
    if (edited.repeated) await parts.sampleData.remove(projectId, [fileId])
    return edited
  } catch (error) {
    await parts.sampleData.remove(projectId, [fileId])
    throw error
  }
}

type FlowEdit = Extract<
  EditOperation,
  { type: 'CHANGE_FOLDER' | 'UPDATE_METADATA' | 'UPDATE_MINUTES_SAVED' | 'UPDATE_OWNER' }
>
type VersionEdit = Exclude<EditOperation, FlowEdit | { type: 'SAVE_SAMPLE_DATA' }>

const FLOW_EDITS: ReadonlySet<FlowOperation['type']> = new Set([
  'CHANGE_FOLDER',
  'UPDATE_METADATA',
  'UPDATE_MINUTES_SAVED',
  'UPDATE_OWNER',
])

function isFlowEdit(operation: FlowEdit | VersionEdit): operation is FlowEdit {
  return FLOW_EDITS.has(operation.type)
}

/** No orphans: sample data hangs on versions. */
async function editRow({ trx, actor, flow, latest }: Editing, operation: FlowEdit): Promise<Applied> {
  const { projectId, platformId } = actor
  switch (operation.type) {
    case 'CHANGE_FOLDER': {
      const { folderId } = operation.request
      if (folderId !== null && !(await selectFolder(trx, projectId, folderId)))
        throw notFound('folder', folderId, 'folderId')
      await updateFlow(trx, projectId, flow.id, { folderId })
      break
    }
    case 'UPDATE_METADATA': {
      const { metadata } = operation.request
      await updateFlow(trx, projectId, flow.id, { metadata: metadata && JSON.stringify(metadata) })
      break
    }
    case 'UPDATE_MINUTES_SAVED':
      await updateFlow(trx, projectId, flow.id, { timeSavedPerRun: operation.request.timeSavedPerRun })
      break
    case 'UPDATE_OWNER': {
      const { ownerId } = operation.request
      if (!(await selectUser(trx, platformId, ownerId))) throw notFound('user', ownerId, 'ownerId')
      await updateFlow(trx, projectId, flow.id, { ownerId })
      break
    }
  }
  return { version: latest, orphans: [], ...changesOf(flow, operation.request) }
}

async function editVersion(editing: Editing, operation: VersionEdit): Promise<Applied> {
  const { trx } = editing
  const base = await editable(editing, operation)
  const changed = await change(editing, base, operation)
  if (changed !== base) await updateVersion(trx, changed)
  const { displayName, valid, state } = changed
  const orphans = await orphansOf(trx, base, changed)
  return { version: changed, orphans, ...changesOf(base, { displayName, valid, state }) }
}

/** The draft of the flow; made now when its latest version is locked and the operation must not change that. */
async function editable({ trx, actor, latest, now }: Editing, operation: VersionEdit): Promise<FlowVersion> {
  if (latest.state === 'DRAFT' || LEAVES_LOCKED.has(operation.type)) return latest
  // Versions are ordered by id, so a clock that runs behind must not put the draft before the locked one.
  const id = newId(Math.max(Date.now(), Date.parse(latest.created) + 1))
  const draft = draftFrom(latest, { id, now, userId: actor.userId })
  await insertVersion(trx, draft)
  return draft
}

async function change({ trx, actor, now }: Editing, base: FlowVersion, operation: VersionEdit): Promise<FlowVersion> {
  const { userId } = actor
  if (isVersionOperation(operation)) return applyOperation(base, operation, { now, userId })
  const { versionId } = operation.request
  const source = await selectVersion(trx, base.flowId, versionId)
  if (!source) throw notFound('flow_version', versionId, 'versionId')
  return {
    ...importContent(base, source, { sampleData: 'TRIGGER' }),
    updated: now,
    updatedBy: userId ?? base.updatedBy,
  }
}

async function orphansOf(trx: Db, before: FlowVersion, after: FlowVersion): Promise<string[]> {
  if (before.trigger === after.trigger) return []
  const kept = sampleDataFileIds(after.trigger)
  const dropped = [...sampleDataFileIds(before.trigger)].filter((id) => !kept.has(id))
  if (dropped.length === 0) return []
  const others = await selectTriggersOfFlow(trx, before.flowId)
  const used = new Set(others.flatMap(({ trigger }) => [...sampleDataFileIds(trigger)]))
  return dropped.filter((id) => !used.has(id))
}
