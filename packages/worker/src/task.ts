import type { EngineResponse, FromEngine, JournalEntry } from '@piecework/engine/protocol'
import { ConnectionAnswerSchema, TaskOperationSchema } from '@piecework/engine/to-engine'
import type { FlowVersion } from '@piecework/model/flow/flow'
import type { StepPath } from '@piecework/model/run/step-output'
import { z } from 'zod'

/** The source of a piece's code; the server decides, so that all workers agree. */
const PieceSourceSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('BUILTIN') }),
  /** An exact version of the npm registry; `version` where the step is pinned to a range. */
  z.object({ type: z.literal('REGISTRY'), version: z.string().optional() }),
  /** A tarball that was uploaded; `fileId` of the server. */
  z.object({ type: z.literal('ARCHIVE'), fileId: z.string(), version: z.string().optional() }),
  /** A module on this machine's disk: a piece under development. Its path changes with its content. */
  z.object({ type: z.literal('FILE'), path: z.string() }),
  /** Neither built in nor installed: steps that need it fail and say so. */
  z.object({ type: z.literal('MISSING') }),
])
export type PieceSource = z.infer<typeof PieceSourceSchema>

/** A flow version by an immutable key, with the sources of its pieces by `name@version`. */
const VersionRefSchema = z.object({ key: z.string(), pieces: z.record(z.string(), PieceSourceSchema) })
export type VersionRef = z.infer<typeof VersionRefSchema>

const PieceRefSchema = z.object({ name: z.string(), version: z.string(), source: PieceSourceSchema })
export type PieceRef = z.infer<typeof PieceRefSchema>

export const TaskSchema = z.object({
  operation: TaskOperationSchema,
  /** For EXECUTE_FLOW and EXECUTE_TRIGGER_HOOK. */
  version: VersionRefSchema.optional(),
  /** For the operations on one piece. */
  piece: PieceRefSchema.optional(),
  /** Time limit of the operation itself; preparation is bounded separately. */
  timeoutMs: z.number(),
  /** It may be given back when something that it needs has to be installed first. */
  mayWait: z.boolean().optional(),
})
export type Task = z.infer<typeof TaskSchema>

/** The reports of a task while it runs. */
export interface TaskEvents {
  /** Resolves once the entries are on disk; rejects when this attempt may no longer write. */
  journal(entries: JournalEntry[]): Promise<void>
  respond(response: EngineResponse): void
  progress(stepName: string, path: StepPath, output: string): void
}

export type TaskOutcome =
  | { kind: 'RESULT'; message: Extract<FromEngine, { kind: 'result' }> }
  | { kind: 'TIMEOUT' }
  | { kind: 'MEMORY_LIMIT_EXCEEDED' }
  | { kind: 'CANCELED' }
  /**
   * The worker or the engine was taken away from it, for no known fault of the task: another one has to go on.
   * `inFlight`: its engine process ended while the task ran in it, and the worker lives.
   */
  | { kind: 'LOST'; message?: string | undefined; inFlight?: boolean | undefined }
  /** Nothing has begun: the worker cannot do it at the moment, for no fault of the task. It may be tried again later. */
  | { kind: 'GIVEN_BACK'; message: string; retryAfterMs: number; ofMachine: boolean }
  /** The sandbox died, or could not be prepared. */
  | { kind: 'CRASHED'; message: string }

/** A connection that an operation asks for. */
export interface ConnectionOf {
  projectId: string
  platformId: string
  externalId: string
}

export const LoadedConnectionSchema = z.object({
  answer: ConnectionAnswerSchema,
  /** How long it may be used without asking again. */
  keepMs: z.number(),
})
export type LoadedConnection = z.infer<typeof LoadedConnectionSchema>

/** The data that a worker needs from its server. */
export interface WorkerSource {
  loadVersion(key: string): Promise<FlowVersion>
  /** Bytes of an uploaded piece archive. */
  loadArchive(fileId: string): Promise<Uint8Array>
  /** Never rejects. */
  loadConnection(of: ConnectionOf): Promise<LoadedConnection>
}
