import type { CataloguedPiece } from './catalogue.ts'

const NAME_WEIGHT = 3
const STEP_WEIGHT = 1

/** Pieces that mention every word of the query, best first; all of them when it is empty. */
export function searchPieces(pieces: readonly CataloguedPiece[], query: string): CataloguedPiece[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return [...pieces]
  return pieces
    .map((piece) => ({ piece, score: score(piece, words) }))
    .filter((match) => match.score > 0)
    .sort((a, b) => b.score - a.score)
    .map((match) => match.piece)
}

function score({ metadata }: CataloguedPiece, words: readonly string[]): number {
  const steps = [...Object.values(metadata.actions), ...Object.values(metadata.triggers)]
  const fields = [
    { text: metadata.displayName, weight: NAME_WEIGHT },
    { text: metadata.description, weight: STEP_WEIGHT },
    ...steps.map((step) => ({ text: `${step.displayName} ${step.description}`, weight: STEP_WEIGHT })),
  ].map(({ text, weight }) => ({ text: text.toLowerCase(), weight }))
  const scores = words.map((word) =>
    Math.max(0, ...fields.map(({ text, weight }) => (text.includes(word) ? weight : 0))),
  )
  return scores.includes(0) ? 0 : scores.reduce((sum, value) => sum + value, 0)
}
