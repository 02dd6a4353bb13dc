import { isLoopOutput, isOfLoop, loopOutputOf, runningLoop } from './loop-output.ts'
import type { RunLog, StepOutput, StepPath, Steps } from './step-output.ts'

/** One step of a run with its place; `output` of a loop carries no iterations here. */
export interface PlacedStep {
  stepName: string
  path: StepPath
  output: StepOutput
}

/**
 * The steps of a log one by one, in the order in which a replay may take them: a loop comes after the steps of
 * its iterations.
 */
export function placedSteps(steps: Steps, path: StepPath = []): PlacedStep[] {
  return Object.entries(steps).flatMap(([stepName, output]) => {
    const loop = loopOutputOf(output)
    if (!loop) return [{ stepName, path, output }]
    const { iterations, ...head } = loop
    const inner = iterations.flatMap((iteration, index) => placedSteps(iteration, [...path, [stepName, index]]))
    return [...inner, { stepName, path, output: { ...output, output: { ...head, iterations: [] } } }]
  })
}

/** The steps for people: without the encrypted values, which are for the engine. */
export function withoutSeals(steps: Steps): Steps {
  return Object.fromEntries(
    Object.entries(steps).map(([name, { sealed: _, ...step }]) => {
      const loop = loopOutputOf(step)
      if (!loop) return [name, step]
      return [name, { ...step, output: { ...loop, iterations: loop.iterations.map(withoutSeals) } }]
    }),
  )
}

/** Puts steps back together, as a log has them. A later step with the same place replaces an earlier one. */
export function assembleLog(placed: Iterable<PlacedStep>, tags: string[] = []): RunLog {
  const steps: Steps = {}
  for (const { stepName, path, output } of placed) {
    const scope = scopeAt(steps, path)
    const before = Object.hasOwn(scope, stepName) ? scope[stepName]?.output : undefined
    if (isOfLoop(output) && isLoopOutput(before)) {
      const head = isLoopOutput(output.output) ? output.output : { index: before.iterations.length }
      scope[stepName] = { ...output, output: { ...head, iterations: before.iterations } }
    } else scope[stepName] = output
  }
  return { executionState: { steps, tags } }
}

/** The map that holds the steps of an iteration; missing loops on the way count as running. */
function scopeAt(steps: Steps, path: StepPath): Steps {
  let scope = steps
  for (const [loopName, iteration] of path) {
    const loop = Object.hasOwn(scope, loopName) ? scope[loopName] : undefined
    const before = loop?.output
    const output = isLoopOutput(before) ? before : { index: 0, iterations: [] }
    if (output !== before) scope[loopName] = { ...runningLoop(), ...loop, output }
    while (output.iterations.length <= iteration) output.iterations.push({})
    output.index = Math.max(output.index, iteration + 1)
    scope = output.iterations[iteration] ?? {}
  }
  return scope
}
