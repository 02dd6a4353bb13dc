import type { LiveRequestName } from '@piecework/model/live/events'
import { flowPolicy } from './flow.ts'
import type { Needs } from './policy.ts'
import { runPolicy } from './run.ts'

/** What is locked is a flow or a table: people who may edit neither have no use for a lock. */
const edit = [flowPolicy.edit.needs, 'WRITE_TABLE'] as const

/** What each request of live updates needs, in the words of the contract. */
export const LIVE_NEEDS: Readonly<Record<LiveRequestName, Needs>> = {
  TEST_FLOW_RUN: flowPolicy.edit.needs,
  /** Which of the two depends on the version that is run. */
  MANUAL_TRIGGER_RUN_STARTED: [flowPolicy.run.needs, flowPolicy.edit.needs],
  LOCK_RESOURCE: edit,
  UNLOCK_RESOURCE: edit,
  JOIN_PRESENCE: 'NONE',
  LEAVE_PRESENCE: 'NONE',
}

/** What people need to hear of runs and of flows: what they could also read over the API. */
export const LISTENING_NEEDS = { runs: runPolicy.read.needs, flows: flowPolicy.read.needs } as const
