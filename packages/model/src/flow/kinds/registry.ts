import type { Action, Step } from '../step.ts'
import { code } from './code.ts'
import { empty } from './empty.ts'
import type { StepKind } from './kind.ts'
import { loop } from './loop.ts'
import { piece } from './piece.ts'
import { pieceTrigger } from './piece-trigger.ts'
import { router } from './router.ts'

/** Finds the kind of a step. */
export type KindOf<A> = (step: { type: string }) => StepKind<A>

/** The kinds of steps by their types. */
export function createStepKinds<A>(kinds: readonly StepKind<A>[]): KindOf<A> {
  const byType = new Map(kinds.map((kind) => [kind.type, kind]))
  return ({ type }) => {
    const kind = byType.get(type)
    if (!kind) throw new Error(`There is no kind of step ${type}`)
    return kind
  }
}

/** Every kind of step that a flow may hold. */
const KINDS = {
  EMPTY: empty,
  PIECE_TRIGGER: pieceTrigger,
  CODE: code,
  PIECE: piece,
  LOOP_ON_ITEMS: loop,
  ROUTER: router,
} satisfies Record<Step['type'], StepKind<Action>>

export const STEP_KINDS: readonly StepKind<Action>[] = Object.values(KINDS)

export const kindOf: KindOf<Action> = createStepKinds(STEP_KINDS)
