import { createMockTriggerContext } from '@piecework/framework'
import { describe, expect, it } from 'vitest'
import { cronExpression } from './triggers/cron-expression.ts'
import { everyDay } from './triggers/every-day.ts'
import { everyHour } from './triggers/every-hour.ts'
import { everyMonth } from './triggers/every-month.ts'
import { everyWeek } from './triggers/every-week.ts'
import { everyXMinutes } from './triggers/every-x-minutes.ts'

describe('a schedule', () => {
  it('every few minutes', async () => {
    const context = createMockTriggerContext({ propsValue: { minutes: 7 } })
    await everyXMinutes.onEnable(context)
    expect(context.recorded.schedule).toEqual({ cronExpression: '*/7 * * * *', timezone: 'UTC' })
    expect(await everyXMinutes.run(context)).toEqual([{ cron_expression: '*/7 * * * *', timezone: 'UTC' }])
  })

  it('every hour, on weekdays or always', async () => {
    const weekdays = createMockTriggerContext({ propsValue: { run_on_weekends: false } })
    await everyHour.onEnable(weekdays)
    expect(weekdays.recorded.schedule).toEqual({ cronExpression: '0 * * * 1-5', timezone: 'UTC' })
    const always = createMockTriggerContext({ propsValue: { run_on_weekends: true } })
    expect(await everyHour.test(always)).toEqual([{ cron_expression: '0 * * * *', timezone: 'UTC' }])
  })

  it('every day, week and month in a time zone', async () => {
    const timezone = 'Europe/Berlin'
    const propsValue = { hour_of_the_day: 5, timezone, run_on_weekends: true, day_of_the_week: 0, day_of_the_month: 31 }
    const context = createMockTriggerContext({ propsValue })
    await everyDay.onEnable(context)
    expect(context.recorded.schedule).toEqual({ cronExpression: '0 5 * * *', timezone })
    expect(await everyWeek.run(context)).toEqual([
      { hour_of_the_day: 5, day_of_the_week: 0, cron_expression: '0 5 * * 0', timezone },
    ])
    expect(await everyMonth.run(context)).toEqual([
      { hour_of_the_day: 5, day_of_the_month: 31, cron_expression: '0 5 31 * *', timezone },
    ])
  })

  it('by cron expression', async () => {
    const context = createMockTriggerContext({ propsValue: { cronExpression: '0 9 * * 1', timezone: 'Asia/Tokyo' } })
    await cronExpression.onEnable(context)
    expect(context.recorded.schedule).toEqual({ cronExpression: '0 9 * * 1', timezone: 'Asia/Tokyo' })
    expect(await cronExpression.run(context)).toEqual([{}])
  })

  it('is refused for a value out of range', async () => {
    const enable = (minutes: number) => everyXMinutes.onEnable(createMockTriggerContext({ propsValue: { minutes } }))
    await expect(enable(60)).rejects.toThrow('from 1 to 59')
    await expect(enable(1.5)).rejects.toThrow('from 1 to 59')
  })
})
