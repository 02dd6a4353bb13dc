import type { DayCounts, FlowFailures } from '@piecework/api/run-counts'
import { shortFailure } from '@piecework/model/run/run'
import { isTerminal } from '@piecework/model/run/run-statuses'
import { FlowRunStatus } from '@piecework/model/run/status'
import type { ProjectActor } from '../../../access/actor.ts'
import type { Db } from '../../../database/open.ts'
import { authorize } from '../../../policies/policy.ts'
import { runPolicy } from '../../../policies/run.ts'
import { countRuns, selectDays, selectFailures } from './store.ts'

/** How many runs there were, and how they ended. */
export interface RunCounts {
  /** The counts of the last days in a time zone, today included, oldest first. */
  byDay(
    actor: ProjectActor,
    request: { days: number; timezone: string; flowId?: string | undefined },
  ): Promise<DayCounts[]>
  /** Flows with runs that failed since a time, most failures first. */
  failures(actor: ProjectActor, request: { createdAfter: string; limit: number }): Promise<FlowFailures[]>
}

interface Parts {
  db: Db
  /** Resolves when the runs so far can be read. */
  recorded(): Promise<void>
}

const FAILED = FlowRunStatus.options.filter(
  (status) => isTerminal(status) && status !== 'SUCCEEDED' && status !== 'CANCELED',
)

export function createRunCounts({ db, recorded }: Parts): RunCounts {
  return {
    async byDay(actor, { days, timezone, flowId }) {
      authorize(actor, runPolicy.read)
      await recorded()
      const counted: DayCounts[] = []
      // Day by day: in the embedded database, runs are recorded between the parts of a long look.
      for (const range of await selectDays(db, days, timezone)) {
        const rows = await countRuns(db, { projectId: actor.projectId, flowId }, range)
        counted.push({ day: range.day, counts: Object.fromEntries(rows.map(({ status, count }) => [status, count])) })
      }
      return counted
    },

    async failures(actor, { createdAfter, limit }) {
      authorize(actor, runPolicy.read)
      await recorded()
      const failures = await selectFailures(db, actor.projectId, { since: createdAfter, statuses: FAILED, limit })
      return failures.map((flow) => ({ ...flow, failedStep: flow.failedStep && shortFailure(flow.failedStep) }))
    },
  }
}
