import { problemsOfPiece, validatePiece } from '../piece-step.ts'
import { type PieceAction, pinned } from '../step.ts'
import { changeMap, textsIn } from '../texts.ts'
import { continuesOnFailure, defineActionKind, withSample } from './kind.ts'

/** An action of a piece. */
export const piece = defineActionKind<PieceAction>('PIECE', {
  make: (base, settings) => ({ ...base, type: 'PIECE', settings: pinned(settings) }),
  withSample,
  texts: ({ input }) => textsIn(input),
  changed: (settings, change) => ({ ...settings, input: changeMap(settings.input, change) }),
  piece: ({ pieceName, pieceVersion, actionName, input }) => ({
    ...{ pieceName, pieceVersion, input },
    part: 'action',
    name: actionName,
  }),
  continuesOnFailure,
  cleaned: (settings, changes) => ({ ...settings, ...changes }),
  validate: (settings, lookup) => validatePiece(settings, 'action', settings.actionName, lookup),
  problems: (settings, lookup) => problemsOfPiece(settings, settings.actionName, 'action', lookup),
  settle(step) {
    step.settings = pinned(step.settings)
    return undefined
  },
})
