import type { Engine } from '../engine.ts'
import { runFlow } from '../flow/run.ts'
import type { EngineOperation, EngineResult, RunPort } from '../protocol.ts'
import { parseAppEvent } from './app-event.ts'
import { extractPieceMetadata } from './extract-metadata.ts'
import { executeProperty } from './property.ts'
import { executeTriggerHook } from './trigger-hook.ts'
import { executeValidateAuth } from './validate-auth.ts'

/** Executes any operation. @throws what is not the author's doing */
export async function executeOperation(
  operation: EngineOperation,
  port: RunPort,
  engine: Engine,
): Promise<EngineResult> {
  switch (operation.type) {
    case 'EXECUTE_FLOW':
      return runFlow(operation, port, engine)
    case 'EXECUTE_TRIGGER_HOOK':
      return executeTriggerHook(operation, port, engine)
    case 'EXECUTE_PROPERTY':
      return executeProperty(operation, port, engine)
    case 'EXECUTE_VALIDATE_AUTH':
      return executeValidateAuth(operation, engine)
    case 'EXTRACT_PIECE_METADATA':
      return extractPieceMetadata(operation, engine)
    case 'PARSE_APP_EVENT':
      return parseAppEvent(operation, engine)
  }
}
