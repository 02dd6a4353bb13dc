import { notFound } from '@piecework/model/errors'
import { draftFrom, importContent } from '@piecework/model/flow/content'
import type { FlowVersion } from '@piecework/model/flow/flow'
import { applyOperation, type FlowOperation, isVersionOperation } from '@piecework/model/flow/operations/registry'
import { sampleDataFileIds } from '@piecework/model/flow/sample-data'
import { newId } from '@piecework/model/ids'
import type { ProjectActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import { selectFolder } from '../folders/store.ts'
import { selectUser } from '../users/store.ts'
import { requireFree } from './free.ts'
import type { PublishOperation } from './publish.ts'
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
 * @throws AppError ENTITY_NOT_FOUND, FLOW_IN_USE, FLOW_OPERATION_INVALID
 */
export async function editFlow(
  parts: { db: Db; sampleData: SampleData },
  actor: ProjectActor,
  flowId: string,
  operation: EditOperation,
): Promise<void> {
  if (operation.type === 'SAVE_SAMPLE_DATA') return saveSampleData(parts, actor, flowId, operation.request)
  const { db, sampleData } = parts
  const orphans = await db.transaction().execute(async (trx) => {
    const flow = await lockFlow(trx, actor.projectId, flowId)
    const latest = flow && flow.operationStatus === 'NONE' ? await selectLatestVersion(trx, flowId) : undefined
    if (!flow || !latest) throw notFound('flow', flowId)
    requireFree(latest, actor)
    const editing = { trx, actor, flow, latest, now: new Date().toISOString() }
    return isFlowEdit(operation) ? editRow(editing, operation) : editVersion(editing, operation)
  })
  await sampleData.remove(actor.projectId, orphans)
}

/** The file is written before the transaction that points a step at it, and goes again when that fails. */
async function saveSampleData(
  parts: { db: Db; sampleData: SampleData },
  actor: ProjectActor,
  flowId: string,
  { stepName, type, payload }: Extract<EditOperation, { type: 'SAVE_SAMPLE_DATA' }>['request'],
): Promise<void> {
  const { projectId } = actor
  const fileId = await parts.sampleData.save({ projectId, flowId, stepName, type }, payload)
  const sampleDataSettings = type === 'INPUT' ? { sampleDataInputFileId: fileId } : { sampleDataFileId: fileId }
  try {
    await editFlow(parts, actor, flowId, { type: 'UPDATE_SAMPLE_DATA_INFO', request: { stepName, sampleDataSettings } })
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

/** @returns no orphans: sample data hangs on versions. */
async function editRow({ trx, actor, flow }: Editing, operation: FlowEdit): Promise<string[]> {
  const { projectId, platformId } = actor
  switch (operation.type) {
    case 'CHANGE_FOLDER': {
      const { folderId } = operation.request
      if (folderId !== null && !(await selectFolder(trx, projectId, folderId))) throw notFound('folder', folderId)
      await updateFlow(trx, projectId, flow.id, { folderId })
      return []
    }
    case 'UPDATE_METADATA': {
      const { metadata } = operation.request
      await updateFlow(trx, projectId, flow.id, { metadata: metadata && JSON.stringify(metadata) })
      return []
    }
    case 'UPDATE_MINUTES_SAVED':
      await updateFlow(trx, projectId, flow.id, { timeSavedPerRun: operation.request.timeSavedPerRun })
      return []
    case 'UPDATE_OWNER': {
      const { ownerId } = operation.request
      if (!(await selectUser(trx, platformId, ownerId))) throw notFound('user', ownerId)
      await updateFlow(trx, projectId, flow.id, { ownerId })
      return []
    }
  }
}

/** @returns the ids of sample data files that no version points at any more. */
async function editVersion(editing: Editing, operation: VersionEdit): Promise<string[]> {
  const { trx, actor, flow, now } = editing
  const base = await editable(editing, operation)
  const changed = await change(editing, base, operation)
  if (changed !== base) await updateVersion(trx, changed)
  await updateFlow(trx, actor.projectId, flow.id, { updated: now })
  return orphansOf(trx, base, changed)
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
  if (!source) throw notFound('flow_version', versionId)
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
