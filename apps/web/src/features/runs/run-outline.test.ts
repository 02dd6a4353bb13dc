import type { Trigger } from '@piecework/model/flow/step'
import type { StepOutput } from '@piecework/model/run/step-output'
import { expect, test } from 'vitest'
import { firstToShow, outlineOf } from './run-outline.ts'

const code = (name: string, nextAction?: object) => ({
  name,
  type: 'CODE',
  displayName: name,
  valid: true,
  settings: {},
  nextAction,
})
const output = (status: StepOutput['status'], value?: unknown): StepOutput => ({
  type: 'CODE',
  status,
  input: {},
  output: value,
})

// Only the shape of the tree matters here.
const trigger = {
  name: 'trigger',
  type: 'EMPTY',
  displayName: 'Start',
  nextAction: {
    name: 'loop',
    type: 'LOOP_ON_ITEMS',
    displayName: 'Each',
    settings: { items: '' },
    firstLoopAction: code('inner'),
    nextAction: {
      name: 'router',
      type: 'ROUTER',
      displayName: 'Where',
      settings: { branches: [{ branchName: 'Large' }, { branchName: 'Otherwise' }] },
      children: [code('big'), null],
    },
  },
} as unknown as Trigger

const steps = {
  trigger: output('SUCCEEDED'),
  loop: {
    ...output('FAILED'),
    type: 'LOOP_ON_ITEMS',
    output: {
      index: 3,
      iterations: [{ inner: output('SUCCEEDED', 1) }, { inner: output('SUCCEEDED', 2) }, { inner: output('FAILED') }],
    },
  },
}

const words = (rows: ReturnType<typeof outlineOf>) =>
  rows.map((row) => (row.kind === 'step' ? `${row.depth} ${row.step.name}` : `${row.depth} [${row.name}]`))

test('reads from trigger to end, with what is inside of loops and branches', () => {
  const rows = outlineOf(trigger, steps, () => undefined)
  expect(words(rows)).toEqual(['0 trigger', '0 loop', '1 inner', '0 router', '1 [Large]', '2 big', '1 [Otherwise]'])
})

test('a loop shows the round that failed until another one is chosen', () => {
  const [, loop, inner] = outlineOf(trigger, steps, () => undefined)
  expect(loop).toMatchObject({ rounds: { count: 3, shown: 2, failed: [2] } })
  expect(inner).toMatchObject({ output: { status: 'FAILED' } })
  expect(outlineOf(trigger, steps, () => 1)[2]).toMatchObject({ output: { output: 2 } })
  expect(outlineOf(trigger, steps, () => 99)[1]).toMatchObject({ rounds: { shown: 2 } })
})

test('the innermost failure shows first, and the last step where nothing failed', () => {
  expect(firstToShow(outlineOf(trigger, steps, () => undefined))).toBe('inner')
  expect(firstToShow(outlineOf(trigger, { trigger: output('SUCCEEDED') }, () => undefined))).toBe('trigger')
})

test('branches say whether they were taken', () => {
  const router = output('SUCCEEDED', { branches: [{ evaluation: true }, { evaluation: false }] })
  const rows = outlineOf(trigger, { ...steps, router }, () => undefined)
  expect(rows.flatMap((row) => (row.kind === 'branch' ? [row.wasTaken] : []))).toEqual([true, false])
})
