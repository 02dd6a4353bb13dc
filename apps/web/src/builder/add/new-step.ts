import { kindOf } from '@piecework/model/flow/kinds/registry'
import type { ActionRequest, TriggerRequest } from '@piecework/model/flow/step-request'
import type { ActionMetadata, TriggerMetadata } from '@piecework/model/piece/metadata'
import type { ListedPiece } from '../../api/piece-list.ts'
import { lookupIn } from '../steps/pieces.ts'

type Part = ActionMetadata | TriggerMetadata

/** The settings that a step of a piece begins with. */
function settingsOf(piece: ListedPiece, part: Part) {
  const props = Object.entries(part.props)
  return {
    pieceName: piece.name,
    pieceVersion: piece.version,
    input: Object.fromEntries(
      props.flatMap(([key, { defaultValue }]) => (defaultValue === undefined ? [] : [[key, defaultValue]])),
    ),
    propertySettings: Object.fromEntries(props.map(([key]) => [key, { type: 'MANUAL' as const }])),
  }
}

const isValid = (type: string, settings: object, piece: ListedPiece): boolean =>
  kindOf({ type }).validate({ type, settings }, lookupIn(new Map([[piece.name, piece]]))).valid

export function newPieceAction(piece: ListedPiece, part: Part, name: string): ActionRequest {
  const settings = { ...settingsOf(piece, part), actionName: part.name }
  const valid = isValid('PIECE', settings, piece)
  return { type: 'PIECE', name, displayName: part.displayName, valid, settings }
}

export function newPieceTrigger(piece: ListedPiece, part: Part, name: string): TriggerRequest {
  const settings = { ...settingsOf(piece, part), triggerName: part.name }
  const valid = isValid('PIECE_TRIGGER', settings, piece)
  return { type: 'PIECE_TRIGGER', name, displayName: part.displayName, valid, settings }
}
