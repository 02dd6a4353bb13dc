import type { Scope } from '../state/record.ts'
import type { PlannedStep, Run } from './planned.ts'

/** Runs steps in a row until the last, or until one of them ends the run. */
export async function executeChain(run: Run, first: PlannedStep | undefined, scope: Scope): Promise<void> {
  for (let step = first; step !== undefined && run.state === 'RUNNING'; step = step.next) {
    if (step.skip) continue
    run.stepsCount += 1
    await step.execute(run, scope)
  }
}
