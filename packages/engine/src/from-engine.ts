import { PieceMetadata } from '@piecework/model/piece/metadata'
import { FailedStep } from '@piecework/model/run/run'
import { StepPath } from '@piecework/model/run/step-output'
import { FlowResponse } from '@piecework/model/run/waitpoint'
import { z } from 'zod'
import { Count, JournalEntrySchema } from './journal-entry.ts'

/**
 * Messages of engines, checked when they leave a sandbox, and again when they arrive over a network. The engine itself
 * imports only the types, from protocol.ts: schemas would make its start longer.
 */

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
    /** The reason for INTERNAL_ERROR. */
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
  /** Ends of steps that no `journal` message told of: all of them with `tellsSteps`, else those with a slice. */
  entries: z.array(JournalEntrySchema),
  /** How many steps ended that no `journal` message told of. */
  stepsEnded: Count,
  response: EngineResponseSchema.nullable(),
  result: EngineResultSchema,
})

/** User code runs in the process that sends this, and may have written anything. */
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
