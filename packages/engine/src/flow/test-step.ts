import type { ExecuteFlow } from '../protocol.ts'
import { createScope, type Scope } from '../state/record.ts'
import type { PlannedStep, Run } from './planned.ts'
import { setSample } from './samples.ts'

/**
 * Runs one step alone, over the sample data of the others (spec: facts/engine.md section 15). The log then holds
 * this step only.
 */
export async function executeTest(run: Run, test: NonNullable<ExecuteFlow['test']>): Promise<void> {
  const step = run.plan.steps.get(test.stepName)
  if (step === undefined) throw new Error(`The flow has no step ${test.stepName}`)
  // The samples lie in a scope above, so that they are seen but not logged.
  const samples = createScope()
  for (const [name, text] of Object.entries(test.sampleData)) setSample(samples, name, text)
  await sampleSteps(run, samples, step)
  const scope: Scope = { ...run.top, parent: samples }
  run.stepsCount += 1
  await step.test(run, scope)
}

/** Steps around the tested one show something, as a loop does the first of its items. Outer ones come first. */
async function sampleSteps(run: Run, samples: Scope, tested: PlannedStep): Promise<void> {
  for (const step of stepsInOrder(run.plan.first)) if (step !== tested) await step.sample?.(run, samples)
}

function* stepsInOrder(first: PlannedStep | undefined): Generator<PlannedStep> {
  for (let step = first; step !== undefined; step = step.next) {
    yield step
    for (const head of step.heads) yield* stepsInOrder(head)
  }
}
