import type { PieceAction, PieceTrigger } from '@piecework/model/flow/step'
import { type Pieces, partOf } from '../pieces.ts'
import { defineKind, plain } from './kind.ts'

const summary = (step: PieceAction | PieceTrigger, { pieces }: { pieces: Pieces }): string =>
  callOf(step.settings.input) ?? partOf(step, pieces)?.displayName ?? step.settings.pieceName

export const piece = defineKind<PieceAction>('PIECE', { summary })
export const pieceTrigger = defineKind<PieceTrigger>('PIECE_TRIGGER', { summary })

/** `POST api.example.com/orders`, of each step that has an address. */
function callOf({ method, url }: Record<string, unknown>): string | undefined {
  if (typeof url !== 'string' || url === '') return undefined
  const address = plain(url.replace(/^https?:\/\//, ''))
  return typeof method === 'string' ? `${method} ${address}` : address
}
