import type { ContextVersion } from '../contract.ts'
import { ExecutionError } from '../errors.ts'
import type { ConnectionAnswer, RunPort } from '../protocol.ts'
import type { Secrets } from '../secrets/secrets.ts'

/** Connections are asked for again after this time, so that long runs see refreshed tokens. */
const KEEP_MS = 60_000

/** The connections of a project, loaded when an input names them. What is secret in them is noted. */
export interface Connections {
  /** Makes sure that `value` can answer. @throws ConnectionNotFound, ConnectionExpired, ConnectionLoadingFailure */
  load(externalIds: string[]): Promise<void>
  /** The value of a loaded connection, in the shape that pieces of this context version know. */
  value(externalId: string, version: ContextVersion): unknown
}

export function createConnections(port: Pick<RunPort, 'connection'>, secrets: Pick<Secrets, 'add'>): Connections {
  const loaded = new Map<string, { value: unknown; at: number }>()
  const loadOne = async (externalId: string): Promise<void> => {
    const known = loaded.get(externalId)
    if (known !== undefined && performance.now() - known.at < KEEP_MS) return
    const value = valueIn(await port.connection(externalId), externalId)
    secrets.add(value)
    loaded.set(externalId, { value, at: performance.now() })
  }
  return {
    async load(externalIds) {
      await Promise.all(externalIds.map(loadOne))
    },
    value: (externalId, version) => shapeFor(loaded.get(externalId)?.value, version),
  }
}

function valueIn(answer: ConnectionAnswer, externalId: string): unknown {
  switch (answer.status) {
    case 'NOT_FOUND':
      throw new ExecutionError('ConnectionNotFound', `The connection ${externalId} was not found`)
    case 'UNAVAILABLE':
      throw new ExecutionError(
        'ConnectionLoadingFailure',
        `The connection ${externalId} could not be loaded: ${answer.reason}`,
      )
    case 'ERROR':
      throw new ExecutionError(
        'ConnectionExpired',
        `The connection ${externalId} has expired, or access was taken back; reconnect it`,
      )
    default:
      return answer.value
  }
}

/** Pieces from before context versions know secret texts as bare strings and custom auth as its properties. */
export function shapeFor(value: unknown, version: ContextVersion): unknown {
  if (version !== '0' || typeof value !== 'object' || value === null) return value
  const type: unknown = Reflect.get(value, 'type')
  if (type === 'SECRET_TEXT') return Reflect.get(value, 'secret_text')
  if (type === 'CUSTOM_AUTH') return Reflect.get(value, 'props')
  return value
}
