import type { ActionMetadata, PieceMetadata } from '@piecework/model/piece/metadata'
import type { CataloguedPiece } from './catalogue.ts'
import type { SuggestionType } from './present.ts'

const NAME_WEIGHT = 3
const TEXT_WEIGHT = 1
/** A word that is only nearly there counts less than one that is there. */
const NEARLY = 0.4
/** Letters that a word must have before one, and two, of them may be wrong. */
const ONE_WRONG_FROM = 4
const TWO_WRONG_FROM = 8

interface Field {
  text: string
  weight: number
}

interface Index {
  fields: Field[]
  /** Every word of the piece with the weight of the heaviest field that has it. */
  words: Map<string, number>
}

// Metadata never changes, so its index is made once.
const indexes = new WeakMap<PieceMetadata, Index>()

/**
 * Pieces that mention every word of the query, letter for letter or with a slip of the fingers, best first; all of
 * them when it is empty. Where no piece has every word, those that have the most of them, at least half.
 */
export function searchPieces(pieces: readonly CataloguedPiece[], query: string): CataloguedPiece[] {
  const words = wordsOf(query)
  if (words.length === 0) return [...pieces]
  const isNear = nearnessOf()
  const matches = pieces.map((piece) => ({ piece, ...match(indexOf(piece.metadata), words, isNear) }))
  const most = Math.max(Math.ceil(words.length / 2), ...matches.map(({ found }) => found))
  return matches
    .filter(({ found }) => found === most)
    .sort((a, b) => b.total - a.total)
    .map(({ piece }) => piece)
}

/**
 * The actions and triggers of a piece to suggest for a query: those that it is about, or all of them when it is
 * about the piece.
 */
export function suggestedSteps(metadata: PieceMetadata, type: SuggestionType | undefined, query: string) {
  if (type === undefined) return {}
  const words = wordsOf(query)
  return {
    ...(type === 'TRIGGER' ? {} : { suggestedActions: matching(metadata, metadata.actions, words) }),
    ...(type === 'ACTION' ? {} : { suggestedTriggers: matching(metadata, metadata.triggers, words) }),
  }
}

function matching<S extends ActionMetadata>(
  { displayName }: PieceMetadata,
  steps: Readonly<Record<string, S>>,
  words: readonly string[],
): S[] {
  const all = Object.values(steps)
  if (words.length === 0) return all
  const piece = makeIndex([{ text: displayName, weight: TEXT_WEIGHT }])
  const matches = all.filter((step) => {
    const own = makeIndex([stepField(step)])
    const about = words.map((word) => mentions(own, word))
    return about.some(Boolean) && words.every((word, at) => about[at] || mentions(piece, word))
  })
  return matches.length > 0 ? matches : all
}

const wordsOf = (query: string): string[] => query.toLowerCase().split(/\s+/).filter(Boolean)

const stepField = ({ name, displayName, description }: ActionMetadata): Field => ({
  text: `${name} ${displayName} ${description}`,
  weight: TEXT_WEIGHT,
})

/** The prefix that all packages of pieces have before their own name. */
const PACKAGE = /^(@[^/]*\/)?(piece-)?/

/** A name without its gaps: `qrcode` finds QR Code. */
const joined = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]+/gu, '')

function indexOf(metadata: PieceMetadata): Index {
  const known = indexes.get(metadata)
  if (known) return known
  const index = makeIndex([
    { text: metadata.displayName, weight: NAME_WEIGHT },
    { text: joined(metadata.displayName), weight: NAME_WEIGHT },
    { text: metadata.name.replace(PACKAGE, ''), weight: NAME_WEIGHT },
    { text: metadata.description, weight: TEXT_WEIGHT },
    ...[...Object.values(metadata.actions), ...Object.values(metadata.triggers)].map(stepField),
  ])
  indexes.set(metadata, index)
  return index
}

function makeIndex(given: readonly Field[]): Index {
  const fields = given.map(({ text, weight }) => ({ text: text.toLowerCase(), weight }))
  const words = new Map<string, number>()
  for (const { text, weight } of fields)
    for (const word of text.split(/[^\p{L}\p{N}]+/u)) words.set(word, Math.max(weight, words.get(word) ?? 0))
  return { fields, words }
}

/** How many words of the query there are, and how much they weigh together. */
function match({ fields, words }: Index, query: readonly string[], isNear: Nearness): { found: number; total: number } {
  let found = 0
  let total = 0
  for (const word of query) {
    const exact = Math.max(0, ...fields.map(({ text, weight }) => (text.includes(word) ? weight : 0)))
    const best = exact > 0 ? exact : NEARLY * nearest(words, word, isNear)
    if (best > 0) found++
    total += best
  }
  return { found, total }
}

const mentions = (index: Index, word: string): boolean => match(index, [word], nearnessOf()).found > 0

type Nearness = (word: string, wanted: string, allowed: number) => boolean

/** Remembers, for one search: pieces have most of their words in common. */
function nearnessOf(): Nearness {
  const known = new Map<string, Map<string, boolean>>()
  return (word, wanted, allowed) => {
    const words = known.get(wanted) ?? new Map<string, boolean>()
    known.set(wanted, words)
    const isNear = words.get(word) ?? differsLittle(word, wanted, allowed)
    words.set(word, isNear)
    return isNear
  }
}

function nearest(words: ReadonlyMap<string, number>, wanted: string, isNear: Nearness): number {
  const allowed = wanted.length >= TWO_WRONG_FROM ? 2 : wanted.length >= ONE_WRONG_FROM ? 1 : 0
  if (allowed === 0) return 0
  let best = 0
  for (const [word, weight] of words)
    if (weight > best && Math.abs(word.length - wanted.length) <= allowed && isNear(word, wanted, allowed))
      best = weight
  return best
}

/** Whether at most `allowed` letters are wrong, missing, too many, or swapped with their neighbour. */
function differsLittle(a: string, b: string, allowed: number): boolean {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1)
      row.push(cost)
    }
    if (Math.min(...row) > allowed) return false
    before = previous
    previous = row
  }
  return (previous[b.length] ?? allowed + 1) <= allowed
}
