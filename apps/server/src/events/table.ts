import type { StepTestResult } from '@piecework/model/live/events'
import type { AccessChange } from '../access/change.ts'
import type { ObservedAttempt, RunEnd, StepProgress } from './runs.ts'

/**
 * What happens in the server, by name: whoever does it emits the event, and does not know who listens. Past tense, and
 * only what a listener needs to find the rest.
 */
export interface DomainEvents {
  /** A flow, one of its versions, or its trigger. Committed. */
  FLOW_CHANGED: { flowId: string }
  /** Its trigger cannot go on: the flow must leave service. */
  TRIGGER_FAILED: { projectId: string; flowId: string }
  /** An enabled flow whose trigger is not in service, though it could be. */
  TRIGGER_MISSED: { projectId: string; flowId: string }
  /** A step says something of itself while it runs. */
  RUN_PROGRESSED: { attempt: ObservedAttempt; said: StepProgress }
  /** Recorded as paused or over. */
  RUN_FINISHED: RunEnd
  /** Ended from outside. */
  RUNS_CANCELED: { projectId: string; ids: readonly string[] }
  /** Somebody waits for the result. */
  STEP_TESTED: StepTestResult
  /** The value of a connection, or who may use it. */
  CONNECTIONS_CHANGED: Record<never, never>
  /** Pieces were installed, removed or built again. */
  PIECES_CHANGED: Record<never, never>
  /** A piece under development was built again. */
  PIECE_REBUILT: { name: string; version: string }
  /** Somebody may do more or less than before. */
  ACCESS_CHANGED: AccessChange
  /** How many runs a project, or its pool, may have at a time. */
  LIMITS_CHANGED: Record<never, never>
}

export type EventName = keyof DomainEvents

export type Listener<N extends EventName> = (event: DomainEvents[N]) => void | Promise<void>
