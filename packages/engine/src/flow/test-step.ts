import type { ExecuteFlow } from '../protocol.ts'
import { createScope, type Scope } from '../state/record.ts'
import type { PlannedStep, Run } from './planned.ts'
import { setSample } from './samples.ts'

/** Runs one step alone, with the sample data of the others. The log then holds only this step. */
export async function executeTest(run: Run, test: NonNullable<ExecuteFlow['test']>): Promise<void> {
  const step = run.plan.steps.get(test.stepName)
  if (step === undefined) throw new Error(`The flow has no step ${test.stepName}`)
  // The samples are in an outer scope, so that they are visible but not logged.
  const samples: Scope = { ...createScope(), parent: run.top.parent }
  for (const [name, text] of Object.entries(test.sampleData)) setSample(samples, name, text)
  await sampleSteps(run, samples, step)
  const scope: Scope = { ...run.top, parent: samples }
  run.stepsCount += 1
  await step.test(run, scope)
}

/** Steps around the tested one have a sample: a loop has the first of its items. Outer ones come first. */
async function sampleSteps(run: Run, samples: Scope, tested: PlannedStep): Promise<void> {
  for (const step of stepsInOrder(run.plan.first)) if (step !== tested) await step.sample?.(run, samples)
}

function* stepsInOrder(first: PlannedStep | undefined): Generator<PlannedStep> {
  for (let step = first; step !== undefined; step = step.next) {
    yield step
    for (const head of step.heads) yield* stepsInOrder(head)
  }
}
