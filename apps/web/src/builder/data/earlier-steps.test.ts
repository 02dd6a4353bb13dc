import { code, flow, loop, router } from '@piecework/model/flow/testing'
import { expect, test } from 'vitest'
import { earlierSteps } from './earlier-steps.ts'

test('a step sees what ran before it, nearest first, and not what ended with a round of a loop', () => {
  const version = flow(
    code('step_1'),
    loop('step_2', [code('step_3')]),
    router('step_4', [[code('step_5')], [code('step_6')]]),
    loop('step_7', [code('step_8'), router('step_9', [[code('step_10')], []])]),
    code('step_11'),
  )
  const names = (of: string): string[] => earlierSteps(version.trigger, of).map((step) => step.name)
  expect(names('trigger')).toEqual([])
  expect(names('step_3')).toEqual(['step_2', 'step_1', 'trigger'])
  expect(names('step_6')).toEqual(['step_2', 'step_1', 'trigger'])
  expect(names('step_10')).toEqual(['step_8', 'step_7', 'step_6', 'step_5', 'step_2', 'step_1', 'trigger'])
  expect(names('step_11')).toEqual(['step_7', 'step_6', 'step_5', 'step_2', 'step_1', 'trigger'])
  expect(names('nobody')).toEqual([])
})
