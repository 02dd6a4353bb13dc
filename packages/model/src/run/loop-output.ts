import type { LoopOutput, StepOutput, Steps } from './step-output.ts'

/** The results of loops in run logs. */

const TYPE = 'LOOP_ON_ITEMS'

/** Whether this is the result of a loop. */
export const isOfLoop = ({ type }: Pick<StepOutput, 'type'>): boolean => type === TYPE

export const isLoopOutput = (value: unknown): value is LoopOutput =>
  typeof value === 'object' && value !== null && 'iterations' in value && Array.isArray(value.iterations)

/** The output of a loop that began. */
export const loopOutputOf = (step: StepOutput): LoopOutput | undefined =>
  isOfLoop(step) && isLoopOutput(step.output) ? step.output : undefined

/** The steps of each round of a loop; none for any other step. */
export const roundsOf = (step: StepOutput): Steps[] => loopOutputOf(step)?.iterations ?? []

/** A loop that runs and has no known results yet. */
export const runningLoop = (): StepOutput => ({ type: TYPE, status: 'RUNNING', input: {} })
