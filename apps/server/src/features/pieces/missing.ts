import type { MissingPiece } from '@piecework/api/pieces'
import { AppError } from '@piecework/model/errors'

/** The 404 that names every piece that is missing, with what is installed of it. */
export function missingPieces(missing: readonly MissingPiece[], more: Record<string, unknown> = {}): AppError {
  const [first] = missing
  const list = missing.map(sentence).join('; ')
  return new AppError('ENTITY_NOT_FOUND', {
    entityType: 'piece',
    entityId: first && named(first),
    ...(first?.steps?.[0] === undefined
      ? {}
      : { stepName: first.steps[0], field: 'settings.pieceName', value: named(first) }),
    message: `${missing.length === 1 ? 'a piece is' : `${missing.length} pieces are`} not installed: ${list}. An administrator can install pieces by name and version: POST /v1/pieces.`,
    missingPieces: missing,
    ...more,
  })
}

function sentence(piece: MissingPiece): string {
  const { installedVersions: versions, steps, reason } = piece
  const where = steps?.length ? ` (${steps.join(', ')})` : ''
  const there = versions.length > 0 ? `installed: ${versions.join(', ')}` : 'no version of it is installed'
  return `${named(piece)}${where}: ${there}${reason === undefined ? '' : `, and it could not be installed: ${reason}`}`
}

const named = ({ pieceName, pieceVersion }: MissingPiece): string =>
  pieceVersion === undefined ? pieceName : `${pieceName}@${pieceVersion}`
