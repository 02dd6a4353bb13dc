import { Cron } from 'croner'

/** A repeating schedule. */
export interface Schedule {
  /** Minute, hour, day of the month, month, day of the week. */
  cronExpression: string
  /** IANA name. */
  timezone: string
}

/** The schedule is not valid, or never comes. */
export class ScheduleError extends Error {
  constructor({ cronExpression, timezone }: Schedule, reason: string) {
    super(`The schedule "${cronExpression}" in the time zone "${timezone}" cannot be used: ${reason}`)
    this.name = 'ScheduleError'
  }
}

const FIELDS = 5

/**
 * The next time of a schedule. Daylight saving follows the zone: a time in the skipped hour comes right after it, a
 * time in the repeated hour comes once; schedules that repeat within the hour, or every hour, continue through both.
 * @throws ScheduleError
 */
export function nextTime(schedule: Schedule, after: Date): Date {
  const { cronExpression, timezone } = schedule
  if (cronExpression.trim().split(/\s+/).length !== FIELDS)
    throw new ScheduleError(
      schedule,
      'a cron expression has five fields: minute, hour, day of the month, month, day of the week',
    )
  let next: Date | null
  try {
    // People and pieces also write ranges such as `0/5`.
    next = new Cron(cronExpression, { timezone, mode: '5-part', sloppyRanges: true, paused: true }).nextRun(after)
  } catch (error) {
    throw new ScheduleError(schedule, error instanceof Error ? error.message : String(error))
  }
  if (next === null) throw new ScheduleError(schedule, 'it never comes')
  return next
}
