import type { LoopOutput, StepOutput, Steps } from './step-output.ts'

/** What runs remember of loops. */

const TYPE = 'LOOP_ON_ITEMS'

/** Whether this is what a run remembers of a loop. */
export const isOfLoop = ({ type }: Pick<StepOutput, 'type'>): boolean => type === TYPE

export const isLoopOutput = (value: unknown): value is LoopOutput =>
  typeof value === 'object' && value !== null && 'iterations' in value && Array.isArray(value.iterations)

/** What a loop came to, when this is one that began. */
export const loopOutputOf = (step: StepOutput): LoopOutput | undefined =>
  isOfLoop(step) && isLoopOutput(step.output) ? step.output : undefined

/** The steps of each round of a loop; none of any other step. */
export const roundsOf = (step: StepOutput): Steps[] => loopOutputOf(step)?.iterations ?? []

/** A loop of which nothing is known yet but that it runs. */
export const runningLoop = (): StepOutput => ({ type: TYPE, status: 'RUNNING', input: {} })
