import { createHash } from 'node:crypto'
import { AppError } from '@piecework/model/errors'
import { nextTime, type Schedule } from '@piecework/model/schedule'

/** The keys of the jobs that look, and that renew, for a trigger source: there is never more than one of each. */
export const tickKeys = (sourceId: string): [poll: string, renew: string] => [`tick:${sourceId}`, `renew:${sourceId}`]

const MINUTE_MS = 60_000

/**
 * The first tick of a flow after a time. Without a schedule of its own a flow is looked at every so many minutes,
 * each at a moment of its own that follows from its id: ten thousand of them do not strike at once.
 * @throws AppError TRIGGER_UPDATE_STATUS for a schedule that means nothing, or never comes.
 */
export function nextTick(
  { flowId, schedule, everyMinutes }: { flowId: string; schedule: Schedule | null; everyMinutes: number },
  after: Date,
): Date {
  if (schedule === null) return nextLook(flowId, everyMinutes * MINUTE_MS, after)
  try {
    return nextTime(schedule, after)
  } catch (error) {
    throw new AppError('TRIGGER_UPDATE_STATUS', { message: error instanceof Error ? error.message : String(error) })
  }
}

function nextLook(flowId: string, everyMs: number, after: Date): Date {
  const offset = createHash('sha256').update(flowId).digest().readUInt32BE() % everyMs
  return new Date((Math.floor((after.getTime() - offset) / everyMs) + 1) * everyMs + offset)
}

/** The default rhythm as a schedule. */
export const defaultSchedule = (everyMinutes: number): Schedule => ({
  cronExpression: `*/${everyMinutes} * * * *`,
  timezone: 'UTC',
})
