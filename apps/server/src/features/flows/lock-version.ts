import type { FlowVersion } from '@piecework/model/flow/flow'
import type { FlowOperationRecord } from '@piecework/model/flow/operations/record'
import { applyOperation } from '@piecework/model/flow/operations/registry'
import type { ProjectActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import { requireFree } from './free.ts'
import { findUnseen, noteOperation } from './revisions.ts'
import { updateVersion } from './store.ts'
import { holdFlow, type Sent } from './write-status.ts'

interface Parts {
  db: Db
  /** An operation was saved. */
  saved(projectId: string, record: FlowOperationRecord): void
}

/**
 * Locks the latest version. @returns it, or undefined when it is no longer the version that was found ready: then nothing
 * is written.
 */
export async function lockVersion(
  { db, saved }: Parts,
  actor: ProjectActor,
  flowId: string,
  ready: FlowVersion,
  { operation, sending: { baseRevision } }: Sent,
): Promise<FlowVersion | undefined> {
  const { version, record } = await db.transaction().execute(async (trx) => {
    const { flow, latest } = await holdFlow(trx, actor.projectId, flowId)
    if (latest.id !== ready.id || latest.updated !== ready.updated) return {}
    if (baseRevision === undefined) requireFree(latest, actor)
    else await (await findUnseen(trx, flow, latest.id, baseRevision)).admit(operation)
    if (latest.state === 'LOCKED') return { version: ready }
    const now = new Date().toISOString()
    const locking = { type: 'LOCK_FLOW', request: {} } as const
    const version = applyOperation(ready, locking, { now, userId: actor.userId })
    await updateVersion(trx, version)
    const record = await noteOperation(trx, { flowId, flowVersionId: version.id, operation: locking, now, by: actor })
    return { version, record }
  })
  if (record) saved(actor.projectId, record)
  return version
}
