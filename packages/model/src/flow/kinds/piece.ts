import { judgePiece, problemsOfPiece } from '../piece-step.ts'
import { type PieceAction, pinned } from '../step.ts'
import { changeMap, textsIn } from '../texts.ts'
import { defineActionKind, withSample } from './kind.ts'

/** An action of a piece. */
export const piece = defineActionKind<PieceAction>('PIECE', {
  make: (base, settings) => ({ ...base, type: 'PIECE', settings: pinned(settings) }),
  withSample,
  texts: ({ input }) => textsIn(input),
  changed: (settings, change) => ({ ...settings, input: changeMap(settings.input, change) }),
  judge: (settings, lookup) => judgePiece(settings, 'action', settings.actionName, lookup),
  problems: (settings, lookup) => problemsOfPiece(settings, settings.actionName, 'action', lookup),
  settle(step) {
    step.settings = pinned(step.settings)
    return undefined
  },
})
