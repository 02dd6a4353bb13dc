import { replaceConnection } from '@piecework/model/flow/connections'
import { withDerived } from '@piecework/model/flow/derive'
import type { FlowVersion } from '@piecework/model/flow/flow'
import type { FlowOperationRecord } from '@piecework/model/flow/operations/record'
import { newId } from '@piecework/model/ids'
import type { ProjectActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import type { Locks } from './locks.ts'
import { noteOperation } from './revisions.ts'
import {
  deleteVersion,
  type FlowRow,
  insertVersion,
  lockFlow,
  selectFlowsUsing,
  selectLatestVersion,
  selectShownVersion,
  selectVersion,
  updateFlow,
  updateVersion,
} from './store.ts'

/** A published version that takes the place of another one. */
interface RepublishedFlow {
  flow: FlowRow
  version: FlowVersion
}

/** A flow that a replacement did not get through, and why. */
export interface UnreplacedFlow {
  flowId: string
  displayName: string
  message: string
}

/** The flows that used a connection, by what happened to them. */
export interface Replaced {
  changed: FlowOperationRecord[]
  /** They use the other connection now, but their triggers refuse it: they were disabled. */
  disabled: UnreplacedFlow[]
  /** They use the old connection as before. */
  unchanged: UnreplacedFlow[]
}

interface Parts {
  db: Db
  outbox: Outbox
  /** The locks of flows: nobody publishes one meanwhile. */
  locks: Locks
  /** Takes an enabled flow into service, or disables it. @throws AppError TRIGGER_UPDATE_STATUS */
  enable(flow: FlowRow, version: FlowVersion): Promise<unknown>
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/**
 * Lets every flow of a project use another connection, in its draft and in its published version. A locked version
 * never changes, so a published one is replaced by a copy. What fails for one flow keeps no other from it.
 */
export async function replaceConnectionInFlows(
  { db, outbox, locks, enable }: Parts,
  actor: ProjectActor,
  from: string,
  to: string,
): Promise<Replaced> {
  const replaced: Replaced = { changed: [], disabled: [], unchanged: [] }
  const replace = async (flowId: string): Promise<void> => {
    const done = await outbox.transaction(async (trx, recordEvent) => {
      const made = await replaceInFlow(trx, actor, flowId, from, to)
      const version =
        made && (await selectShownVersion(trx, { id: flowId, publishedVersionId: made.copy?.version.id ?? null }))
      const request = { type: 'REPLACE_CONNECTION', request: { from, to } }
      if (version) recordEvent(actor, 'flow.updated', { flowVersion: version, request })
      return made
    })
    if (!done) return
    replaced.changed.push(done.record)
    if (done.copy?.flow.status !== 'ENABLED') return
    const { flow, version } = done.copy
    try {
      await enable(flow, version)
    } catch (error) {
      replaced.disabled.push({ flowId, displayName: version.displayName, message: messageOf(error) })
    }
  }
  for (const flowId of await selectFlowsUsing(db, actor.projectId, from))
    try {
      await locks.run(flowId, () => replace(flowId))
    } catch (error) {
      const latest = await selectLatestVersion(db, flowId).catch(() => undefined)
      replaced.unchanged.push({ flowId, displayName: latest?.displayName ?? flowId, message: messageOf(error) })
    }
  return replaced
}

async function replaceInFlow(
  trx: Db,
  actor: ProjectActor,
  flowId: string,
  from: string,
  to: string,
): Promise<{ record: FlowOperationRecord; copy?: RepublishedFlow } | undefined> {
  const { projectId } = actor
  const flow = await lockFlow(trx, projectId, flowId)
  const latest = flow && (await selectLatestVersion(trx, flowId))
  if (!flow || !latest) return undefined
  const now = Date.now()
  const stamp = new Date(now).toISOString()
  const note = (flowVersionId: string) =>
    noteOperation(trx, { flowId, flowVersionId, operation: { type: 'REPLACE_CONNECTION' }, now: stamp, by: actor })
  const rewrite = (version: FlowVersion): FlowVersion =>
    withDerived({ ...version, trigger: replaceConnection(version.trigger, from, to) })
  const published =
    flow.publishedVersionId === null ? undefined : await selectVersion(trx, flowId, flow.publishedVersionId)
  const draft = latest.state === 'DRAFT' ? latest : undefined
  if (!published?.connectionIds.includes(from)) {
    if (draft) await updateVersion(trx, rewrite(draft))
    return { record: await note(latest.id) }
  }
  const version = { ...rewrite(published), id: newId(now), created: stamp, updated: stamp }
  await insertVersion(trx, version)
  // The draft stays the newest version: versions are ordered by id.
  const newDraft = draft && { ...rewrite(draft), id: newId(now + 1) }
  if (draft && newDraft) {
    await insertVersion(trx, newDraft)
    await deleteVersion(trx, flowId, draft.id)
  }
  await updateFlow(trx, projectId, flowId, { publishedVersionId: version.id })
  const copy = { flow: { ...flow, publishedVersionId: version.id }, version }
  return { record: await note(newDraft?.id ?? version.id), copy }
}
