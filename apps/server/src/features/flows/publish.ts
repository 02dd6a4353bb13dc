import { AppError, notFound } from '@piecework/model/errors'
import type { FlowStatus, FlowVersion } from '@piecework/model/flow/flow'
import { applyOperation, type FlowOperation } from '@piecework/model/flow/operations/registry'
import type { PieceLookup } from '@piecework/model/flow/piece-step'
import { problemsOf, sayProblems } from '@piecework/model/flow/problems'
import type { PieceTrigger, Trigger } from '@piecework/model/flow/step'
import { judgeVersion } from '@piecework/model/flow/validity'
import type { Logger } from 'pino'
import type { ProjectActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { Events } from '../../events/events.ts'
import { requireFree } from './free.ts'
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

export interface PublishRules {
  /** Versions with steps that are not ready to run are published, too. */
  allowsInvalid: boolean
  /** A flow that is published without a status is enabled; else it keeps the status that it has. */
  enables: boolean
}

interface Parts {
  db: Db
  rules: PublishRules
  /** The pieces of a version. */
  lookup(version: FlowVersion, platformId: string): Promise<PieceLookup>
  triggers: Triggers
  locks: Locks
  events: Pick<Events, 'announce'>
  log: Logger
}

/**
 * Publishes flows, and switches them on and off. Triggers talk to the outside world for minutes, so this happens
 * between transactions, one flow at a time; the flow goes on answering with its old version until the end.
 */
export function createPublisher({ db, rules, lookup, triggers, locks, events, log }: Parts) {
  const write = async (flow: FlowRow, changes: { status: FlowStatus; publishedVersionId?: string }): Promise<void> => {
    await updateFlow(db, flow.projectId, flow.id, changes)
    events.announce('FLOW_CHANGED', { flowId: flow.id })
  }

  /**
   * The version, when it may be published. One that was not valid may be now: its pieces were installed meanwhile.
   * @throws AppError FLOW_VERSION_INVALID that names each step and field
   */
  const requireReady = async (version: FlowVersion, actor: ProjectActor, status: FlowStatus): Promise<FlowVersion> => {
    const isEnough = rules.allowsInvalid && (status === 'DISABLED' || version.trigger.valid)
    if (version.valid || isEnough) return version
    const pieces = await lookup(version, actor.platformId)
    const judged = judgeVersion(version, pieces)
    if (judged.valid) return judged
    const steps = problemsOf(rules.allowsInvalid ? withoutActions(version.trigger) : version.trigger, pieces)
    if (steps.length === 0) return judged
    throw new AppError('FLOW_VERSION_INVALID', {
      flowVersionId: version.id,
      steps,
      message: `the flow is not ready, because steps are not complete: ${sayProblems(steps)}`,
    })
  }

  const enable = async (flow: FlowRow, version: FlowVersion): Promise<void> => {
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

  /** Locks the latest version, unless it is another one than was looked at: then nothing is done. */
  const lock = (actor: ProjectActor, flowId: string, ready: FlowVersion): Promise<FlowVersion | undefined> =>
    db.transaction().execute(async (trx) => {
      requireIdle(await lockFlow(trx, actor.projectId, flowId), flowId)
      const latest = await selectLatestVersion(trx, flowId)
      if (!latest) throw notFound('flow', flowId)
      if (latest.id !== ready.id || latest.updated !== ready.updated) return undefined
      requireFree(latest, actor)
      if (latest.state === 'LOCKED') return ready
      const context = { now: new Date().toISOString(), userId: actor.userId }
      const version = applyOperation(ready, { type: 'LOCK_FLOW', request: {} }, context)
      await updateVersion(trx, version)
      return version
    })

  const publish = async (actor: ProjectActor, flowId: string, wanted: FlowStatus | undefined): Promise<void> => {
    const flow = requireIdle(await selectFlow(db, actor.projectId, flowId), flowId)
    const status = wanted ?? (rules.enables ? 'ENABLED' : flow.status)
    let version: FlowVersion | undefined
    for (let tries = 0; version === undefined; tries++) {
      const latest = await selectLatestVersion(db, flowId)
      if (!latest) throw notFound('flow', flowId)
      // Before anything is written: a flow that cannot be published keeps its draft.
      version = await lock(actor, flowId, await requireReady(latest, actor, status))
      if (tries === MAX_TRIES)
        throw new AppError('FLOW_IN_USE', { flowVersionId: latest.id, message: 'the flow is being changed: try again' })
    }
    events.announce('FLOW_CHANGED', { flowId })
    // What is in service already is not registered anew.
    if (status === 'ENABLED' && flow.status === 'ENABLED' && flow.publishedVersionId === version.id) return
    if (status === 'ENABLED') return enable(flow, version)
    await updateFlow(db, flow.projectId, flow.id, { publishedVersionId: version.id })
    await disable(flow)
  }

  const changeStatus = async (actor: ProjectActor, flowId: string, status: FlowStatus): Promise<void> => {
    const flow = requireIdle(await selectFlow(db, actor.projectId, flowId), flowId)
    if (flow.status === status) return
    if (status === 'DISABLED') return disable(flow)
    const version =
      flow.publishedVersionId === null ? undefined : await selectVersion(db, flow.id, flow.publishedVersionId)
    if (!version)
      throw new AppError('FLOW_OPERATION_INVALID', {
        message: 'the flow has no published version: publish it before enabling it',
      })
    await requireReady(version, actor, status)
    return enable(flow, version)
  }

  return {
    /**
     * @throws AppError FLOW_IN_USE, FLOW_OPERATION_INVALID, FLOW_VERSION_INVALID, FLOW_OPERATION_IN_PROGRESS,
     *   TRIGGER_UPDATE_STATUS
     */
    apply(actor: ProjectActor, flowId: string, operation: PublishOperation): Promise<void> {
      return locks.run(flowId, () =>
        operation.type === 'LOCK_AND_PUBLISH'
          ? publish(actor, flowId, operation.request.status)
          : changeStatus(actor, flowId, operation.request.status),
      )
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

/** How often a version may change while it is looked at. */
const MAX_TRIES = 5

/** The trigger alone: what must be ready whatever the rules are. */
function withoutActions(trigger: Trigger): Trigger {
  const alone = { ...trigger }
  delete alone.nextAction
  return alone
}

function requireIdle(flow: FlowRow | undefined, flowId: string): FlowRow {
  if (!flow) throw notFound('flow', flowId)
  if (flow.operationStatus !== 'NONE')
    throw new AppError('FLOW_OPERATION_IN_PROGRESS', { message: 'the flow is being deleted' })
  return flow
}
