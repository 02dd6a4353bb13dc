import { mapPieceSettings, mapSteps, type Raw, rawAt } from './raw.ts'

/** Pins every step of a piece to a version. */
export function pinPiece(pieceName: string, pieceVersion: string): (content: Raw) => Raw {
  return (content) => mapPieceSettings(content, { pieceName }, (settings) => ({ ...settings, pieceVersion }))
}

/** 19 to 20: versions are exact. */
export function exactPieceVersions(content: Raw): Raw {
  return mapSteps(content, (step) => {
    const settings = rawAt(step, 'settings')
    const { pieceVersion } = settings
    if (typeof pieceVersion !== 'string' || !/^[~^]/.test(pieceVersion)) return step
    return { ...step, settings: { ...settings, pieceVersion: pieceVersion.slice(1) } }
  })
}
