import type { Action } from '@piecework/model/flow/step'
import { code } from './code.ts'
import type { StepKind } from './kind.ts'
import { loop } from './loop.ts'
import { piece } from './piece.ts'
import { router } from './router.ts'

export interface StepKinds {
  of(action: { type: string }): StepKind
  /** The types of steps that lead to other steps. */
  ways: ReadonlySet<string>
}

/** The kinds of steps by their types. */
export function createStepKinds(kinds: readonly StepKind[]): StepKinds {
  const byType = new Map(kinds.map((kind) => [kind.type, kind]))
  return {
    of({ type }) {
      const kind = byType.get(type)
      if (!kind) throw new Error(`There is no kind of step ${type}`)
      return kind
    },
    ways: new Set(kinds.filter(({ isWay }) => isWay).map(({ type }) => type)),
  }
}

/** Every kind of step that the engine runs. */
const KINDS = { CODE: code, PIECE: piece, LOOP_ON_ITEMS: loop, ROUTER: router } satisfies Record<
  Action['type'],
  StepKind
>

export const STEP_KINDS: readonly StepKind[] = Object.values(KINDS)
