import type { Step, Trigger } from '@piecework/model/flow/step'
import { walk } from '@piecework/model/flow/walk'
import type { StepOutput, Steps } from '@piecework/model/run/step-output'
import { roundsIn } from '../../app/step-results.ts'
import { frameOf } from '../steps/kinds/registry.ts'

/**
 * Reads the results of the steps of a run. For steps in a loop they are those of the round that shows: by default the
 * first that failed, else the last.
 */
export function outputsOf(
  trigger: Trigger,
  steps: Steps,
  roundOf: (loop: string) => number | undefined = () => undefined,
): ReadonlyMap<string, StepOutput> {
  const known = new Map<string, StepOutput>(Object.entries(steps))
  // A loop comes before what is inside of it.
  for (const step of walk(trigger)) {
    if (frameOf(step)?.kind !== 'loop') continue
    const rounds = roundsIn(known.get(step.name), roundOf(step.name))
    for (const [name, inner] of Object.entries(rounds.steps)) known.set(name, inner)
  }
  return known
}

export type CardState =
  | 'plain'
  | 'tested'
  | 'incomplete'
  | 'skipped'
  | 'failed'
  | 'succeeded'
  | 'running'
  | 'paused'
  | 'stopped'
  | 'notRun'

const BY_STATUS: Record<StepOutput['status'], CardState> = {
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  PAUSED: 'paused',
  STOPPED: 'stopped',
}

/** How a step stands: in a run, or while it is built. */
export function cardStateOf(step: Step, outputs: ReadonlyMap<string, StepOutput> | undefined): CardState {
  if (outputs) {
    const output = outputs.get(step.name)
    return output ? BY_STATUS[output.status] : 'notRun'
  }
  if ('skip' in step && step.skip) return 'skipped'
  if (!step.valid) return 'incomplete'
  const settings: { sampleData?: { lastTestDate?: string | undefined } | undefined } = step.settings
  return settings.sampleData?.lastTestDate ? 'tested' : 'plain'
}
