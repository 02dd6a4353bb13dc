import { expect, test } from 'vitest'
import { choiceOf, isChosen, isEmpty, NOTHING, withRun } from './selection.ts'

test('single runs are chosen one by one', () => {
  const two = withRun(withRun(NOTHING, 'a', true), 'b', true)
  expect([isChosen(two, 'a'), isChosen(two, 'c'), isEmpty(two)]).toEqual([true, false, false])
  expect(isEmpty(withRun(withRun(two, 'a', false), 'b', false))).toBe(true)
  expect(choiceOf(two, 'p', { status: ['FAILED'] })).toEqual({ projectId: 'p', flowRunIds: ['a', 'b'] })
})

test('all that match are chosen with exceptions', () => {
  const all = withRun({ all: true, except: new Set() }, 'a', false)
  expect([isChosen(all, 'a'), isChosen(all, 'z')]).toEqual([false, true])
  expect(choiceOf(all, 'p', { status: ['FAILED'] })).toEqual({
    projectId: 'p',
    status: ['FAILED'],
    excludeFlowRunIds: ['a'],
  })
  expect(choiceOf(withRun(all, 'a', true), 'p', {})).toEqual({ projectId: 'p' })
})
