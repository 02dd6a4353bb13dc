import type { ApiClient } from '../api.ts'
import type { StoreChange } from '../protocol.ts'
import type { Connections } from '../resolve/connections.ts'
import type { RunSandbox } from '../sandbox/sandbox.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { EngineTools } from '../tools.ts'

/** The services for any piece code: a step, a trigger hook or a property. */
export interface PieceHost {
  readonly engine: EngineTools
  readonly api: ApiClient
  readonly connections: Connections
  readonly secrets: Secrets
  readonly sandbox: RunSandbox
  readonly projectId: string
  readonly engineToken: string
  readonly flowId: string
  readonly flowVersionId: string
  /** Put before store keys: `test` while a trigger is under test. */
  readonly storePrefix: string
  readonly tags: Set<string>
  /** Set where changes of the store wait for what comes of the operation; by the whole key. */
  readonly storeChanges?: Map<string, StoreChange>
}
