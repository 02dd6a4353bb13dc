import { contextVersionOf, type Piece } from '../contract.ts'
import { ExecutionError } from '../errors.ts'
import type { PieceHost } from './host.ts'
import { createFiles, createFlows, createProject, createStore } from './services.ts'

/** The members that every piece context shares. */
export function contextParts(host: PieceHost, stepName: string, piece: Piece) {
  const version = contextVersionOf(piece)
  const { config } = host.engine
  const server = { token: host.engineToken, apiUrl: config.internalApiUrl, publicUrl: config.publicApiUrl }
  return {
    store: createStore(host),
    files: createFiles(host, stepName),
    project: createProject(host),
    flows: createFlows(host),
    step: { name: stepName },
    server,
    // Pieces from before context versions know only this.
    ...(version === '0' ? { serverUrl: config.publicApiUrl } : {}),
    connections: {
      async get(key: string): Promise<unknown> {
        try {
          await host.connections.load([key])
        } catch (error) {
          // A missing connection is no error when a piece asks by name; a broken one is.
          if (error instanceof ExecutionError && error.name === 'ConnectionNotFound') return null
          throw error
        }
        host.tags.add(`connection:${key}`)
        return host.connections.value(key, version)
      },
    },
    tags: {
      async add({ name }: { name: string }): Promise<void> {
        host.tags.add(name)
      },
    },
  }
}
