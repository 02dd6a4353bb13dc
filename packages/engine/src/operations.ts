import type { Engine } from './engine.ts'
import { runFlow } from './flow/run.ts'
import type { EngineOperation, EngineResult, RunPort } from './protocol.ts'

/** Executes any operation. @throws what is not the author's doing */
export async function executeOperation(
  operation: EngineOperation,
  port: RunPort,
  engine: Engine,
): Promise<EngineResult> {
  switch (operation.type) {
    case 'EXECUTE_FLOW':
      return runFlow(operation, port, engine)
    default:
      throw new Error(`The engine does not know the operation ${operation.type}`)
  }
}
