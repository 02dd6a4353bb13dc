import type { ExecutionMode } from '../protocol.ts'

/** Whether code runs in V8 isolates, and not in the engine's process itself. */
export const usesIsolates = (mode: ExecutionMode): boolean =>
  mode === 'SANDBOX_CODE_ONLY' || mode === 'SANDBOX_CODE_AND_PROCESS'
