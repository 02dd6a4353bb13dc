import { code, flow, loop } from '@piecework/model/flow/testing'
import type { StepOutput } from '@piecework/model/run/step-output'
import { describe, expect, it } from 'vitest'
import { cardStateOf, outputsOf } from './run-states.ts'

const output = (status: StepOutput['status'], more: Partial<StepOutput> = {}): StepOutput => ({
  ...{ type: 'CODE', status, input: {} },
  ...more,
})

describe('outputsOf', () => {
  const { trigger } = flow(loop('each', [code('inner')]), code('last'))
  const rounds = (...statuses: StepOutput['status'][]) => ({
    each: output('FAILED', {
      type: 'LOOP_ON_ITEMS',
      output: { index: 1, iterations: statuses.map((status) => ({ inner: output(status) })) },
    }),
  })

  it('shows the round of a loop that failed first, else the last, else the chosen one', () => {
    const shown = (steps: Record<string, StepOutput>, round?: number) =>
      outputsOf(trigger, steps, () => round).get('inner')?.status
    expect(shown(rounds('SUCCEEDED', 'FAILED', 'SUCCEEDED'))).toBe('FAILED')
    expect(shown(rounds('SUCCEEDED', 'PAUSED'))).toBe('PAUSED')
    expect(shown(rounds('SUCCEEDED', 'FAILED'), 0)).toBe('SUCCEEDED')
  })

  it('says of steps that were not reached that they did not run', () => {
    expect(cardStateOf(code('last'), outputsOf(trigger, rounds('FAILED')))).toBe('notRun')
    expect(cardStateOf({ ...code('last'), skip: true }, undefined)).toBe('skipped')
    expect(cardStateOf({ ...code('last'), valid: false }, undefined)).toBe('incomplete')
  })
})
