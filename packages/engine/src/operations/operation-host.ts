import { createApiClient } from '../api.ts'
import type { Engine } from '../engine.ts'
import type { PieceHost } from '../piece/host.ts'
import type { RunPort } from '../protocol.ts'
import { createConnections } from '../resolve/connections.ts'
import { createSecrets } from '../secrets/secrets.ts'

/** The services for piece code outside of a run. The caller closes the host's sandbox. */
export function createHost(
  engine: Engine,
  port: Pick<RunPort, 'connection'>,
  operation: { projectId: string; engineToken: string },
  flow: Pick<PieceHost, 'flowId' | 'flowVersionId' | 'storeChanges'> & { storePrefix?: string },
): PieceHost {
  const api = engine.api ?? createApiClient(engine.config, operation.engineToken)
  const secrets = createSecrets(operation.engineToken)
  return {
    engine,
    api,
    connections: createConnections(port, secrets),
    secrets,
    sandbox: engine.sandbox.open(operation.projectId),
    projectId: operation.projectId,
    engineToken: operation.engineToken,
    flowId: flow.flowId,
    flowVersionId: flow.flowVersionId,
    storePrefix: flow.storePrefix ?? '',
    tags: new Set(),
    ...(flow.storeChanges === undefined ? {} : { storeChanges: flow.storeChanges }),
  }
}
