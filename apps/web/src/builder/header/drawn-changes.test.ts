import { code, flow, loop, operate, outline } from '@piecework/model/flow/testing'
import { expect, it } from 'vitest'
import { drawnChanges } from './drawn-changes.ts'

it('draws removed steps where they were, next to those that stay', () => {
  const before = flow(code('step_1'), loop('step_2', [code('step_3'), code('step_4')]), code('step_5'))
  const after = operate(before, 'DELETE_ACTION', { names: ['step_1', 'step_4'] })
  const { version, changes } = drawnChanges(before, after)
  expect(outline(version)).toEqual(outline(before))
  expect([...changes]).toEqual([
    ['step_1', 'removed'],
    ['step_4', 'removed'],
  ])
})

it('draws a removed loop with what was in it', () => {
  const before = flow(code('step_1'), loop('step_2', [code('step_3')]), code('step_4'))
  const after = operate(before, 'DELETE_ACTION', { names: ['step_2'] })
  const { version, changes } = drawnChanges(before, after)
  expect(outline(version)).toEqual(outline(before))
  expect([...changes.keys()]).toEqual(['step_2', 'step_3'])
})
