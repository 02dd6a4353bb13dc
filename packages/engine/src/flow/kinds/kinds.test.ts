import type { Action } from '@piecework/model/flow/step'
import { expect, it } from 'vitest'
import { createRecord } from '../../state/record.ts'
import { code, router, runOnce, when } from '../../testing/harness.ts'
import { resolveInput } from '../context.ts'
import { finishStep } from '../finish.ts'
import { type PlannedStep, planInput, type Run } from '../planned.ts'
import { defineKind } from './kind.ts'
import { createStepKinds, STEP_KINDS } from './registry.ts'

/** A step that names a value. */
interface Note {
  type: 'NOTE'
  settings: { text: string }
}

const note = defineKind<Note>('NOTE', {
  plan({ settings }, base, { names }) {
    const take = async (run: Run, scope: Run['top']): Promise<void> => {
      const record = createRecord(base.name, 'NOTE', 'SUCCEEDED')
      const input = await resolveInput(run, step.input, scope)
      record.inputText = input.logged
      record.outputText = input.text
      finishStep(run, record, scope)
    }
    const step: PlannedStep = {
      ...base,
      type: 'NOTE',
      input: planInput(settings, names),
      heads: [],
      execute: take,
      test: take,
    }
    return step
  },
})

/** As the engine is sent it: as JSON. */
function noteStep(name: string, text: string): Action {
  const { lastUpdatedDate, valid } = code(name, '')
  return JSON.parse(
    JSON.stringify({ type: 'NOTE', name, displayName: name, valid, lastUpdatedDate, settings: { text } }),
  )
}

it('runs a kind of step that is one object and a line of the list', async () => {
  const inner = noteStep('step_2', 'for {{trigger.body.name}}')
  const actions = [
    router('step_1', [when('Ada', '{{trigger.body.name}}', 'TEXT_EXACTLY_MATCHES', 'Ada', [inner])]),
    code('step_3', 'return i.said', { said: '{{step_2.text}}' }),
  ]
  const kinds = createStepKinds([...STEP_KINDS, note])
  const { result, log } = await runOnce(actions, { name: 'Ada' }, { kinds })
  expect([result.status, result.stepsCount]).toEqual(['SUCCEEDED', 3])
  expect(log.executionState.steps.step_2).toMatchObject({ type: 'NOTE', output: { text: 'for Ada' } })
  expect(log.executionState.steps.step_3?.output).toBe('for Ada')

  const test = { stepName: 'step_2', sampleData: { trigger: '{"body":{"name":"Ada"}}' } }
  const tested = await runOnce(actions, { name: 'Ada' }, { kinds, operation: { test } })
  expect(tested.log.executionState.steps.step_2?.output).toEqual({ text: 'for Ada' })
})

it('refuses a flow with a step of no kind that it knows', async () => {
  await expect(runOnce([noteStep('step_1', '')])).rejects.toThrow('There is no kind of step NOTE')
})
