import { AppError, notFound } from '@piecework/model/errors'
import type { FlowStatus, FlowVersion } from '@piecework/model/flow/flow'
import { applyOperation, type FlowOperation } from '@piecework/model/flow/operations/registry'
import type { PieceTrigger } from '@piecework/model/flow/step'
import type { Logger } from 'pino'
import type { Db } from '../../database/open.ts'
import { type Actor, requireFree } from './actor.ts'
import type { Locks } from './locks.ts'
import {
  type FlowRow,
  lockFlow,
  selectFlow,
  selectLatestVersion,
  selectVersion,
  updateFlow,
  updateVersion,
} from './store.ts'

/** Takes the triggers of flows into and out of service. */
export interface Triggers {
  /** What was in service for the flow before is taken out first. @throws AppError TRIGGER_UPDATE_STATUS */
  enable(flow: { id: string; projectId: string }, version: FlowVersion): Promise<void>
  disable(flow: { id: string; projectId: string }): Promise<void>
  /** The draft gets this trigger (undefined: whatever it will be): a test that listens with another one ends. */
  replacing(flow: { id: string; projectId: string }, trigger: NewTrigger | undefined): Promise<void>
  /** The flow goes: so does everything that its triggers registered and kept. */
  remove(flow: { id: string; projectId: string }): Promise<void>
}

/** A trigger as an edit gives it. */
export type NewTrigger = { type: 'EMPTY' } | Pick<PieceTrigger, 'type' | 'settings'>

export type PublishOperation = Extract<FlowOperation, { type: 'CHANGE_STATUS' | 'LOCK_AND_PUBLISH' }>

export function isPublishOperation(operation: FlowOperation): operation is PublishOperation {
  return operation.type === 'CHANGE_STATUS' || operation.type === 'LOCK_AND_PUBLISH'
}

interface Parts {
  db: Db
  triggers: Triggers
  locks: Locks
  onFlowChanged: (flowId: string) => void
  log: Logger
}

/**
 * Publishes flows, and switches them on and off. Triggers talk to the outside world for minutes, so this happens
 * between transactions, one flow at a time; the flow goes on answering with its old version until the end.
 */
export function createPublisher({ db, triggers, locks, onFlowChanged, log }: Parts) {
  const write = async (flow: FlowRow, changes: { status: FlowStatus; publishedVersionId?: string }): Promise<void> => {
    await updateFlow(db, flow.projectId, flow.id, changes)
    onFlowChanged(flow.id)
  }

  const requireTrigger = ({ trigger }: FlowVersion): void => {
    if (trigger.valid) return
    throw new AppError('FLOW_OPERATION_INVALID', {
      message: 'the trigger is not complete: choose one and fill in its settings before enabling the flow',
    })
  }

  const enable = async (flow: FlowRow, version: FlowVersion): Promise<void> => {
    requireTrigger(version)
    const publishedVersionId = version.id
    try {
      await triggers.enable(flow, version)
    } catch (error) {
      await write(flow, { status: 'DISABLED', publishedVersionId })
      throw error
    }
    await write(flow, { status: 'ENABLED', publishedVersionId })
  }

  const disable = async (flow: FlowRow): Promise<void> => {
    await write(flow, { status: 'DISABLED' })
    await triggers
      .disable(flow)
      .catch((err: unknown) =>
        log.warn({ err, flowId: flow.id }, 'a trigger did not stop cleanly; its flow is disabled all the same'),
      )
  }

  const lock = (actor: Actor, flowId: string, status: FlowStatus): Promise<{ flow: FlowRow; version: FlowVersion }> =>
    db.transaction().execute(async (trx) => {
      const flow = requireIdle(await lockFlow(trx, actor.projectId, flowId), flowId)
      const latest = await selectLatestVersion(trx, flowId)
      if (!latest) throw notFound('flow', flowId)
      requireFree(latest, actor)
      // Before anything is written: a flow that cannot be enabled keeps its draft.
      if (status === 'ENABLED') requireTrigger(latest)
      const context = { now: new Date().toISOString(), userId: actor.userId }
      const version =
        latest.state === 'LOCKED' ? latest : applyOperation(latest, { type: 'LOCK_FLOW', request: {} }, context)
      if (version !== latest) await updateVersion(trx, version)
      return { flow, version }
    })

  const publish = async (actor: Actor, flowId: string, status: FlowStatus): Promise<void> => {
    const { flow, version } = await lock(actor, flowId, status)
    onFlowChanged(flowId)
    // What is in service already is not registered anew.
    if (status === 'ENABLED' && flow.status === 'ENABLED' && flow.publishedVersionId === version.id) return
    if (status === 'ENABLED') return enable(flow, version)
    await updateFlow(db, flow.projectId, flow.id, { publishedVersionId: version.id })
    await disable(flow)
  }

  const changeStatus = async (actor: Actor, flowId: string, status: FlowStatus): Promise<void> => {
    const flow = requireIdle(await selectFlow(db, actor.projectId, flowId), flowId)
    if (flow.status === status) return
    if (status === 'DISABLED') return disable(flow)
    const version =
      flow.publishedVersionId === null ? undefined : await selectVersion(db, flow.id, flow.publishedVersionId)
    if (!version)
      throw new AppError('FLOW_OPERATION_INVALID', {
        message: 'the flow has no published version: publish it before enabling it',
      })
    return enable(flow, version)
  }

  return {
    /** @throws AppError FLOW_IN_USE, FLOW_OPERATION_INVALID, FLOW_OPERATION_IN_PROGRESS, TRIGGER_UPDATE_STATUS */
    apply(actor: Actor, flowId: string, { type, request: { status } }: PublishOperation): Promise<void> {
      return locks.run(flowId, () => (type === 'LOCK_AND_PUBLISH' ? publish : changeStatus)(actor, flowId, status))
    },
    disable: (flow: FlowRow): Promise<void> => locks.run(flow.id, () => disable(flow)),
    /** Takes the trigger of an enabled flow into service anew. @throws AppError TRIGGER_UPDATE_STATUS */
    restore: ({ id, projectId }: Pick<FlowRow, 'id' | 'projectId'>): Promise<void> =>
      locks.run(id, async () => {
        const flow = await selectFlow(db, projectId, id)
        if (flow?.status !== 'ENABLED' || flow.publishedVersionId === null) return
        const version = await selectVersion(db, id, flow.publishedVersionId)
        if (version) await enable(flow, version)
      }),
  }
}

function requireIdle(flow: FlowRow | undefined, flowId: string): FlowRow {
  if (!flow) throw notFound('flow', flowId)
  if (flow.operationStatus !== 'NONE')
    throw new AppError('FLOW_OPERATION_IN_PROGRESS', { message: 'the flow is being deleted' })
  return flow
}
