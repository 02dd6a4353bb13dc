import { BranchOperator } from '@piecework/model/flow/router'
import { expect, test } from 'vitest'
import {
  addToGroup,
  changeCondition,
  emptyCondition,
  OPERATOR_GROUPS,
  withOperator,
  withoutCondition,
} from './conditions.ts'

test('every operator of the model can be chosen, once', () => {
  expect(Object.values(OPERATOR_GROUPS).flat().toSorted()).toEqual([...BranchOperator.options].sort())
})

test('an operator for one value forgets the second, and gets it empty again', () => {
  const full = { firstValue: 'a', operator: 'TEXT_CONTAINS' as const, secondValue: 'b', caseSensitive: true }
  expect(withOperator(full, 'EXISTS')).toEqual({ firstValue: 'a', operator: 'EXISTS' })
  expect(withOperator({ firstValue: 'a', operator: 'EXISTS' }, 'NUMBER_IS_EQUAL_TO')).toEqual({
    firstValue: 'a',
    operator: 'NUMBER_IS_EQUAL_TO',
    secondValue: '',
  })
})

test('a group goes with its last condition, and one condition always stays', () => {
  const one = emptyCondition()
  const filled = { ...one, firstValue: 'x' }
  const groups = addToGroup([[filled], [one]], 0)
  expect(groups).toEqual([[filled, one], [one]])
  expect(withoutCondition(groups, 1, 0)).toEqual([[filled, one]])
  expect(withoutCondition([[filled]], 0, 0)).toEqual([[one]])
  expect(changeCondition(groups, 0, 1, filled)[0]).toEqual([filled, filled])
})
