import { PieceMetadata } from '@piecework/model/piece/metadata'
import { FailedStep } from '@piecework/model/run/run'
import { StepPath } from '@piecework/model/run/step-output'
import { FlowResponse } from '@piecework/model/run/waitpoint'
import { z } from 'zod'

/**
 * What engines say, checked where it comes out of a sandbox, and again where it comes over a network. The engine itself
 * takes the types alone, from protocol.ts: schemas would only make its start longer.
 */

const LONGEST_NAME = 1000
/** Goes into the database: one that it cannot hold would fail what is written beside it, too. */
const Name = z
  .string()
  .max(LONGEST_NAME)
  .refine((text) => text.isWellFormed() && !text.includes('\0'), 'holds letters that cannot be stored')
const Count = z
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1)

/** The end (or, for RUNNING loops, the start) of a step; journalled by (run, attempt, sequence). */
export const JournalEntrySchema = z.object({
  /** From 1, without gaps within one attempt. */
  sequence: Count,
  stepName: Name,
  path: StepPath,
  /** JSON text of a StepOutput, without secrets. A loop's carries no iterations: those are entries of their own. */
  output: z.string(),
  /**
   * Large output cut out of `output`, to be stored as a FLOW_RUN_LOG_SLICE file with this id; null for the event of the
   * run as it was sent, which need not travel back.
   */
  slice: z.object({ fileId: Name, data: z.string().nullable() }).optional(),
})

/** The answer of a flow to a caller who waits. */
export const EngineResponseSchema = z.object({
  status: z.number().int(),
  headers: z.record(z.string(), z.string()),
  /** JSON text. */
  body: z.string(),
})

/** `value` is JSON text; null takes the entry away. */
export const StoreChangeSchema = z.object({ key: z.string(), value: z.string().nullable() })

export const EngineResultSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('EXECUTE_FLOW'),
    status: z.enum(['SUCCEEDED', 'FAILED', 'PAUSED', 'LOG_SIZE_EXCEEDED', 'MEMORY_LIMIT_EXCEEDED', 'INTERNAL_ERROR']),
    failedStep: FailedStep.nullable(),
    tags: z.array(z.string()),
    /** Steps executed, loop iterations counted each. */
    stepsCount: Count,
    /** JSON text of the RunLog. */
    log: z.string(),
    /** What went wrong, for INTERNAL_ERROR. */
    error: z.string().optional(),
    /** The trigger's run() gave no event (a call that is not authentic, for example), so no step ran. */
    noEvent: z.literal(true).optional(),
  }),
  z.object({
    type: z.literal('EXECUTE_TRIGGER_HOOK'),
    status: z.enum(['OK', 'USER_FAILURE']),
    error: z.string().optional(),
    /** RUN and TEST: the events, JSON text each. */
    output: z.array(z.string()).optional(),
    /** ON_ENABLE. */
    listeners: z.array(z.object({ events: z.array(z.string()), identifierValue: z.string() })).optional(),
    schedule: z.object({ cronExpression: z.string(), timezone: z.string() }).nullish(),
    /** HANDSHAKE. */
    response: FlowResponse.optional(),
    /** RUN: what the trigger changed in the store. It counts once the events are stored, and no earlier. */
    store: z.array(StoreChangeSchema).optional(),
  }),
  z.object({
    type: z.literal('EXECUTE_PROPERTY'),
    propertyType: z.enum(['DROPDOWN', 'MULTI_SELECT_DROPDOWN', 'DYNAMIC']),
    /** A DropdownState or a property map, as the property's type says. */
    options: z.unknown(),
  }),
  z.object({ type: z.literal('EXECUTE_VALIDATE_AUTH'), valid: z.boolean(), error: z.string().optional() }),
  z.object({
    type: z.literal('EXTRACT_PIECE_METADATA'),
    status: z.enum(['OK', 'USER_FAILURE']),
    error: z.string().optional(),
    metadata: PieceMetadata.optional(),
  }),
  z.object({
    type: z.literal('PARSE_APP_EVENT'),
    status: z.enum(['OK', 'USER_FAILURE']),
    error: z.string().optional(),
    event: z.string().optional(),
    identifierValue: z.string().optional(),
    reply: z.object({ headers: z.record(z.string(), z.string()), body: z.unknown() }).optional(),
    /** The call comes from the app, as far as the piece can tell. */
    verified: z.boolean(),
  }),
  z.object({ type: z.literal('FAILED'), error: z.string() }),
])

const operationId = z.number().int()

export const ResultMessageSchema = z.object({
  kind: z.literal('result'),
  operationId,
  entries: z.array(JournalEntrySchema),
  response: EngineResponseSchema.nullable(),
  result: EngineResultSchema,
})

/** Code of users runs in the process that says this, and may have written anything. */
export const FromEngineSchema = z.discriminatedUnion('kind', [
  ResultMessageSchema,
  /** With `flush` the engine waits for `journalled` before it goes on. */
  z.object({ kind: z.literal('journal'), operationId, entries: z.array(JournalEntrySchema), flush: z.boolean() }),
  z.object({ kind: z.literal('respond'), operationId, response: EngineResponseSchema }),
  /** Asks for a connection of the operation's project. */
  z.object({
    kind: z.literal('connection'),
    operationId,
    requestId: z.number().int(),
    externalId: z.string().max(1000),
  }),
  /** Progressive output of the step that runs now (JSON text). */
  z.object({ kind: z.literal('progress'), operationId, stepName: z.string(), path: StepPath, output: z.string() }),
  z.object({ kind: z.literal('ready') }),
  /** Code of the operation's project begins in this process: it serves no other project from here on. */
  z.object({ kind: z.literal('owned') }),
  /** Code has left something behind that cannot be put back: run nothing more in this process. */
  z.object({ kind: z.literal('unclean') }),
])
