import type { ApiClient } from './api.ts'
import type { PieceLoader } from './piece/loader.ts'
import type { EngineConfig } from './protocol.ts'
import type { Sandbox } from './sandbox/sandbox.ts'

/** Actions that only steer the run, by piece: they act on nothing outside, so nothing has to be on disk before them. */
export type Steering = Readonly<Record<string, readonly string[]>>

/** Services that live as long as the engine process, for everything that runs in it. */
export interface EngineTools {
  readonly config: EngineConfig
  readonly pieces: PieceLoader
  readonly sandbox: Sandbox
  readonly steering: Steering
  sleep(ms: number): Promise<void>
  /** Answers in the place of the API of a server: exported programs have none. */
  readonly api?: ApiClient
}
