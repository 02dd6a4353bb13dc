import { AppError } from '@piecework/model/errors'
import type { PieceMetadata } from '@piecework/model/piece/metadata'
import type { PieceRef } from '@piecework/worker/task'
import type { Interactive } from '../../dispatch/operations.ts'
import { PLATFORM_WORK } from '../../queue/job.ts'

interface Parts {
  interactive: Interactive
  engineToken(projectId: string, platformId: string): Promise<string>
}

const TIMEOUT_MS = 60_000
/** Workers give an install up after this time. */
const INSTALL_MS = 5 * 60_000

/** Installs a piece on a worker and reads what it says of itself. Its code never runs in this process. */
export type PieceExtractor = (piece: PieceRef, platformId: string | null) => Promise<PieceMetadata>

/** @returns a function that throws AppError ENGINE_OPERATION_FAILURE with the words of npm or of the piece. */
export function createPieceExtractor({ interactive, engineToken }: Parts): PieceExtractor {
  return async (piece, platformId) => {
    // It belongs to no project: the token opens nothing.
    const projectId = `${PLATFORM_WORK}${platformId ?? ''}`
    const result = await interactive({
      operation: {
        type: 'EXTRACT_PIECE_METADATA',
        projectId,
        platformId: platformId ?? '',
        engineToken: await engineToken(projectId, platformId ?? ''),
        pieceName: piece.name,
        pieceVersion: piece.version,
      },
      piece,
      timeoutMs: TIMEOUT_MS,
      preparationMs: INSTALL_MS,
    })
    if (result.type === 'EXTRACT_PIECE_METADATA' && result.metadata) return result.metadata
    const reason = result.type === 'EXTRACT_PIECE_METADATA' ? result.error : undefined
    throw new AppError('ENGINE_OPERATION_FAILURE', {
      message: `${piece.name}@${piece.version} is not a usable piece: ${reason ?? 'it gave no metadata'}`,
    })
  }
}
