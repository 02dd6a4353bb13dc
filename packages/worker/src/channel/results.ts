import type { EngineResponse, EngineResult, JournalEntry } from '@piecework/engine/protocol'
import { PieceMetadata } from '@piecework/model/piece/metadata'
import { FailedStep } from '@piecework/model/run/run'
import { StepPath } from '@piecework/model/run/step-output'
import { FlowResponse } from '@piecework/model/run/waitpoint'
import { z } from 'zod'
import type { TaskOutcome } from '../task.ts'

/** What engines say, checked where it comes out of a sandbox, and again where it comes over a network. */

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

export const JournalEntrySchema = z.object({
  sequence: Count,
  stepName: Name,
  path: StepPath,
  output: z.string(),
  slice: z.object({ fileId: Name, data: z.string().nullable() }).optional(),
}) satisfies z.ZodType<JournalEntry>

export const EngineResponseSchema = z.object({
  status: z.number().int(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
}) satisfies z.ZodType<EngineResponse>

export const EngineResultSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('EXECUTE_FLOW'),
    status: z.enum(['SUCCEEDED', 'FAILED', 'PAUSED', 'LOG_SIZE_EXCEEDED', 'MEMORY_LIMIT_EXCEEDED', 'INTERNAL_ERROR']),
    failedStep: FailedStep.nullable(),
    tags: z.array(z.string()),
    stepsCount: Count,
    log: z.string(),
    error: z.string().optional(),
    noEvent: z.literal(true).optional(),
  }),
  z.object({
    type: z.literal('EXECUTE_TRIGGER_HOOK'),
    status: z.enum(['OK', 'USER_FAILURE']),
    error: z.string().optional(),
    output: z.array(z.string()).optional(),
    listeners: z.array(z.object({ events: z.array(z.string()), identifierValue: z.string() })).optional(),
    schedule: z.object({ cronExpression: z.string(), timezone: z.string() }).nullish(),
    response: FlowResponse.optional(),
    store: z.array(z.object({ key: z.string(), value: z.string().nullable() })).optional(),
  }),
  z.object({
    type: z.literal('EXECUTE_PROPERTY'),
    propertyType: z.enum(['DROPDOWN', 'MULTI_SELECT_DROPDOWN', 'DYNAMIC']),
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
    verified: z.boolean(),
  }),
  z.object({ type: z.literal('FAILED'), error: z.string() }),
]) satisfies z.ZodType<EngineResult>

export const ResultMessageSchema = z.object({
  kind: z.literal('result'),
  operationId: z.number().int(),
  entries: z.array(JournalEntrySchema),
  response: EngineResponseSchema.nullable(),
  result: EngineResultSchema,
})

export const TaskOutcomeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('RESULT'), message: ResultMessageSchema }),
  z.object({ kind: z.literal('TIMEOUT') }),
  z.object({ kind: z.literal('MEMORY_LIMIT_EXCEEDED') }),
  z.object({ kind: z.literal('CANCELED') }),
  z.object({ kind: z.literal('CRASHED'), message: z.string() }),
  z.object({ kind: z.literal('LOST') }),
  z.object({
    kind: z.literal('GIVEN_BACK'),
    message: z.string(),
    retryAfterMs: z.number(),
    ofMachine: z.boolean(),
  }),
]) satisfies z.ZodType<TaskOutcome>
