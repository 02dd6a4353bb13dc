import type { Place } from '@piecework/model/flow/kinds/kind'
import { ActionRequest } from '@piecework/model/flow/step-request'
import { stepNames, unusedNames } from '@piecework/model/flow/walk'
import type { TFunction } from 'i18next'
import { newPieceAction, newPieceTrigger } from '../add/new-step.ts'
import type { Choice } from '../add/rows.ts'
import type { Builder } from '../state/builder.ts'
import { newBuiltIn } from '../steps/kinds/registry.ts'

/** The place that the open picker fills. */
export type Asking = { anchor: Element } & (
  | { wants: 'action'; place: Place }
  | { wants: 'action'; replaces: string }
  | { wants: 'trigger' }
)

/** The part or the built-in step that somebody chose. */
export type Chosen = Exclude<Choice, { kind: 'piece' | 'available' }>

/** The card of a step on the canvas. */
export const cardOf = (name: string): Element =>
  document.querySelector(`[data-step="${CSS.escape(name)}"]`) ?? document.body

/** Puts what was chosen where the picker was asked to. @returns the name of the step, if there is one */
export function put(chosen: Chosen, asking: Asking, builder: Builder, t: TFunction<'builder'>): string | undefined {
  const { trigger } = builder.getState().version
  if (asking.wants === 'trigger') {
    if (chosen.kind !== 'part') return undefined
    builder.apply({ type: 'UPDATE_TRIGGER', request: newPieceTrigger(chosen.piece, chosen.part, trigger.name) })
    return trigger.name
  }
  const name = 'replaces' in asking ? asking.replaces : unusedNames(stepNames(trigger))()
  const action =
    chosen.kind === 'part' ? newPieceAction(chosen.piece, chosen.part, name) : newBuiltIn(chosen.type, name, t)
  const request = ActionRequest.parse(action)
  if ('replaces' in asking) builder.apply({ type: 'UPDATE_ACTION', request })
  else {
    const { parentStep, location: stepLocationRelativeToParent, branchIndex } = asking.place
    builder.apply({
      type: 'ADD_ACTION',
      request: { parentStep, stepLocationRelativeToParent, branchIndex, action: request },
    })
  }
  return name
}
