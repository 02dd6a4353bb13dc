import { expect, test } from 'vitest'
import { assembleLog, placedSteps } from './log.ts'
import type { Steps } from './step-output.ts'

const done = (output: unknown) => ({ type: 'CODE', status: 'SUCCEEDED' as const, input: {}, output })
const loop = (...iterations: Steps[]) => ({
  type: 'LOOP_ON_ITEMS',
  status: 'SUCCEEDED' as const,
  input: { items: [1, 2] },
  output: { item: 2, index: iterations.length, iterations },
})

test('a log with nested loops comes apart and goes together again', () => {
  const steps: Steps = {
    trigger: done({ body: 1 }),
    step_1: loop({ step_2: done('a'), step_3: loop({ step_4: done('x') }, {}) }, { step_2: done('b') }),
    step_5: done(null),
  }
  const placed = placedSteps(steps)
  expect(placed.find((step) => step.stepName === 'step_4')?.path).toEqual([
    ['step_1', 0],
    ['step_3', 0],
  ])
  expect(assembleLog(placed, ['t'])).toEqual({ executionState: { steps: withoutEmptyTail(steps), tags: ['t'] } })
})

test('steps of a loop that never ended are kept, the loop counting as running', () => {
  const log = assembleLog([{ stepName: 'step_2', path: [['step_1', 1]], output: done('b') }])
  expect(log.executionState.steps.step_1).toMatchObject({
    status: 'RUNNING',
    output: { index: 2, iterations: [{}, { step_2: { output: 'b' } }] },
  })
})

test('a later entry of the same step replaces the earlier one', () => {
  const log = assembleLog([
    { stepName: 'step_1', path: [], output: { type: 'PIECE', status: 'PAUSED', input: {} } },
    { stepName: 'step_1', path: [], output: done('after') },
  ])
  expect(log.executionState.steps.step_1?.status).toBe('SUCCEEDED')
})

// An iteration in which nothing ran leaves no entry to rebuild it from.
function withoutEmptyTail(steps: Steps): Steps {
  return JSON.parse(JSON.stringify(steps).replace(',{}]', ']'))
}
