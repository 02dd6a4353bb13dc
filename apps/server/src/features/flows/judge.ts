import type { FlowOperation } from '@piecework/model/flow/operations/registry'
import { judgeOperation, piecesOfOperation } from '@piecework/model/flow/validity'
import type { PieceMetadata } from '@piecework/model/piece/metadata'

/** What flows need to know of pieces. */
export interface PieceFinder {
  find(
    name: string,
    version: string | undefined,
    platformId: string | null,
  ): Promise<{ metadata: PieceMetadata } | undefined>
}

/**
 * The operation with the server's verdict on the steps that it brings, in place of the client's `valid`.
 * @throws AppError ENTITY_NOT_FOUND for a piece that there is not.
 */
export async function judge(operation: FlowOperation, pieces: PieceFinder, platformId: string): Promise<FlowOperation> {
  const found = new Map<string, PieceMetadata>()
  for (const { pieceName, pieceVersion } of piecesOfOperation(operation)) {
    const piece = await pieces.find(pieceName, pieceVersion, platformId)
    if (piece) found.set(`${pieceName}@${pieceVersion}`, piece.metadata)
  }
  return judgeOperation(operation, (name, version) => found.get(`${name}@${version}`))
}
