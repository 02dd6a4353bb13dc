import { mapPieceSettings, type Raw } from './raw.ts'

/**
 * Raises every step of a piece to a version; steps with a newer version stay, because content without a schema version
 * may be recent.
 */
export function pinPiece(pieceName: string, pieceVersion: string): (content: Raw) => Raw {
  return (content) => mapPieceSettings(content, { pieceName }, (settings) => raiseVersion(settings, pieceVersion))
}

/** The settings with at least this piece version. */
export function raiseVersion(settings: Raw, pieceVersion: string): Raw {
  return isBelow(settings.pieceVersion, pieceVersion) ? { ...settings, pieceVersion } : settings
}

function isBelow(version: unknown, other: string): boolean {
  const have = numbersOf(typeof version === 'string' ? version : '')
  for (const [index, wanted] of numbersOf(other).entries()) {
    const number = have[index] ?? 0
    if (number !== wanted) return number < wanted
  }
  return false
}

function numbersOf(version: string): number[] {
  return version.replace(/^[~^]/, '').split('.').map(Number)
}
