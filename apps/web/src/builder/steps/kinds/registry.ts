import type { Action, Step } from '@piecework/model/flow/step'
import type { ActionRequest } from '@piecework/model/flow/step-request'
import { code } from './code.ts'
import { empty } from './empty.ts'
import type { Frame, StepKind, Texts } from './kind.ts'
import { loop } from './loop.ts'
import { piece, pieceTrigger } from './piece.ts'
import { router } from './router.ts'

/** Every kind of step, in the order of the picker. The forms of their settings are in `fields/step-settings.tsx`. */
const KINDS = {
  EMPTY: empty,
  PIECE_TRIGGER: pieceTrigger,
  CODE: code,
  LOOP_ON_ITEMS: loop,
  ROUTER: router,
  PIECE: piece,
} as const satisfies Record<Step['type'], StepKind>

export const shownKindOf = ({ type }: Pick<Step, 'type'>): StepKind => KINDS[type]

export const frameOf = (step: Step): Frame | undefined => shownKindOf(step).frame(step)

/** The kinds that the picker offers by themselves; steps of pieces come from the catalogue. */
export type BuiltIn = Exclude<Action['type'], 'PIECE'>
const isBuiltIn = (type: Step['type']): type is BuiltIn => KINDS[type].make !== undefined
export const BUILT_IN: readonly BuiltIn[] = Object.values(KINDS)
  .map(({ type }) => type)
  .filter(isBuiltIn)

/** A new built-in step. */
export function newBuiltIn(type: BuiltIn, name: string, t: Texts): ActionRequest {
  const { make } = KINDS[type]
  if (!make) throw new Error(`No step of the type ${type} is made by itself`)
  return make({ name, displayName: t(`kind.${type}`) }, t)
}
