import { AppError } from '@piecework/model/errors'
import type { Interactive } from '../../dispatch/operations.ts'
import type { Catalogue } from '../pieces/catalogue.ts'
import type { ConnectionValidator } from './make.ts'

interface Parts {
  catalogue: Catalogue
  interactive: Interactive
  engineToken(projectId: string, platformId: string): Promise<string>
  timeoutMs: number
}

/** Lets the piece of a connection look at its value, on a worker. */
export function createConnectionValidator(parts: Parts): ConnectionValidator {
  const { catalogue, interactive, engineToken, timeoutMs } = parts
  return {
    async validate({ project: { projectId, platformId }, pieceName: name, pieceVersion: version, value }) {
      const { metadata } = await catalogue.get(name, version, platformId)
      // A piece without authentication has nothing to look at it with.
      if (metadata.auth === undefined) return { valid: true }
      const result = await interactive({
        operation: {
          type: 'EXECUTE_VALIDATE_AUTH',
          projectId,
          platformId,
          engineToken: await engineToken(projectId, platformId),
          value,
        },
        piece: { name, version, source: await catalogue.sourceOf(name, version, platformId) },
        timeoutMs,
      })
      if (result.type !== 'EXECUTE_VALIDATE_AUTH')
        throw new AppError('ENGINE_OPERATION_FAILURE', { message: `unexpected ${result.type}` })
      return { valid: result.valid, ...(result.error === undefined ? {} : { error: result.error }) }
    },
  }
}
