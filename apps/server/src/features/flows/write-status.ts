import { AppError, notFound } from '@piecework/model/errors'
import type { FlowStatus, FlowVersion } from '@piecework/model/flow/flow'
import type { FlowOperationRecord, OperationSending } from '@piecework/model/flow/operations/record'
import type { FlowOperation } from '@piecework/model/flow/operations/registry'
import type { ProjectActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import { changesOf } from '../../outbox/changes.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { requestForEvent } from './event-data.ts'
import { findSent, noteOperation } from './revisions.ts'
import {
  type FlowRow,
  lockFlow,
  noteStatusChange,
  selectLatestVersion,
  selectShownVersion,
  updateFlow,
} from './store.ts'

export type PublishOperation = Extract<FlowOperation, { type: 'CHANGE_STATUS' | 'LOCK_AND_PUBLISH' }>

/** An operation on its way: who sent it, and what they said of it. */
export interface Sent {
  operation: PublishOperation
  by: ProjectActor
  sending: OperationSending
  /** Why the server does it by itself. */
  reason?: string | undefined
}

interface Parts {
  outbox: Outbox
  /** An operation was saved. */
  saved(projectId: string, record: FlowOperationRecord): void
}

/** Writes the status of a flow, its published version, and the operation that changed them, in one transaction. */
export async function writeStatus(
  { outbox, saved }: Parts,
  flow: FlowRow,
  changes: { status: FlowStatus; publishedVersionId?: string },
  { operation, by, sending: { clientOperationId }, reason }: Sent,
): Promise<FlowOperationRecord> {
  const record = await outbox.transaction(async (trx, recordEvent) => {
    // Its deletion waits for the end of this, and takes out of service what is in it by then.
    const { flow: locked, latest } = await holdFlow(trx, flow.projectId, flow.id)
    await updateFlow(trx, flow.projectId, flow.id, changes)
    const sent = await findSent(trx, flow.id, { clientOperationId })
    if (sent) return sent
    const version = await selectShownVersion(trx, { ...flow, ...changes })
    const changed = changesOf(flow, { ...changes })
    if (version && Object.keys(changed.after).length > 0)
      recordEvent(by, 'flow.updated', { flowVersion: version, request: requestForEvent(operation), ...changed })
    const now = new Date().toISOString()
    const { status } = changes
    if (version && status === 'DISABLED' && locked.status === 'ENABLED') {
      const { id, created } = locked
      const switchedOff = { flow: { id, created, updated: now, displayName: version.displayName } }
      recordEvent(by, 'flow.switched.off', { ...switchedOff, ...(reason === undefined ? {} : { reason }) })
    }
    if (status !== locked.status || reason !== undefined)
      await noteStatusChange(trx, {
        flowId: flow.id,
        status,
        changed: now,
        userId: by.userId,
        reason: reason ?? null,
      })
    return noteOperation(trx, { flowId: flow.id, flowVersionId: latest.id, operation, now, by, clientOperationId })
  })
  saved(flow.projectId, record)
  return record
}

/**
 * The flow with its latest version. Other changes of it wait until this transaction ends.
 * @throws AppError ENTITY_NOT_FOUND, FLOW_OPERATION_IN_PROGRESS for a flow that is being deleted
 */
export async function holdFlow(
  trx: Db,
  projectId: string,
  flowId: string,
): Promise<{ flow: FlowRow; latest: FlowVersion }> {
  const flow = requireIdle(await lockFlow(trx, projectId, flowId), flowId)
  const latest = await selectLatestVersion(trx, flowId)
  if (!latest) throw notFound('flow', flowId)
  return { flow, latest }
}

/** @throws AppError ENTITY_NOT_FOUND, FLOW_OPERATION_IN_PROGRESS for a flow that is being deleted */
export function requireIdle(flow: FlowRow | undefined, flowId: string): FlowRow {
  if (!flow) throw notFound('flow', flowId)
  if (flow.operationStatus !== 'NONE')
    throw new AppError('FLOW_OPERATION_IN_PROGRESS', { message: 'the flow is being deleted' })
  return flow
}
