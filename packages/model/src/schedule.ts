import { Cron } from 'croner'

/** When something is to happen, over and over. */
export interface Schedule {
  /** Minute, hour, day of the month, month, day of the week. */
  cronExpression: string
  /** IANA name. */
  timezone: string
}

/** The schedule means nothing, or never comes. */
export class ScheduleError extends Error {
  constructor({ cronExpression, timezone }: Schedule, reason: string) {
    super(`The schedule "${cronExpression}" in the time zone "${timezone}" cannot be used: ${reason}`)
    this.name = 'ScheduleError'
  }
}

const FIELDS = 5

/**
 * The first time after another that a schedule names. Daylight saving is the zone's: a time of day in the hour that
 * is left out comes right after it, one in the hour that comes twice comes once; what repeats within the hour, or
 * every hour, goes on through both.
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
    // Sloppy ranges are `0/5`, as pieces and people write them.
    next = new Cron(cronExpression, { timezone, mode: '5-part', sloppyRanges: true, paused: true }).nextRun(after)
  } catch (error) {
    throw new ScheduleError(schedule, error instanceof Error ? error.message : String(error))
  }
  if (next === null) throw new ScheduleError(schedule, 'it never comes')
  return next
}
