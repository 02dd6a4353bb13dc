import { kindOf } from './kinds/registry.ts'
import type { FieldProblem, PieceLookup } from './piece-step.ts'
import type { Trigger } from './step.ts'
import { isAction, walk } from './walk.ts'

/** The reasons why a step is not valid, field by field. */
export interface StepProblems {
  name: string
  displayName: string
  problems: FieldProblem[]
}

/** The steps that make a tree invalid, in order of appearance. */
export function problemsOf(trigger: Trigger, lookup: PieceLookup): StepProblems[] {
  const found: StepProblems[] = []
  for (const step of walk(trigger)) {
    if (isAction(step) && step.skip === true) continue
    const problems = [...kindOf(step).problems(step, lookup)]
    if (problems.length > 0) found.push({ name: step.name, displayName: step.displayName, problems })
  }
  return found
}

/** The same as a sentence. */
export function describeProblems(steps: readonly StepProblems[]): string {
  return steps
    .map(({ name, displayName, problems }) => {
      const reasons = problems.map(({ field, message }) => `${field} ${message}`).join(', ')
      return `${name} (${displayName}): ${reasons}`
    })
    .join('; ')
}
