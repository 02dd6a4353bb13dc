import type { DomainEventData } from '@piecework/model/events/domain-event'
import type { FlowOperationRecord } from '@piecework/model/flow/operations/record'
import type { StepTestResult } from '@piecework/model/live/events'
import type { BulkAct } from '@piecework/model/run/bulk-act'
import type { AccessChange } from '../access/change.ts'
import type { CanceledRun, ObservedAttempt, RunEnd, StepProgress } from './runs.ts'

/**
 * Every event of the server, by name, in the past tense. The code that causes one emits it, and does not know who
 * listens. An event stays in memory (MemoryEvents), or outlives the process (DurableEvents).
 */

/**
 * Events between the parts of a process: emitted by `events.announce` or `events.emit` after the commit, and lost with
 * the process. They carry only what a listener needs to find the rest.
 */
export interface MemoryEvents {
  /** A flow, one of its versions, or its trigger. Committed. */
  FLOW_CHANGED: { flowId: string }
  /** An operation on a flow was saved. Committed. */
  FLOW_OPERATED: { projectId: string; record: FlowOperationRecord }
  /** Its trigger cannot go on: the flow must leave service. */
  TRIGGER_FAILED: { projectId: string; flowId: string; reason?: string }
  /** An enabled flow whose trigger is not in service, though it could be. */
  TRIGGER_MISSED: { projectId: string; flowId: string }
  /** A step says something of itself while it runs. */
  RUN_PROGRESSED: { attempt: ObservedAttempt; said: StepProgress }
  /** Recorded as paused or over. */
  RUN_FINISHED: RunEnd
  /** Ended from outside. Committed. */
  RUNS_CANCELED: { projectId: string; runs: readonly CanceledRun[] }
  /** An act on many runs began, went on or ended. */
  BULK_PROGRESSED: BulkAct
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
  /** A secret manager, or what is remembered of its secrets. Without an id: all of the platform. */
  SECRETS_CHANGED: { platformId: string; id?: string | undefined }
  /** The destinations of events, or the events that they want. */
  EVENT_DESTINATIONS_CHANGED: Record<never, never>
  /** How many runs a project, or its pool, may have at a time. */
  LIMITS_CHANGED: Record<never, never>
}

export type EventName = keyof MemoryEvents

export type Listener<N extends EventName> = (event: MemoryEvents[N]) => void | Promise<void>

/**
 * Events for somebody outside of the process: recorded in `outbox.transaction`, with the change itself, and delivered at
 * least once. They carry the whole story, with its actor and place. Their schemas are in the model, because the API
 * shows them.
 */
export type DurableEvents = DomainEventData
export type DurableEventName = keyof DurableEvents
