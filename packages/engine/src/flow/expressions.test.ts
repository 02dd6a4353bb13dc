import { describe, expect, it } from 'vitest'
import { BOTH_MODES, code, loop, runOnce } from '../testing/harness.ts'

describe.each(BOTH_MODES)('values that JSON cannot hold, %s', (mode) => {
  it('large integers reach steps as their digits, at any depth', async () => {
    const input = { id: '{{ BigInt(trigger.body.id) }}', deep: '{{ [{ id: BigInt(trigger.body.id) }] }}' }
    const { log } = await runOnce(
      [code('step_1', 'return i', input), loop('step_2', '{{ [BigInt(trigger.body.id)] }}', [])],
      { id: '8202522731445525541' },
      { mode },
    )
    const { steps } = log.executionState
    expect(steps.step_1?.output).toEqual({ id: '8202522731445525541', deep: [{ id: '8202522731445525541' }] })
    expect(steps.step_2?.output).toMatchObject({ item: '8202522731445525541', index: 1 })
  })

  it('a value that refers to itself fails the step, and the error names the input', async () => {
    const circle = '{{ ((a) => { a.a = a; return a })({}) }}'
    for (const input of [{ good: '1', wrong: circle }, { wrong: `text ${circle}` }]) {
      const { result } = await runOnce([code('step_1', 'return 1', input)], {}, { mode })
      expect(result.failedStep?.message).toBe(
        'Error: The input wrong cannot be used: The result of an expression refers to itself, or cannot be written as JSON',
      )
    }
  })
})

it.each([
  ['{{trigger.body.text}}', 'a text: "[1,2]"'],
  ['{{trigger.body.missing}}', 'nothing: an empty text'],
  ['{{trigger.body}}', 'an object: {"text":"[1,2]"}'],
  ['{{ 12 }}', 'a number: 12'],
])('a loop over %s says what came', async (items, received) => {
  const { result } = await runOnce([loop('step_1', items, [])], { text: '[1,2]' })
  const message = 'The items you have selected must be a list.'
  expect(JSON.parse(result.failedStep?.message ?? '')).toEqual({ message, received })
})

it('a step that was named like a global before names were refused runs as it did', async () => {
  const { log } = await runOnce([code('JSON', 'return { a: 1 }'), code('step_2', 'return i', { a: '{{JSON.a}}' })])
  expect(log.executionState.steps.step_2?.output).toEqual({ a: 1 })
})
