import { kindOf } from '@piecework/model/flow/kinds/registry'
import type { Action } from '@piecework/model/flow/step'
import type { StepOutput, StepPath, Steps } from '@piecework/model/run/step-output'

/** A step and the iterations that it is in. */
export interface StepInFlight {
  step: Action
  path: StepPath
}

/**
 * The step that was running when an engine died: the first of the chain, and of what is nested in it, that has not
 * come to an end.
 * @param steps what the journal holds.
 */
export function stepInFlight(first: Action | undefined, steps: Steps, path: StepPath = []): StepInFlight | undefined {
  for (let step = first; step; step = step.nextAction) {
    if (step.skip) continue
    const output = Object.hasOwn(steps, step.name) ? steps[step.name] : undefined
    if (!output) return { step, path }
    for (const way of kindOf(step).ways(step, { output, steps, path })) {
      const inside = stepInFlight(way.first, way.steps, way.path)
      if (inside) return inside
    }
    if (!isPassed(step, output)) return { step, path }
  }
  return undefined
}

/** Whether a run goes on behind a step that ended like this; one that is tried again has a failure from before. */
function isPassed(step: Action, { status }: StepOutput): boolean {
  if (status === 'SUCCEEDED') return true
  return status === 'FAILED' && kindOf(step).continuesOnFailure(step)
}
