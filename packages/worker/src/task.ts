import type {
  ConnectionAnswer,
  EngineOperation,
  EngineResponse,
  FromEngine,
  JournalEntry,
} from '@piecework/engine/protocol'
import type { FlowVersion } from '@piecework/model/flow/flow'
import type { StepPath } from '@piecework/model/run/step-output'

/** Where the code of a piece comes from; the server decides, so that all workers agree. */
export type PieceSource =
  | { type: 'BUILTIN' }
  /** An exact version of the npm registry; `version` where the step is pinned to a range. */
  | { type: 'REGISTRY'; version?: string }
  /** A tarball that was uploaded; `fileId` of the server. */
  | { type: 'ARCHIVE'; fileId: string; version?: string }
  /** A module on this machine's disk: a piece under development. Its path changes with its content. */
  | { type: 'FILE'; path: string }
  /** Neither built in nor installed: steps that need it fail and say so. */
  | { type: 'MISSING' }

/** A flow version by an immutable key, with the sources of its pieces by `name@version`. */
export interface VersionRef {
  key: string
  pieces: Record<string, PieceSource>
}

export interface PieceRef {
  name: string
  version: string
  source: PieceSource
}

type WithoutPlaces<T> = T extends unknown ? Omit<T, 'prepared' | 'piece'> : never

/** An engine operation before the worker has put code and pieces on its disk. */
export type TaskOperation = WithoutPlaces<EngineOperation>

export interface Task {
  operation: TaskOperation
  /** For EXECUTE_FLOW and EXECUTE_TRIGGER_HOOK. */
  version?: VersionRef
  /** For the operations on one piece. */
  piece?: PieceRef
  /** Time limit of the operation itself; preparation is bounded separately. */
  timeoutMs: number
  /** It may be given back when something that it needs has to be installed first. */
  mayWait?: boolean
}

/** What a task tells while it runs. */
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
  /** The worker is gone, or may not work on it any more: somebody else has to. */
  | { kind: 'LOST' }
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

export interface LentConnection {
  answer: ConnectionAnswer
  /** How long it may be used without asking again. */
  keepMs: number
}

/** What a worker needs from the server that it belongs to. */
export interface WorkerSource {
  loadVersion(key: string): Promise<FlowVersion>
  /** Bytes of an uploaded piece archive. */
  loadArchive(fileId: string): Promise<Uint8Array>
  /** Never rejects. */
  loadConnection(of: ConnectionOf): Promise<LentConnection>
}
