import { z } from 'zod'
import { FlowOperationRecord } from '../flow/operations/record.ts'
import { BulkAct } from '../run/bulk-act.ts'
import { FlowRun } from '../run/run.ts'
import { FlowRunStatus, RunEnvironment } from '../run/status.ts'
import { StepOutput, StepPath } from '../run/step-output.ts'

/** The messages of a browser's Socket.IO connection. */

/** The `auth` of the handshake. */
export const LiveHandshake = z.object({ token: z.string().min(1), projectId: z.string().min(1) })
export type LiveHandshake = z.infer<typeof LiveHandshake>

const RunRequest = z.object({ flowVersionId: z.string().min(1).max(100) })
/** A flow, a table or another entity that people edit or view together. */
const ResourceId = z.string().min(1).max(200)
const ResourceRequest = z.object({ resourceId: ResourceId })

/** The requests of a client. */
export const LIVE_REQUESTS = {
  TEST_FLOW_RUN: RunRequest,
  MANUAL_TRIGGER_RUN_STARTED: RunRequest,
  LOCK_RESOURCE: ResourceRequest.extend({ force: z.boolean().optional() }),
  UNLOCK_RESOURCE: ResourceRequest,
  JOIN_PRESENCE: ResourceRequest,
  LEAVE_PRESENCE: ResourceRequest,
} as const satisfies Record<string, z.ZodType>
export type LiveRequestName = keyof typeof LIVE_REQUESTS

/** The time that a lock or a presence lasts without a renewal. */
export const LOCK_TTL_MS = 60_000
export const PRESENCE_TTL_MS = 90_000

export const LockHolder = z.object({ userId: z.string(), userDisplayName: z.string() })
export type LockHolder = z.infer<typeof LockHolder>

export const PresentUser = z.object({
  userId: z.string(),
  userDisplayName: z.string(),
  userEmail: z.string(),
  userImageUrl: z.string().nullable(),
})
export type PresentUser = z.infer<typeof PresentUser>

export const StepTestResult = z.object({
  runId: z.string(),
  projectId: z.string(),
  stepName: z.string(),
  success: z.boolean(),
  input: z.unknown(),
  output: z.unknown(),
  /** Input or output are too large for a message: GET /v1/sample-data has them. */
  truncated: z.boolean().optional(),
  sampleDataFileId: z.string().optional(),
  sampleDataInputFileId: z.string().optional(),
  standardError: z.string(),
  standardOutput: z.string(),
})
export type StepTestResult = z.infer<typeof StepTestResult>

const Refusal = z.object({ statusCode: z.number(), code: z.string(), params: z.record(z.string(), z.unknown()) })

/** The events for clients. */
export const LIVE_EVENTS = {
  TEST_FLOW_RUN_STARTED: FlowRun,
  MANUAL_TRIGGER_RUN_STARTED: FlowRun,
  /** The state of a run without its steps, and one step that has ended or reports its progress. */
  UPDATE_RUN_PROGRESS: z.object({
    flowRun: FlowRun,
    step: z.object({ name: z.string(), path: StepPath, output: StepOutput }).optional(),
  }),
  /** The status of a run has changed; for lists. */
  FLOW_RUN_PROGRESS: z.object({
    runId: z.string(),
    flowId: z.string(),
    status: FlowRunStatus,
    environment: RunEnvironment,
  }),
  /** The progress of a bulk act. */
  BULK_PROGRESS: BulkAct,
  TEST_STEP_PROGRESS: StepTestResult,
  TEST_STEP_FINISHED: StepTestResult,
  /** A user edited a flow; also sent to that user. */
  FLOW_OPERATION: FlowOperationRecord,
  RESOURCE_LOCKED: LockHolder.extend({ resourceId: z.string() }),
  RESOURCE_UNLOCKED: ResourceRequest,
  PRESENCE_UPDATED: z.object({ resourceId: z.string(), users: z.array(PresentUser) }),
  /** A piece under development was built again. */
  REFRESH_PIECE: z.object({ pieceName: z.string(), pieceVersion: z.string() }),
  /** The reason why a request without an acknowledgement failed, or (without `event`) why the connection ends. */
  ERROR: z.object({ event: z.string().optional(), error: Refusal }),
} as const satisfies Record<string, z.ZodType>
export type LiveEventName = keyof typeof LIVE_EVENTS
export type LiveEvent<N extends LiveEventName> = z.infer<(typeof LIVE_EVENTS)[N]>
