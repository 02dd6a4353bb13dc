import type { LiveRequestName } from '@piecework/model/live/events'
import { flowPolicy } from './flow.ts'
import type { Needs } from './policy.ts'
import { runPolicy } from './run.ts'

/** Locks are of flows and tables: people who may edit neither have no use for one. */
const edit = [flowPolicy.edit.needs, 'WRITE_TABLE'] as const

/** The permission that each request of live updates needs, as the contract names it. */
export const LIVE_NEEDS: Readonly<Record<LiveRequestName, Needs>> = {
  TEST_FLOW_RUN: flowPolicy.edit.needs,
  /** Which of the two depends on the version that is run. */
  MANUAL_TRIGGER_RUN_STARTED: [flowPolicy.run.needs, flowPolicy.edit.needs],
  LOCK_RESOURCE: edit,
  UNLOCK_RESOURCE: edit,
  JOIN_PRESENCE: 'NONE',
  LEAVE_PRESENCE: 'NONE',
}

/** The permission that people need to hear of runs or flows: the one that lets them read these over the API. */
export const LISTENING_NEEDS = { runs: runPolicy.read.needs, flows: flowPolicy.read.needs } as const
