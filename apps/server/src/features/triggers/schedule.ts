import { AppError } from '@piecework/model/errors'
import { Cron } from 'croner'

/** When a trigger ticks. */
export interface Schedule {
  cronExpression: string
  /** IANA name. */
  timezone: string
}

/** The keys of the jobs that look, and that renew, for a trigger source: there is never more than one of each. */
export const tickKeys = (sourceId: string): [poll: string, renew: string] => [`tick:${sourceId}`, `renew:${sourceId}`]

/**
 * The first tick after a time. Daylight saving is the zone's: a tick in the hour that is left out comes right
 * after it, one in the hour that comes twice comes once.
 * @throws AppError TRIGGER_UPDATE_STATUS for an expression or zone that means nothing, or never comes.
 */
export function nextTick({ cronExpression, timezone }: Schedule, after: Date): Date {
  try {
    const next = new Cron(cronExpression, { timezone, paused: true }).nextRun(after)
    if (next) return next
  } catch (error) {
    throw refused(cronExpression, timezone, error instanceof Error ? error.message : String(error))
  }
  throw refused(cronExpression, timezone, 'it never comes')
}

function refused(cronExpression: string, timezone: string, reason: string): AppError {
  return new AppError('TRIGGER_UPDATE_STATUS', {
    message: `The schedule "${cronExpression}" in the time zone "${timezone}" cannot be used: ${reason}`,
  })
}
