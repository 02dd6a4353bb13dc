import { applyOperation } from '@piecework/model/flow/operations/registry'
import { CONTEXT, code, flow, loop, outline, router } from '@piecework/model/flow/testing'
import { expect, it } from 'vitest'
import { actionsOfText, clipboardText, pasteOperations, topmost } from './clipboard.ts'

it('copies the chosen steps with what is inside, and pastes them with names of their own', () => {
  const version = flow(loop('step_1', [code('step_2')]), code('step_3'), router('step_4', [[code('step_5')], []]))
  const copied = topmost(version.trigger, ['step_4', 'step_2', 'step_1'])
  expect(copied.map(({ name }) => name)).toEqual(['step_1', 'step_4'])
  const actions = actionsOfText(clipboardText(copied))
  const place = { parentStep: 'step_3', location: 'AFTER' as const, branchIndex: undefined }
  const { operations, names } = pasteOperations(version.trigger, actions ?? [], place)
  const pasted = operations.reduce((before, operation) => applyOperation(before, operation, CONTEXT), version)
  expect(outline(pasted)).toBe('trigger step_1(step_2) step_3 step_6(step_7) step_8(step_9|) step_4(step_5|)')
  expect(names).toEqual(['step_6', 'step_8'])
})

it('points references between copied steps at the copies', () => {
  const version = flow(code('step_1'), code('step_2', { a: '{{step_1.x}} {{trigger.y}}' }))
  const place = { parentStep: 'step_2', location: 'AFTER' as const, branchIndex: undefined }
  const { operations } = pasteOperations(version.trigger, topmost(version.trigger, ['step_1', 'step_2']), place)
  expect(JSON.stringify(operations.at(-1))).toContain('{{step_3.x}} {{trigger.y}}')
})

it('takes no other text', () => {
  for (const text of ['', 'hello', '{}', '{"type":"COPY_ACTIONS","actions":[]}'])
    expect(actionsOfText(text)).toBeUndefined()
})
