import semver from 'semver'

/**
 * The release of the piece contract that this server covers, in the numbering that published pieces use for
 * `minimumSupportedRelease` (spec: facts/pieces-framework.md section 3).
 */
export const PIECE_RELEASE = '0.83.0'

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
