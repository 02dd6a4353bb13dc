import { AppError, notFound } from '@piecework/model/errors'
import type { FlowStatus, FlowVersion } from '@piecework/model/flow/flow'
import type { FlowOperationRecord, OperationSending } from '@piecework/model/flow/operations/record'
import type { FlowOperation } from '@piecework/model/flow/operations/registry'
import type { PieceTrigger } from '@piecework/model/flow/step'
import type { Logger } from 'pino'
import { type Place, type ProjectActor, systemActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { lockVersion } from './lock-version.ts'
import type { Locks } from './locks.ts'
import { type Readiness, requireReady } from './ready.ts'
import { findSent, type SavedOperation } from './revisions.ts'
import { type FlowRow, selectFlow, selectLatestVersion, selectVersion } from './store.ts'
import { type PublishOperation, requireIdle, type Sent, writeStatus } from './write-status.ts'

/** Takes the triggers of flows into and out of service. */
export interface Triggers {
  /** Takes the trigger into service, and the one before it out of service first. @throws AppError TRIGGER_UPDATE_STATUS */
  enable(flow: { id: string; projectId: string }, version: FlowVersion): Promise<void>
  disable(flow: { id: string; projectId: string }): Promise<void>
  /** The draft gets this trigger (undefined: whatever it will be): a test that listens with another one ends. */
  replacing(flow: { id: string; projectId: string }, trigger: NewTrigger | undefined): Promise<void>
  /** The flow goes: so does everything that its triggers registered and kept. */
  remove(flow: { id: string; projectId: string }): Promise<void>
}

/** A trigger as an edit gives it. */
export type NewTrigger = { type: 'EMPTY' } | Pick<PieceTrigger, 'type' | 'settings'>

export function isPublishOperation(operation: FlowOperation): operation is PublishOperation {
  return operation.type === 'CHANGE_STATUS' || operation.type === 'LOCK_AND_PUBLISH'
}

interface Parts extends Readiness {
  db: Db
  outbox: Outbox
  triggers: Triggers
  locks: Locks
  /** An operation was saved. */
  saved(projectId: string, record: FlowOperationRecord): void
  log: Logger
}

const statusChange = (by: ProjectActor, status: FlowStatus, reason?: string): Sent => ({
  operation: { type: 'CHANGE_STATUS', request: { status } },
  by,
  sending: {},
  reason,
})

/** A change that the server makes by itself. */
const bySystem = (place: Place, status: FlowStatus, reason?: string): Sent =>
  statusChange(systemActor('triggers', place), status, reason)

/** Takes the version before one that was refused into service again, so that a mistake stops no flow. */
async function goesOn({ db, triggers, log }: Parts, flow: FlowRow, refused: FlowVersion): Promise<boolean> {
  const { id, status, publishedVersionId } = flow
  if (status !== 'ENABLED' || publishedVersionId === null || publishedVersionId === refused.id) return false
  const before = await selectVersion(db, id, publishedVersionId)
  if (!before) return false
  try {
    await triggers.enable(flow, before)
    return true
  } catch (err) {
    log.warn({ err, flowId: id }, 'the trigger of the version before could not be taken into service again')
    return false
  }
}

/**
 * Publishes flows, and switches them on and off. Triggers talk to the outside world for minutes, so this happens
 * between transactions, one flow at a time; the flow goes on answering with its old version until the end.
 */
export function createPublisher(parts: Parts) {
  const { db, rules, triggers, locks, log } = parts

  const enable = async (flow: FlowRow, version: FlowVersion, sent: Sent): Promise<FlowOperationRecord> => {
    const publishedVersionId = version.id
    try {
      await triggers.enable(flow, version)
    } catch (error) {
      if (await goesOn(parts, flow, version)) throw error
      const reason = error instanceof Error ? error.message : String(error)
      await writeStatus(parts, flow, { status: 'DISABLED', publishedVersionId }, bySystem(sent.by, 'DISABLED', reason))
      throw error
    }
    return writeStatus(parts, flow, { status: 'ENABLED', publishedVersionId }, sent)
  }

  const disable = async (flow: FlowRow, sent: Sent, changes: { publishedVersionId?: string } = {}) => {
    const record = await writeStatus(parts, flow, { ...changes, status: 'DISABLED' }, sent)
    await triggers
      .disable(flow)
      .catch((err: unknown) =>
        log.warn({ err, flowId: flow.id }, 'a trigger did not stop cleanly; its flow is disabled anyway'),
      )
    return record
  }

  const publish = async (
    actor: ProjectActor,
    flowId: string,
    wanted: FlowStatus | undefined,
    sent: Sent,
  ): Promise<FlowOperationRecord | undefined> => {
    const flow = requireIdle(await selectFlow(db, actor.projectId, flowId), flowId)
    const status = wanted ?? (rules.enables ? 'ENABLED' : flow.status)
    let version: FlowVersion | undefined
    for (let tries = 0; version === undefined; tries++) {
      const latest = await selectLatestVersion(db, flowId)
      if (!latest) throw notFound('flow', flowId)
      // Before anything is written: a flow that cannot be published keeps its draft.
      version = await lockVersion(parts, actor, flowId, await requireReady(parts, latest, actor, status), sent)
      if (tries === MAX_TRIES)
        throw new AppError('FLOW_IN_USE', { flowVersionId: latest.id, message: 'the flow is being changed: try again' })
    }
    // A version that is in service already is not registered again.
    if (status === 'ENABLED' && flow.status === 'ENABLED' && flow.publishedVersionId === version.id) return undefined
    if (status === 'ENABLED') return enable(flow, version, sent)
    return disable(flow, sent, { publishedVersionId: version.id })
  }

  const changeStatus = async (
    actor: ProjectActor,
    flowId: string,
    status: FlowStatus,
    sent: Sent,
  ): Promise<FlowOperationRecord | undefined> => {
    const flow = requireIdle(await selectFlow(db, actor.projectId, flowId), flowId)
    if (flow.status === status) return undefined
    if (status === 'DISABLED') return disable(flow, sent)
    const version =
      flow.publishedVersionId === null ? undefined : await selectVersion(db, flow.id, flow.publishedVersionId)
    if (!version)
      throw new AppError('FLOW_OPERATION_INVALID', {
        message: 'the flow has no published version: publish it before enabling it',
      })
    await requireReady(parts, version, actor, status)
    return enable(flow, version, sent)
  }

  return {
    /**
     * @returns undefined when there was nothing to do.
     * @throws AppError FLOW_IN_USE, FLOW_OPERATION_CONFLICT, FLOW_OPERATION_INVALID, FLOW_VERSION_INVALID,
     *   FLOW_OPERATION_IN_PROGRESS, TRIGGER_UPDATE_STATUS
     */
    apply(
      actor: ProjectActor,
      flowId: string,
      operation: PublishOperation,
      sending: OperationSending,
    ): Promise<SavedOperation | undefined> {
      const sent = { operation, by: actor, sending }
      return locks.run(flowId, async () => {
        const before = await findSent(db, flowId, sending)
        if (before) return { record: before, repeated: true }
        const record =
          operation.type === 'LOCK_AND_PUBLISH'
            ? await publish(actor, flowId, operation.request.status, sent)
            : await changeStatus(actor, flowId, operation.request.status, sent)
        return record && { record, repeated: false }
      })
    },
    /** @param reason why the server does it by itself */
    disable: async (actor: ProjectActor, flow: FlowRow, reason?: string): Promise<void> => {
      await locks.run(flow.id, () => disable(flow, statusChange(actor, 'DISABLED', reason)))
    },
    /** Takes the trigger of a version that has just been published; the caller holds the lock of the flow. */
    enable: (actor: ProjectActor, flow: FlowRow, version: FlowVersion): Promise<FlowOperationRecord> =>
      enable(flow, version, bySystem(actor, 'ENABLED')),
    /** Takes the trigger of an enabled flow into service again. @throws AppError TRIGGER_UPDATE_STATUS */
    restore: (actor: ProjectActor, id: string): Promise<void> =>
      locks.run(id, async () => {
        const flow = await selectFlow(db, actor.projectId, id)
        if (flow?.status !== 'ENABLED' || flow.publishedVersionId === null) return
        const version = await selectVersion(db, id, flow.publishedVersionId)
        if (version) await enable(flow, version, bySystem(actor, 'ENABLED'))
      }),
  }
}

/** How often a version may change while it is looked at. */
const MAX_TRIES = 5
