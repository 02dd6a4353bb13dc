import type { PieceMetadata } from '@piecework/model/piece/metadata'
import { translatedPiece } from '@piecework/model/piece/translate'
import type { CataloguedPiece } from './catalogue.ts'

const FIRST_RELEASE = '0.0.0'
const LAST_RELEASE = '999.999.999'

/** A piece with everything that a step's form needs. */
export function presentPiece(piece: CataloguedPiece) {
  const { metadata, builtIn: _, file: __, platformId, archiveId, ...rest } = piece
  return {
    ...rest,
    ...metadata,
    authors: metadata.authors,
    categories: metadata.categories ?? [],
    minimumSupportedRelease: metadata.minimumSupportedRelease ?? FIRST_RELEASE,
    maximumSupportedRelease: metadata.maximumSupportedRelease ?? LAST_RELEASE,
    ...(platformId === null ? {} : { platformId }),
    ...(archiveId === null ? {} : { archiveId }),
  }
}

// Translating copies the whole metadata, which never changes: once per piece and locale is enough.
const translations = new WeakMap<PieceMetadata, Map<string, PieceMetadata>>()

/** The piece with its texts in a locale, as far as it has them. */
export function translated(piece: CataloguedPiece, locale: string | undefined): CataloguedPiece {
  const { metadata } = piece
  if (locale === undefined || locale === 'en' || !metadata.i18n) return piece
  const known = translations.get(metadata) ?? new Map<string, PieceMetadata>()
  translations.set(metadata, known)
  const local = known.get(locale) ?? translatedPiece(metadata, locale)
  // Locales come from callers: only those that the piece knows are kept.
  if (local !== metadata) known.set(locale, local)
  return { ...piece, metadata: local }
}

/** The piece with how many projects use it. */
export const withUsage = (piece: CataloguedPiece, used: ReadonlyMap<string, number>): CataloguedPiece => ({
  ...piece,
  projectUsage: used.get(piece.metadata.name) ?? 0,
})

export type SuggestionType = 'ACTION' | 'TRIGGER' | 'ACTION_AND_TRIGGER'

/** A piece as the list shows it: with counts. */
export function presentSummary(piece: CataloguedPiece) {
  const { actions, triggers, i18n: _, ...rest } = presentPiece(piece)
  return { ...rest, actions: Object.keys(actions).length, triggers: Object.keys(triggers).length }
}
