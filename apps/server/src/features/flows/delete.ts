import { AppError, notFound } from '@piecework/model/errors'
import { sampleDataFileIds } from '@piecework/model/flow/sample-data'
import type { Logger } from 'pino'
import type { ProjectActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { Events } from '../../events/events.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import type { Locks } from './locks.ts'
import type { Triggers } from './publish.ts'
import type { SampleData } from './sample-data.ts'
import {
  deleteFlow,
  type FlowRow,
  lockFlow,
  selectDeletingFlows,
  selectShownVersion,
  selectTriggersOfFlow,
  updateFlow,
} from './store.ts'

interface Parts {
  db: Db
  sampleData: SampleData
  triggers: Triggers
  /** The locks of flows: deleting waits until a publish that goes on is over. */
  locks: Locks
  outbox: Outbox
  /** Ends the runs of a flow that are not over, tests included. */
  cancelRuns(projectId: string, flowId: string): Promise<unknown>
  events: Pick<Events, 'announce'>
  log: Logger
}

/**
 * Deletes flows: marked and hidden at once, cleaned up in the background. The mark is the record of the work, so a
 * process that starts goes on where another ended. Runs and their history stay; those that are not over are canceled.
 */
export function createDeletions({ db, outbox, sampleData, triggers, locks, cancelRuns, events, log }: Parts) {
  const running = new Set<Promise<void>>()

  const cleanUp = async (flow: FlowRow): Promise<void> => {
    await triggers
      .remove(flow)
      .catch((err: unknown) => log.warn({ err, flowId: flow.id }, 'the trigger of a deleted flow did not stop cleanly'))
    // Without the definition they could not go on.
    await cancelRuns(flow.projectId, flow.id)
    const versions = await selectTriggersOfFlow(db, flow.id)
    const files = new Set(versions.flatMap(({ trigger }) => [...sampleDataFileIds(trigger)]))
    await deleteFlow(db, flow.projectId, flow.id)
    await sampleData.remove(flow.projectId, [...files])
    events.announce('FLOW_CHANGED', { flowId: flow.id })
  }

  const inBackground = (flow: FlowRow): void => {
    const work: Promise<void> = locks
      .run(flow.id, () => cleanUp(flow))
      .catch((err: unknown) =>
        log.error({ err, flowId: flow.id }, 'a flow could not be deleted; the next start tries again'),
      )
      .finally(() => running.delete(work))
    running.add(work)
  }

  return {
    /** @throws AppError ENTITY_NOT_FOUND, FLOW_OPERATION_IN_PROGRESS */
    async start(actor: ProjectActor, id: string): Promise<void> {
      const { projectId } = actor
      const flow = await outbox.transaction(async (trx, recordEvent) => {
        const found = await lockFlow(trx, projectId, id)
        if (!found) throw notFound('flow', id)
        if (found.operationStatus !== 'NONE')
          throw new AppError('FLOW_OPERATION_IN_PROGRESS', { message: 'the flow is being deleted already' })
        await updateFlow(trx, projectId, id, { operationStatus: 'DELETING', status: 'DISABLED' })
        const { created, updated } = found
        const version = await selectShownVersion(trx, found)
        if (version) recordEvent(actor, 'flow.deleted', { flow: { id, created, updated }, flowVersion: version })
        return found
      })
      events.announce('FLOW_CHANGED', { flowId: id })
      inBackground(flow)
    },

    async resume(): Promise<void> {
      for (const flow of await selectDeletingFlows(db)) inBackground(flow)
    },

    async settled(): Promise<void> {
      await Promise.all(running)
    },
  }
}
