import type { PieceLoader } from './piece/loader.ts'
import type { EngineConfig } from './protocol.ts'
import type { Sandbox } from './sandbox/sandbox.ts'

/** What lives as long as the engine process, and is there for all that runs in it. */
export interface EngineTools {
  readonly config: EngineConfig
  readonly pieces: PieceLoader
  readonly sandbox: Sandbox
  sleep(ms: number): Promise<void>
}
