import { kindOf } from '@piecework/model/flow/kinds/registry'
import type { PieceLookup } from '@piecework/model/flow/piece-step'
import type { Step } from '@piecework/model/flow/step'
import type { ActionMetadata, TriggerMetadata } from '@piecework/model/piece/metadata'
import type { ListedPiece } from '../../api/piece-list.ts'

export type Pieces = ReadonlyMap<string, ListedPiece>

export const piecesByName = (pieces: readonly ListedPiece[]): Pieces =>
  new Map(pieces.map((piece) => [piece.name, piece]))

export const pieceOf = (step: Step, pieces: Pieces): ListedPiece | undefined =>
  pieces.get(kindOf(step).piece(step)?.pieceName ?? '')

/** @returns the action or trigger of a step, as its piece describes it. */
export function partOf(step: Step, pieces: Pieces): ActionMetadata | TriggerMetadata | undefined {
  const used = kindOf(step).piece(step)
  const piece = used && pieces.get(used.pieceName)
  const parts = used?.part === 'action' ? piece?.actions : piece?.triggers
  return parts?.find(({ name }) => name === used?.name)
}

/** Finds pieces for judging steps: those whose newest version the step uses. */
export const lookupIn =
  (pieces: Pieces): PieceLookup =>
  (name, version) => {
    const piece = pieces.get(name)
    if (!piece || piece.version !== version) return undefined
    const named = <P extends { name: string }>(parts: readonly P[]) =>
      Object.fromEntries(parts.map((part) => [part.name, part]))
    return { metadata: { ...piece, actions: named(piece.actions), triggers: named(piece.triggers) }, version }
  }
