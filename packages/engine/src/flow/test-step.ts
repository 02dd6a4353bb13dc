import type { ExecuteFlow } from '../protocol.ts'
import { createScope, type Scope } from '../state/record.ts'
import { executeCode } from './code-step.ts'
import type { Run } from './context.ts'
import { executePiece } from './piece-step.ts'
import type { PlannedStep } from './plan.ts'
import { sampleLoop, setSample } from './samples.ts'
import { decideRouter, nextIteration, startLoop } from './steps.ts'

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
  await sampleLoops(run, samples, step)
  const scope: Scope = { ...run.top, parent: samples }
  run.stepsCount += 1
  await testStep(run, step, scope)
}

/** A loop shows the first of its items, as if it were in its first round. Loops are in order: outer ones come first. */
async function sampleLoops(run: Run, samples: Scope, tested: PlannedStep): Promise<void> {
  for (const step of loopsInOrder(run.plan.first)) {
    if (step === tested) continue
    await sampleLoop(run, samples, step.name, step.input)
  }
}

function* loopsInOrder(first: PlannedStep | undefined): Generator<Extract<PlannedStep, { type: 'LOOP_ON_ITEMS' }>> {
  for (let step = first; step !== undefined; step = step.next) {
    if (step.type === 'LOOP_ON_ITEMS') {
      yield step
      yield* loopsInOrder(step.body)
    }
    if (step.type === 'ROUTER') for (const { body } of step.branches) yield* loopsInOrder(body)
  }
}

async function testStep(run: Run, step: PlannedStep, scope: Scope): Promise<void> {
  switch (step.type) {
    case 'CODE':
      return executeCode(run, step, scope)
    case 'PIECE':
      return executePiece(run, step, scope)
    case 'ROUTER':
      await decideRouter(run, step, scope)
      return
    case 'LOOP_ON_ITEMS': {
      const start = await startLoop(run, step, scope)
      if (start === undefined) return
      const { record, loop, items } = start
      if (items.length > 0) {
        nextIteration(loop, items[0], scope, step.name, 0)
        loop.iterations.length = 0
      }
      record.status = 'SUCCEEDED'
      run.journal.write(record, scope, true)
    }
  }
}
