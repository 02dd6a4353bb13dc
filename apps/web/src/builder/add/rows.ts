import type { ActionMetadata, TriggerMetadata } from '@piecework/model/piece/metadata'
import type { ListedPiece } from '../../api/piece-list.ts'
import { BUILT_IN, type BuiltIn } from '../steps/kinds/registry.ts'

/** A piece that the npm registry has and the platform does not. */
export interface AvailablePiece {
  pieceName: string
  pieceVersion: string
}

/**
 * A choice: a built-in step, an action or trigger of a piece, a piece whose actions and triggers show next, or a piece
 * that has to be installed first.
 */
export type Choice =
  | { kind: 'available'; piece: AvailablePiece }
  | { kind: 'builtIn'; type: BuiltIn }
  | { kind: 'part'; piece: ListedPiece; part: ActionMetadata | TriggerMetadata }
  | { kind: 'piece'; piece: ListedPiece }

export interface Row {
  id: string
  group: 'recent' | 'builtIn' | 'pieces' | 'parts' | 'available'
  choice: Choice
}

interface RowsOf {
  /** The pieces that the server found for the search. */
  pieces: readonly ListedPiece[]
  wants: 'action' | 'trigger'
  search: string
  /** The words of the built-in steps, to search in. */
  textOf(type: BuiltIn): { name: string; help: string }
  /** The ids of rows that were chosen before, newest first. */
  recent: readonly string[]
  /** The names of the pieces that the flow uses. */
  used: ReadonlySet<string>
  /** The piece whose actions show. */
  within: string | undefined
}

/** The lines of the picker: without a search, what is used often and the pieces; with one, everything that fits. */
export function rowsOf({ pieces, wants, search, textOf, recent, used, within }: RowsOf): Row[] {
  const partsOf = (piece: ListedPiece) => (wants === 'action' ? piece.actions : piece.triggers)
  const usable = pieces.filter((piece) => partsOf(piece).length > 0)
  const partRow = (piece: ListedPiece, part: ActionMetadata | TriggerMetadata, group: Row['group'] = 'parts'): Row => ({
    id: `${piece.name}/${part.name}`,
    group,
    choice: { kind: 'part', piece, part },
  })
  const inside = usable.find(({ name }) => name === within)
  if (inside) return partsOf(inside).map((part) => partRow(inside, part))
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const builtIn = (wants === 'action' ? BUILT_IN : [])
    .filter((type) => words.every((word) => `${textOf(type).name} ${textOf(type).help}`.toLowerCase().includes(word)))
    .map((type): Row => ({ id: type, group: 'builtIn', choice: { kind: 'builtIn', type } }))
  if (words.length > 0) {
    // A piece that the flow uses comes first among those that fit as well: a flow answers its own webhook.
    const likely = usable.toSorted((a, b) => Number(used.has(b.name)) - Number(used.has(a.name)))
    const parts = likely.flatMap((piece) => partsOf(piece).map((part) => partRow(piece, part)))
    return ranked([...builtIn, ...parts], words, (type) => textOf(type).name)
  }
  const all = new Map(
    [...builtIn, ...usable.flatMap((piece) => partsOf(piece).map((part) => partRow(piece, part)))].map((row) => [
      row.id,
      row,
    ]),
  )
  const before = recent.flatMap((id): Row[] => {
    const row = all.get(id)
    return row && row.choice.kind === 'part' ? [{ ...row, group: 'recent' }] : []
  })
  const byPiece = usable.map((piece): Row => ({ id: piece.name, group: 'pieces', choice: { kind: 'piece', piece } }))
  return [...before.slice(0, 5), ...builtIn, ...byPiece]
}

/** Rows whose names have the words come before those whose descriptions do; within each, the order stays. */
function ranked(rows: readonly Row[], words: readonly string[], nameOf: (type: BuiltIn) => string): Row[] {
  const ranks = new Map(rows.map((row) => [row, rankOf(row, words, nameOf)]))
  return rows.toSorted((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0))
}

const NOT_IN_NAMES = 3

function rankOf({ choice }: Row, words: readonly string[], nameOf: (type: BuiltIn) => string): number {
  const own = choice.kind === 'builtIn' ? nameOf(choice.type) : choice.kind === 'part' ? choice.part.displayName : ''
  const piece = choice.kind === 'part' || choice.kind === 'piece' ? choice.piece.displayName : ''
  return Math.max(...words.map((word) => rankIn(own, word) ?? rankIn(`${piece} ${own}`, word) ?? NOT_IN_NAMES))
}

/** Whether a row has every word in its name, or in that of its piece: then nobody has to look elsewhere. */
export function isNamed(rows: readonly Row[], search: string, nameOf: (type: BuiltIn) => string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.some((row) => rankOf(row, words, nameOf) < NOT_IN_NAMES)
}

/** 0: a word of the name is it; 1: one begins with it; 2: it is inside of one. */
function rankIn(name: string, word: string): number | undefined {
  const text = name.toLowerCase()
  const parts = text.split(/[^\p{L}\p{N}]+/u)
  if (parts.includes(word)) return 0
  if (parts.some((part) => part.startsWith(word))) return 1
  return text.includes(word) ? 2 : undefined
}
