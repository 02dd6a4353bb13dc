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
    const inside = step.type === 'ROUTER' ? inRouter(step, output, steps, path) : undefined
    if (inside) return inside
    if (step.type === 'LOOP_ON_ITEMS' && output.status === 'RUNNING')
      return inLoop(step, output, path) ?? { step, path }
    if (!isPassed(step, output)) return { step, path }
  }
  return undefined
}

function inRouter(
  router: Extract<Action, { type: 'ROUTER' }>,
  { output }: StepOutput,
  steps: Steps,
  path: StepPath,
): StepInFlight | undefined {
  const branches: unknown = Reflect.get(Object(output), 'branches')
  if (!Array.isArray(branches)) return undefined
  const taken = router.children.filter((_, index) => Reflect.get(Object(branches[index]), 'evaluation') === true)
  for (const child of router.settings.executionType === 'EXECUTE_FIRST_MATCH' ? taken.slice(0, 1) : taken) {
    const found = stepInFlight(child ?? undefined, steps, path)
    if (found) return found
  }
  return undefined
}

/** In the last iteration, or in the one after it when that had come to its end. */
function inLoop(
  loop: Extract<Action, { type: 'LOOP_ON_ITEMS' }>,
  { output }: StepOutput,
  path: StepPath,
): StepInFlight | undefined {
  const found: unknown = Reflect.get(Object(output), 'iterations')
  const iterations: Steps[] = Array.isArray(found) ? found : []
  const last = Math.max(0, iterations.length - 1)
  return (
    stepInFlight(loop.firstLoopAction, iterations[last] ?? {}, [...path, [loop.name, last]]) ??
    stepInFlight(loop.firstLoopAction, {}, [...path, [loop.name, last + 1]])
  )
}

/** Whether a run goes on behind a step that ended like this; one that is tried again has a failure from before. */
function isPassed(step: Action, { status }: StepOutput): boolean {
  if (status === 'SUCCEEDED') return true
  if (status !== 'FAILED' || (step.type !== 'CODE' && step.type !== 'PIECE')) return false
  return step.settings.errorHandlingOptions?.continueOnFailure?.value === true
}
