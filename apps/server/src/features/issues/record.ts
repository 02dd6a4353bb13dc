import { type DomainEvent, EVENT_DATA } from '@piecework/model/events/domain-event'
import { newId } from '@piecework/model/ids'
import type { SystemPrincipal } from '../../access/actor.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import type { Subscriber } from '../../outbox/subscriber.ts'
import { kindOfError } from './kind-of-error.ts'
import { countFailure, countKinds, type Failure, lockIssueOf } from './store.ts'

/** More kinds than these go into one issue of their step. */
const MAX_KINDS_OF_FLOW = 200
/** A failure after so long begins a new series. */
const SERIES_MS = 24 * 3_600_000
const LONGEST_MESSAGE = 2000

const ISSUES: SystemPrincipal = { type: 'SYSTEM', id: 'issues' }

interface Parts {
  outbox: Outbox
  /** The address at which a person looks at a run. */
  linkOf(runId: string): string
}

/** Groups failed production runs, and raises an alert for the first of a series. */
export function createIssueRecorder({ outbox, linkOf }: Parts): Subscriber {
  const record = async (event: DomainEvent): Promise<void> => {
    const { flowRun, failedStep } = EVENT_DATA['flow.run.failed'].parse(event.data)
    const { projectId, platformId } = event
    if (flowRun.environment !== 'PRODUCTION' || projectId === undefined) return
    const message = (failedStep?.message ?? `The run ended as ${flowRun.status}`).slice(0, LONGEST_MESSAGE)
    const failure: Failure = {
      ...{ id: newId(), eventId: event.id, runId: flowRun.id, projectId, flowId: flowRun.flowId, message },
      ...{ stepName: failedStep?.name ?? '', stepDisplayName: failedStep?.displayName ?? '' },
      ...{ runStatus: flowRun.status, kind: kindOfError(message), seen: flowRun.finishTime ?? event.created },
    }
    await outbox.transaction(async (trx, recordEvent) => {
      const { count, isKnown } = await countKinds(trx, failure)
      const counted = isKnown || count < MAX_KINDS_OF_FLOW ? failure : { ...failure, kind: 'other' }
      const issue = await lockIssueOf(trx, counted)
      if (!issue) return
      const isQuiet = Date.parse(failure.seen) - Date.parse(issue.lastSeen) > SERIES_MS
      const isFirst = issue.count === 0 || issue.status === 'RESOLVED' || isQuiet
      await countFailure(trx, issue, counted, isFirst)
      if (!isFirst) return
      const name = flowRun.flowDisplayName ?? 'A flow'
      const where = failure.stepDisplayName === '' ? [] : [`It failed at the step "${failure.stepDisplayName}".`]
      recordEvent({ principal: ISSUES, userId: null, ip: null, platformId, projectId }, 'alert.raised', {
        alert: {
          ...{ kind: 'RUN_FAILED', title: `${name} failed`, lines: [...where, message] },
          ...{ link: linkOf(flowRun.id), flowIds: [flowRun.flowId] },
        },
      })
    })
  }

  return {
    name: 'issues',
    wants: (name) => name === 'flow.run.failed',
    async deliver(events, signal) {
      for (const event of events) {
        signal.throwIfAborted()
        await record(event)
      }
    },
  }
}
