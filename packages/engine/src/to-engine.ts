import type { FlowVersion } from '@piecework/model/flow/flow'
import { z } from 'zod'
import { JournalEntrySchema } from './journal-entry.ts'

/**
 * Messages from workers to engines, and from apps to separate workers, checked where they are read. The types are in protocol.ts.
 * Values are structured-clonable; large payloads travel as JSON text so that nobody in between parses and prints them
 * again.
 */

/**
 * A flow version is checked when it is stored, and does not change on its way: reading it through its schema once more
 * takes 0.2 ms for a flow of 100 steps, and 1.1 ms where no code may be made from text, which the first run of a version
 * would wait for. The rest of an operation takes 4 µs, and 0.8 µs for each entry of a journal.
 */
export const StoredVersionSchema = z.custom<FlowVersion>(
  (value) => typeof value === 'object' && value !== null && 'trigger' in value,
  'is no flow version',
)

const Limits = z.object({
  maxLogSizeMb: z.number(),
  sliceThresholdKb: z.number(),
  inputTruncateThresholdKb: z.number(),
  maxFileSizeMb: z.number(),
  pausedFlowTimeoutDays: z.number(),
  /** Memory of one V8 isolate in the SANDBOX_CODE_* modes. */
  isolateMemoryMb: z.number(),
  /** How long an API that is away is asked again. */
  apiPatienceSeconds: z.number(),
  /** AP_FLOW_TIMEOUT_SECONDS; the worker ends a run that outlives it, isolates stop a little later by themselves. */
  flowTimeoutSeconds: z.number().optional(),
})

const Egress = z.object({
  proxyUrl: z.string(),
  /** The sandbox has no network: the engine itself listens at the proxy's address and hands on to this socket. */
  socketPath: z.string().optional(),
})

/** The settings that stay the same while an engine process lives; its first message. */
export const EngineConfigSchema = z.object({
  executionMode: z.enum(['UNSANDBOXED', 'SANDBOX_PROCESS', 'SANDBOX_CODE_ONLY', 'SANDBOX_CODE_AND_PROCESS']),
  networkMode: z.enum(['UNRESTRICTED', 'STRICT']),
  ssrfAllowList: z.array(z.string()),
  /** Ends with `/`; the API as the engine reaches it, for example `http://127.0.0.1:3000/api/`. */
  internalApiUrl: z.string(),
  /** Ends with `/api/`; the API as the world reaches it. */
  publicApiUrl: z.string(),
  limits: Limits,
  /** The process ends after the first operation in which user code ran: nobody looks for what that leaves behind. */
  usedOnce: z.boolean().optional(),
  /** Set by the worker where HTTP leaves through its egress proxy. */
  egress: Egress.optional(),
})

/**
 * The place of a piece. `bundled` names a piece that is part of the engine bundle; `file` a module on disk whose
 * export is a piece.
 */
const PieceLocationSchema = z.union([z.object({ bundled: z.string() }), z.object({ file: z.string() })])

/** A flow version made ready to run by the worker: code compiled, pieces on disk. */
const PreparedVersionSchema = z.object({
  /** Names this exact content; engines cache by it. */
  key: z.string(),
  version: StoredVersionSchema,
  /** Step name to the compiled code file (CommonJS, exports `code`). */
  codes: z.record(z.string(), z.string()),
  /** `name@version` to the module file that exports the piece. */
  pieces: z.record(z.string(), PieceLocationSchema),
})

const base = {
  projectId: z.string(),
  platformId: z.string(),
  /** Bearer token of type ENGINE for the API. */
  engineToken: z.string(),
}

const ExecuteFlowSchema = z.object({
  ...base,
  type: z.literal('EXECUTE_FLOW'),
  flowRunId: z.string(),
  flowId: z.string(),
  /** Present the first time this engine process sees the version; afterwards its key is enough. */
  prepared: z.union([PreparedVersionSchema, z.object({ key: z.string() })]),
  executionType: z.enum(['BEGIN', 'RESUME']),
  /** JSON text. With `executeTrigger` the input of the trigger's run(), else the trigger's output itself. */
  triggerPayload: z.string(),
  /** Run the trigger's run() first and use the first item that it returns. */
  executeTrigger: z.boolean(),
  /** JSON text of what the waiting step is resumed with. */
  resumePayload: z.string().nullable(),
  /** Ends of steps that are already on disk, in order: these steps are not run again. */
  journal: z.array(JournalEntrySchema),
  /** Set for the test of one step: its name, with the sample data of the others by step name (JSON text each). */
  test: z.object({ stepName: z.string(), sampleData: z.record(z.string(), z.string()) }).nullable(),
  /** Whether an HTTP caller waits for this run. */
  callerWaits: z.boolean(),
  /** Somebody looks at the steps as they end: the result tells of those, too, that the log alone would tell of. */
  tellsSteps: z.boolean(),
  /** 64 hexadecimal characters, of this run alone: closes outputs that hold secrets, for when the run goes on. */
  sealKey: z.string(),
  /** Tags that the run got before; the result has them too. */
  tags: z.array(z.string()).optional(),
})

const AppWebhookSchema = z.object({
  /** As configured: most pieces want a text, and JSON leaves out one that is not set. */
  secret: z.unknown().optional(),
  url: z.string(),
})

const ExecuteTriggerHookSchema = z.object({
  ...base,
  type: z.literal('EXECUTE_TRIGGER_HOOK'),
  hook: z.enum(['ON_ENABLE', 'ON_DISABLE', 'HANDSHAKE', 'RENEW', 'RUN', 'TEST']),
  flowId: z.string(),
  /** Only the trigger of the version is used. */
  prepared: PreparedVersionSchema,
  webhookUrl: z.string(),
  /** JSON text of the payload for RUN and HANDSHAKE; '{}' otherwise. */
  payload: z.string(),
  /** The trigger is under test: its store keys get the prefix `test`. */
  simulate: z.boolean(),
  /** Secret of an app webhook, and the URL that the app calls. */
  appWebhook: AppWebhookSchema.nullable(),
})

const ExecutePropertySchema = z.object({
  ...base,
  type: z.literal('EXECUTE_PROPERTY'),
  pieceName: z.string(),
  pieceVersion: z.string(),
  piece: PieceLocationSchema,
  actionOrTriggerName: z.string(),
  propertyName: z.string(),
  input: z.record(z.string(), z.unknown()),
  /** Sample data by step name, JSON text each. */
  sampleData: z.record(z.string(), z.string()),
  /** The loops of the flow, outer ones first: each shows the first of its items. */
  loops: z.array(z.object({ stepName: z.string(), items: z.string() })).optional(),
  flowId: z.string().nullable(),
  flowVersionId: z.string().optional(),
  searchValue: z.string().nullable(),
})

const ExecuteValidateAuthSchema = z.object({
  ...base,
  type: z.literal('EXECUTE_VALIDATE_AUTH'),
  piece: PieceLocationSchema,
  /** The connection value as stored. */
  value: z.record(z.string(), z.unknown()),
})

const ExtractPieceMetadataSchema = z.object({
  ...base,
  type: z.literal('EXTRACT_PIECE_METADATA'),
  pieceName: z.string(),
  pieceVersion: z.string(),
  piece: PieceLocationSchema,
})

/** A call that an app sent to its one webhook: its event and account, and the answer that the app expects. */
const ParseAppEventSchema = z.object({
  ...base,
  type: z.literal('PARSE_APP_EVENT'),
  piece: PieceLocationSchema,
  /** JSON text of the call. */
  payload: z.string(),
  appWebhook: AppWebhookSchema,
})

export const EngineOperationSchema = z.discriminatedUnion('type', [
  ExecuteFlowSchema,
  ExecuteTriggerHookSchema,
  ExecutePropertySchema,
  ExecuteValidateAuthSchema,
  ExtractPieceMetadataSchema,
  ParseAppEventSchema,
])

/** An engine operation before the worker has put code and pieces on its disk. */
export const TaskOperationSchema = z.discriminatedUnion('type', [
  ExecuteFlowSchema.omit({ prepared: true }),
  ExecuteTriggerHookSchema.omit({ prepared: true }),
  ExecutePropertySchema.omit({ piece: true }),
  ExecuteValidateAuthSchema.omit({ piece: true }),
  ExtractPieceMetadataSchema.omit({ piece: true }),
  ParseAppEventSchema.omit({ piece: true }),
])

/** A connection as a run gets it, or why it gets none. */
export const ConnectionAnswerSchema = z.discriminatedUnion('status', [
  z.object({ status: z.enum(['ACTIVE', 'MISSING', 'ERROR']), value: z.unknown() }),
  z.object({ status: z.literal('NOT_FOUND') }),
  z.object({ status: z.literal('UNAVAILABLE'), reason: z.string() }),
])

const operationId = z.number().int()

export const ToEngineSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('configure'), config: EngineConfigSchema }),
  z.object({ kind: z.literal('execute'), operationId, operation: EngineOperationSchema }),
  /** Every entry up to and with `sequence` is on disk. */
  z.object({ kind: z.literal('journalled'), operationId, sequence: z.number().int() }),
  /** The answer to what was asked with the same `requestId`. */
  z.object({ kind: z.literal('connection'), operationId, requestId: z.number().int(), answer: ConnectionAnswerSchema }),
])
