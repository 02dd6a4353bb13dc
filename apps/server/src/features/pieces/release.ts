import { PIECE_RELEASE } from '@piecework/api/pieces'
import semver from 'semver'

interface Gated {
  pieceType: 'OFFICIAL' | 'CUSTOM'
  metadata: { minimumSupportedRelease?: string | undefined; maximumSupportedRelease?: string | undefined }
}

/** Whether a piece may be used. What an administrator installed by hand is for the administrator to judge. */
export function isSupported(piece: Gated): boolean {
  return piece.pieceType === 'CUSTOM' || supports(piece, PIECE_RELEASE)
}

/** Whether a piece says that it works on a release. */
export function supports({ metadata }: Pick<Gated, 'metadata'>, release: string): boolean {
  const { minimumSupportedRelease: minimum, maximumSupportedRelease: maximum } = metadata
  const from = semver.valid(minimum ?? '') ?? '0.0.0'
  const to = semver.valid(maximum ?? '') ?? '999.999.999'
  return semver.gte(release, from) && semver.lte(release, to)
}
