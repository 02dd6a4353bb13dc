import { createMockActionContext } from '@piecework/framework'
import { describe, expect, it } from 'vitest'
import { delayFor } from './actions/delay-for.ts'
import { delayUntil } from './actions/delay-until.ts'

describe('delay for', () => {
  it('waits in place for a short time', async () => {
    const context = createMockActionContext({ propsValue: { unit: 'seconds', delayFor: 0.05 } })
    const start = performance.now()
    expect(await delayFor.run(context)).toEqual({ delayForInMs: 50, success: true })
    expect(performance.now() - start).toBeGreaterThan(45)
    expect(context.recorded.waitpoints).toEqual([])
  })

  it('pauses the run for a longer time', async () => {
    const context = createMockActionContext({ propsValue: { unit: 'minutes', delayFor: 2 } })
    const before = Date.now()
    expect(await delayFor.run(context)).toEqual({ delayForInMs: 120_000, success: true })
    const [waitpoint] = context.recorded.waitpoints
    expect(waitpoint?.type).toBe('DELAY')
    expect(Date.parse(waitpoint?.resumeDateTime ?? '')).toBeGreaterThanOrEqual(before + 120_000)
    expect(context.recorded.waitingFor).toEqual(['waitpoint1'])
  })

  it('goes on when resumed, and at once in a test', async () => {
    const propsValue = { unit: 'days', delayFor: 1 }
    const resumed = createMockActionContext({ propsValue, resumePayload: {} })
    expect(await delayFor.run(resumed)).toEqual({ delayForInMs: 86_400_000, success: true })
    const test = createMockActionContext({ propsValue })
    expect(await delayFor.test(test)).toEqual({ delayForInMs: 86_400_000, success: true })
    expect([...resumed.recorded.waitpoints, ...test.recorded.waitpoints]).toEqual([])
  })

  it('refuses a negative time', async () => {
    const context = createMockActionContext({ propsValue: { unit: 'seconds', delayFor: -1 } })
    await expect(delayFor.run(context)).rejects.toThrow('must not be negative')
  })
})

describe('delay until', () => {
  const at = (delayUntilTimestamp: string) => createMockActionContext({ propsValue: { delayUntilTimestamp } })

  it('goes on at once when the moment has passed', async () => {
    const context = at('2020-01-01T00:00:00Z')
    expect(await delayUntil.run(context)).toEqual({ delayTill: '2020-01-01T00:00:00.000Z', success: true })
    expect(context.recorded.waitpoints).toEqual([])
  })

  it('pauses the run until a later moment', async () => {
    const moment = new Date(Date.now() + 3_600_000).toISOString()
    const context = at(moment)
    await delayUntil.run(context)
    expect(context.recorded.waitpoints).toEqual([{ type: 'DELAY', resumeDateTime: moment }])
  })

  it('refuses what is no date', async () => {
    await expect(delayUntil.run(at('soon'))).rejects.toThrow('Not a date and time: soon')
  })
})
