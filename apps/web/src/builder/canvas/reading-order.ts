import type { Place } from '@piecework/model/flow/kinds/kind'
import type { Step } from '@piecework/model/flow/step'
import { placesIn } from './measure.ts'

export const after = (parentStep: string): Place => ({ parentStep, location: 'AFTER', branchIndex: undefined })

/** Names a place between steps. */
export const keyOf = ({ parentStep, location, branchIndex }: Place): string =>
  [parentStep, location, branchIndex].filter((part) => part !== undefined).join('/')

/**
 * The ids of everything that a flow may show, in the order in which one reads it aloud: a step, what is inside of it
 * branch by branch, what comes after it.
 */
export function* readingOrder(first: Step): Generator<string> {
  for (let step: Step | undefined = first; step; step = step.nextAction) {
    yield step.name
    yield `frame/${step.name}`
    for (const { action, place } of placesIn(step)) {
      yield `pill/${step.name}/${place.branchIndex}`
      yield `empty/${keyOf(place)}`
      yield `add/${keyOf(place)}`
      if (action) yield* readingOrder(action)
    }
    yield `add/${keyOf(after(step.name))}`
  }
}
