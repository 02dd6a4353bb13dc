import type { FlowVersion } from '@piecework/model/flow/flow'
import type { StepPath } from '@piecework/model/run/step-output'
import type { FlowResponse } from '@piecework/model/run/waitpoint'
import type { z } from 'zod'
import type {
  EngineResponseSchema,
  EngineResultSchema,
  FromEngineSchema,
  JournalEntrySchema,
  StoreChangeSchema,
} from './from-engine.ts'

/**
 * What crosses the channel between a worker and one engine process. The worker sends one operation at a time;
 * the engine answers with events and one result. Values are structured-clonable; large payloads travel as JSON
 * text so that nobody in between parses and prints them again.
 */

export type ExecutionMode = 'UNSANDBOXED' | 'SANDBOX_PROCESS' | 'SANDBOX_CODE_ONLY' | 'SANDBOX_CODE_AND_PROCESS'

/** What does not change while an engine process lives; the first message it gets. */
export interface EngineConfig {
  executionMode: ExecutionMode
  networkMode: 'UNRESTRICTED' | 'STRICT'
  ssrfAllowList: string[]
  /** Ends with `/`; the API as the engine reaches it, for example `http://127.0.0.1:3000/api/`. */
  internalApiUrl: string
  /** Ends with `/api/`; the API as the world reaches it. */
  publicApiUrl: string
  limits: EngineLimits
  /** The process ends after the first operation in which user code ran: nobody looks for what that leaves behind. */
  usedOnce?: boolean
  /** Set by the worker where HTTP leaves through its egress proxy. */
  egress?: Egress
}

export interface Egress {
  proxyUrl: string
  /** The sandbox has no network: the engine itself listens at the proxy's address and hands on to this socket. */
  socketPath?: string
}

export interface EngineLimits {
  maxLogSizeMb: number
  sliceThresholdKb: number
  inputTruncateThresholdKb: number
  maxFileSizeMb: number
  pausedFlowTimeoutDays: number
  /** Memory of one V8 isolate in the SANDBOX_CODE_* modes. */
  isolateMemoryMb: number
  /** How long an API that is away is asked again. */
  apiPatienceSeconds: number
  /** AP_FLOW_TIMEOUT_SECONDS; the worker ends a run that outlives it, isolates stop a little later by themselves. */
  flowTimeoutSeconds?: number
}

/** A flow version made ready to run by the worker: code compiled, pieces on disk. */
export interface PreparedVersion {
  /** Names this exact content; engines cache by it. */
  key: string
  version: FlowVersion
  /** Step name to the compiled code file (CommonJS, exports `code`). */
  codes: Record<string, string>
  /** `name@version` to the module file that exports the piece. */
  pieces: Record<string, PieceLocation>
}

/**
 * Where a piece is. `bundled` names a piece that is part of the engine bundle; `file` a module on disk whose
 * export is a piece.
 */
export type PieceLocation = { bundled: string } | { file: string }

interface OperationBase {
  projectId: string
  platformId: string
  /** Bearer token of type ENGINE for the API. */
  engineToken: string
}

export interface ExecuteFlow extends OperationBase {
  type: 'EXECUTE_FLOW'
  flowRunId: string
  flowId: string
  /** Present the first time this engine process sees the version; afterwards its key is enough. */
  prepared: PreparedVersion | { key: string }
  executionType: 'BEGIN' | 'RESUME'
  /** JSON text. With `executeTrigger` the input of the trigger's run(), else the trigger's output itself. */
  triggerPayload: string
  /** Run the trigger's run() first and use the first item that it returns. */
  executeTrigger: boolean
  /** JSON text of what the waiting step is resumed with. */
  resumePayload: string | null
  /** Ends of steps that are already on disk, in order: these steps are not run again. */
  journal: JournalEntry[]
  /** Set for the test of one step: its name, with the sample data of the others by step name (JSON text each). */
  test: { stepName: string; sampleData: Record<string, string> } | null
  /** Whether an HTTP caller waits for this run. */
  callerWaits: boolean
  /** 64 hexadecimal characters, of this run alone: closes outputs that hold secrets, for when the run goes on. */
  sealKey: string
  /** Tags that the run got before; the result has them too. */
  tags?: string[]
}

export type TriggerHook = 'ON_ENABLE' | 'ON_DISABLE' | 'HANDSHAKE' | 'RENEW' | 'RUN' | 'TEST'

export interface ExecuteTriggerHook extends OperationBase {
  type: 'EXECUTE_TRIGGER_HOOK'
  hook: TriggerHook
  flowId: string
  /** Only the trigger of the version is used. */
  prepared: PreparedVersion
  webhookUrl: string
  /** JSON text of the payload for RUN and HANDSHAKE; '{}' otherwise. */
  payload: string
  /** The trigger is under test: its store keys get the prefix `test`. */
  simulate: boolean
  /** Secret of an app webhook, and the URL that the app calls. */
  appWebhook: AppWebhook | null
}

export interface AppWebhook {
  /** As configured: most pieces want a text. */
  secret: unknown
  url: string
}

export interface ExecuteProperty extends OperationBase {
  type: 'EXECUTE_PROPERTY'
  pieceName: string
  pieceVersion: string
  piece: PieceLocation
  actionOrTriggerName: string
  propertyName: string
  input: Record<string, unknown>
  /** Sample data by step name, JSON text each. */
  sampleData: Record<string, string>
  /** The loops of the flow, outer ones first: each shows the first of its items. */
  loops?: { stepName: string; items: string }[]
  flowId: string | null
  flowVersionId?: string
  searchValue: string | null
}

export interface ExecuteValidateAuth extends OperationBase {
  type: 'EXECUTE_VALIDATE_AUTH'
  piece: PieceLocation
  /** The connection value as stored. */
  value: Record<string, unknown>
}

export interface ExtractPieceMetadata extends OperationBase {
  type: 'EXTRACT_PIECE_METADATA'
  pieceName: string
  pieceVersion: string
  piece: PieceLocation
}

/** What an app sent to its one webhook: which event of whom it is, and what the app wants to hear. */
export interface ParseAppEvent extends OperationBase {
  type: 'PARSE_APP_EVENT'
  piece: PieceLocation
  /** JSON text of the call. */
  payload: string
  appWebhook: AppWebhook
}

export type EngineOperation =
  | ExecuteFlow
  | ExecuteTriggerHook
  | ExecuteProperty
  | ExecuteValidateAuth
  | ExtractPieceMetadata
  | ParseAppEvent

// What engines say is written as schemas, in from-engine.ts; here are its types.
export type JournalEntry = z.infer<typeof JournalEntrySchema>
export type EngineResponse = z.infer<typeof EngineResponseSchema>
export type StoreChange = z.infer<typeof StoreChangeSchema>
export type EngineResult = z.infer<typeof EngineResultSchema>
type ResultOf<T extends EngineResult['type']> = Extract<EngineResult, { type: T }>
export type FlowResult = ResultOf<'EXECUTE_FLOW'>
export type TriggerHookResult = ResultOf<'EXECUTE_TRIGGER_HOOK'>
export type PropertyResult = ResultOf<'EXECUTE_PROPERTY'>
export type ValidateAuthResult = ResultOf<'EXECUTE_VALIDATE_AUTH'>
export type PieceMetadataResult = ResultOf<'EXTRACT_PIECE_METADATA'>
export type AppEventResult = ResultOf<'PARSE_APP_EVENT'>

/** A connection as a run gets it, or why it gets none. */
export type ConnectionAnswer =
  | { status: 'ACTIVE' | 'MISSING' | 'ERROR'; value: unknown }
  | { status: 'NOT_FOUND' }
  | { status: 'UNAVAILABLE'; reason: string }

/** Worker to engine. */
export type ToEngine =
  | { kind: 'configure'; config: EngineConfig }
  | { kind: 'execute'; operationId: number; operation: EngineOperation }
  /** Every entry up to and with `sequence` is on disk. */
  | { kind: 'journalled'; operationId: number; sequence: number }
  /** The answer to what was asked with the same `requestId`. */
  | { kind: 'connection'; operationId: number; requestId: number; answer: ConnectionAnswer }

/** Engine to worker. */
export type FromEngine = z.infer<typeof FromEngineSchema>

/** The engine's way out while a flow runs; the process wraps its channel in one, tests a plain object. */
export interface RunPort {
  /** Hands over the end of a step; does not wait. What can be derived again `matters` not, and need not travel soon. */
  journal(entry: JournalEntry, matters: boolean): void
  /** Resolves when everything handed over is on disk. */
  flush(): Promise<void>
  respond(response: FlowResponse): void
  progress(stepName: string, path: StepPath, output: string): void
  /** Never rejects. @param externalId of a connection that the project may use */
  connection(externalId: string): Promise<ConnectionAnswer>
}
