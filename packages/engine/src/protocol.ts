import type { StepPath } from '@piecework/model/run/step-output'
import type { FlowResponse } from '@piecework/model/run/waitpoint'
import type { z } from 'zod'
import type { EngineResponseSchema, EngineResultSchema, FromEngineSchema, StoreChangeSchema } from './from-engine.ts'
import type { JournalEntrySchema } from './journal-entry.ts'
import type { ConnectionAnswerSchema, EngineConfigSchema, EngineOperationSchema, ToEngineSchema } from './to-engine.ts'

/**
 * The types of what crosses the channel between a worker and one engine process. The worker sends one operation at a
 * time; the engine answers with events and one result. The messages are written as schemas, in to-engine.ts and
 * from-engine.ts.
 */

export type EngineConfig = z.infer<typeof EngineConfigSchema>
export type ExecutionMode = EngineConfig['executionMode']
export type EngineLimits = EngineConfig['limits']

export type EngineOperation = z.infer<typeof EngineOperationSchema>
type OperationOf<T extends EngineOperation['type']> = Extract<EngineOperation, { type: T }>
export type ExecuteFlow = OperationOf<'EXECUTE_FLOW'>
export type ExecuteTriggerHook = OperationOf<'EXECUTE_TRIGGER_HOOK'>
export type ExecuteProperty = OperationOf<'EXECUTE_PROPERTY'>
export type ExecuteValidateAuth = OperationOf<'EXECUTE_VALIDATE_AUTH'>
export type ExtractPieceMetadata = OperationOf<'EXTRACT_PIECE_METADATA'>
export type ParseAppEvent = OperationOf<'PARSE_APP_EVENT'>

export type TriggerHook = ExecuteTriggerHook['hook']
export type PreparedVersion = ExecuteTriggerHook['prepared']
export type PieceLocation = ExtractPieceMetadata['piece']
export type AppWebhook = ParseAppEvent['appWebhook']
export type ConnectionAnswer = z.infer<typeof ConnectionAnswerSchema>

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

/** Worker to engine. */
export type ToEngine = z.infer<typeof ToEngineSchema>

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
