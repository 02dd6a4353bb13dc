import { expect, it } from 'vitest'
import { evaluateCondition, evaluateConditions } from './conditions.ts'

it.each([
  ['TEXT_CONTAINS', 'Hello', 'ELL', true],
  ['TEXT_CONTAINS', { a: 'x' }, '"a"', true],
  ['TEXT_DOES_NOT_CONTAIN', 'Hello', 'z', true],
  ['TEXT_EXACTLY_MATCHES', 'Hello', 'hello', true],
  ['TEXT_EXACTLY_MATCHES', 5, '5', true],
  ['TEXT_DOES_NOT_EXACTLY_MATCH', 'a', 'A', false],
  ['TEXT_START_WITH', 'Hello', 'he', true],
  ['TEXT_DOES_NOT_START_WITH', 'Hello', 'lo', true],
  ['TEXT_ENDS_WITH', 'Hello', 'LO', true],
  ['TEXT_DOES_NOT_END_WITH', 'Hello', 'lo', false],
  ['LIST_CONTAINS', ['A', 'b'], 'a', true],
  ['LIST_CONTAINS', '["a","b"]', 'B', true],
  ['LIST_CONTAINS', [1, 2], '2', true],
  ['LIST_CONTAINS', 'not json', 'NOT JSON', true],
  ['LIST_CONTAINS', '7', '7', true],
  ['LIST_DOES_NOT_CONTAIN', ['a'], 'b', true],
  ['LIST_IS_EMPTY', '[]', '', true],
  ['LIST_IS_EMPTY', 'text', '', false],
  ['LIST_IS_NOT_EMPTY', 'text', '', false],
  ['LIST_IS_NOT_EMPTY', [0], '', true],
  ['NUMBER_IS_GREATER_THAN', '10', '9', true],
  ['NUMBER_IS_LESS_THAN', '', '1', true],
  ['NUMBER_IS_EQUAL_TO', 5, '5.0', true],
  ['NUMBER_IS_EQUAL_TO', '8202522731445525541', '8202522731445525542', false],
  ['NUMBER_IS_EQUAL_TO', ' +8202522731445525541', '8202522731445525541', true],
  ['NUMBER_IS_GREATER_THAN', '8202522731445525542', '8202522731445525541', true],
  ['NUMBER_IS_LESS_THAN', 5, '8202522731445525541', true],
  ['NUMBER_IS_EQUAL_TO', 'a', 'a', true],
  ['NUMBER_IS_GREATER_THAN', 'b', 'a', true],
  ['NUMBER_IS_GREATER_THAN', 'b', '1', false],
  ['BOOLEAN_IS_TRUE', 'false', '', true],
  ['BOOLEAN_IS_TRUE', 0, '', false],
  ['BOOLEAN_IS_FALSE', '', '', true],
  ['DATE_IS_BEFORE', '2026-01-01', '2026-01-02T00:00:00Z', true],
  ['DATE_IS_EQUAL', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00', true],
  ['DATE_IS_AFTER', 1_800_000_000_000, '2026-01-01', true],
  ['DATE_IS_AFTER', 'no date', '2026-01-01', false],
  ['DATE_IS_BEFORE', 'no date', '2026-01-01', false],
  ['EXISTS', 0, '', true],
  ['EXISTS', '', '', false],
  ['EXISTS', null, '', false],
  ['DOES_NOT_EXIST', undefined, '', true],
])('%s %j %j: %s', (operator, firstValue, secondValue, expected) => {
  expect(evaluateCondition({ operator, firstValue, secondValue })).toBe(expected)
})

it('minds upper case only when asked to', () => {
  expect(evaluateCondition({ operator: 'TEXT_CONTAINS', firstValue: 'A', secondValue: 'a', caseSensitive: true })).toBe(
    false,
  )
  expect(
    evaluateCondition({ operator: 'LIST_CONTAINS', firstValue: ['A'], secondValue: 'a', caseSensitive: true }),
  ).toBe(false)
})

it('joins groups by or, and the conditions in one by and', () => {
  const yes = { operator: 'EXISTS', firstValue: 1 }
  const no = { operator: 'EXISTS', firstValue: '' }
  expect(evaluateConditions([[yes, no], [yes]])).toBe(true)
  expect(evaluateConditions([[yes, no], [no]])).toBe(false)
  expect(evaluateConditions([[]])).toBe(true)
  expect(evaluateConditions([])).toBe(false)
})

it('cannot decide without an operator', () => {
  expect(() => evaluateCondition({ firstValue: 1 })).toThrow('no known operator')
})
