import { problemsOfPiece, validatePiece } from '../piece-step.ts'
import { type PieceTrigger, pinned } from '../step.ts'
import { changeMap, textsIn } from '../texts.ts'
import { defineKind, withSample } from './kind.ts'

/** A trigger of a piece. */
export const pieceTrigger = defineKind<PieceTrigger>('PIECE_TRIGGER', {
  withSample,
  texts: ({ input }) => textsIn(input),
  changed: (settings, change) => ({ ...settings, input: changeMap(settings.input, change) }),
  piece: ({ pieceName, pieceVersion, triggerName, input }) => ({
    ...{ pieceName, pieceVersion, input },
    part: 'trigger',
    name: triggerName,
  }),
  cleaned: (settings, changes) => ({ ...settings, ...changes }),
  validate(settings, lookup) {
    const { input, ...verdict } = validatePiece(settings, 'trigger', settings.triggerName, lookup)
    // The incomplete input of a trigger is kept unchanged.
    return verdict.valid && input ? { ...verdict, input } : verdict
  },
  problems: (settings, lookup) => problemsOfPiece(settings, settings.triggerName, 'trigger', lookup),
  settle(step) {
    step.settings = pinned(step.settings)
    return undefined
  },
})
