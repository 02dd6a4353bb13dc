import { code, flow, loop, operate } from '@piecework/model/flow/testing'
import { expect, it } from 'vitest'
import { changesBetween } from './changes.ts'

it('names what was added, changed, moved and removed', () => {
  const before = flow(code('step_1'), loop('step_2', [code('step_3')]), code('step_4'))
  let after = operate(before, 'DELETE_ACTION', { names: ['step_4'] })
  after = operate(after, 'UPDATE_ACTION', { ...code('step_1'), displayName: 'Other' })
  after = operate(after, 'MOVE_ACTION', { name: 'step_3', newParentStep: 'step_1' })
  after = operate(after, 'ADD_ACTION', {
    parentStep: 'step_2',
    stepLocationRelativeToParent: 'AFTER',
    action: code('step_5'),
  })
  expect(changesBetween(before, after).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'changed step_1',
    'moved step_3',
    'added step_5',
    'removed step_4',
  ])
  expect(changesBetween(before, before)).toEqual([])
})
