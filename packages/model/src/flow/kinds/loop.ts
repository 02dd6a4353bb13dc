import { roundsOf } from '../../run/loop-output.ts'
import { invalid } from '../invalid.ts'
import type { LoopAction } from '../step.ts'
import { type AnyStep, defineActionKind, type Slot, withSample } from './kind.ts'

const TYPE = 'LOOP_ON_ITEMS'

export const isLoop = <S extends Pick<AnyStep, 'type'>>(step: S): step is Extract<S, { type: typeof TYPE }> =>
  step.type === TYPE

/** Runs the steps inside of it once for each item. */
export const loop = defineActionKind<LoopAction>(TYPE, {
  make: (base, settings) => ({ ...base, type: TYPE, settings }),
  heads: ({ firstLoopAction }) => (firstLoopAction ? [firstLoopAction] : []),
  slots: (step) => [body(step)],
  slotAt(step, { location }) {
    if (location === 'INSIDE_LOOP') return body(step)
    if (location !== 'AFTER')
      throw invalid(`a step goes INSIDE_LOOP or AFTER the loop ${step.name}`, {
        ...{ stepName: step.name, field: 'location', value: location },
      })
    return undefined
  },
  withSample,
  texts: ({ items }) => [items],
  changed: (settings, change) => ({ ...settings, items: change(settings.items) }),
  validate: ({ items }) => ({ valid: items.length > 0 }),
  problems: ({ items }) => (items === '' ? [{ field: 'items', message: 'is required' }] : []),
  keep(step, { firstLoopAction }) {
    if (firstLoopAction) step.firstLoopAction = firstLoopAction
  },
  /** The position is in the last round, or in the next one when the last has ended. */
  ways({ name, firstLoopAction: first }, { output, path }) {
    if (output.status !== 'RUNNING') return []
    const rounds = roundsOf(output)
    const last = Math.max(0, rounds.length - 1)
    return [
      { first, steps: rounds[last] ?? {}, path: [...path, [name, last]] },
      { first, steps: {}, path: [...path, [name, last + 1]] },
    ]
  },
})

function body(step: LoopAction): Slot {
  return {
    location: 'INSIDE_LOOP',
    branchIndex: undefined,
    action: step.firstLoopAction ?? null,
    // A missing link has no key.
    set(action) {
      if (action) step.firstLoopAction = action
      else delete step.firstLoopAction
    },
  }
}
