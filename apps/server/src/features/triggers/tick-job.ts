import { newId } from '@piecework/model/ids'
import type { TriggerMetadata } from '@piecework/model/piece/metadata'
import type { Schedule } from '@piecework/model/schedule'
import { z } from 'zod'
import { type NewJob, PRIORITY } from '../../queue/job.ts'
import { nextTick, tickKeys } from './schedule.ts'
import type { Source } from './store.ts'

/** The data of a job of kind POLL or RENEW; without a schedule it keeps the default rhythm. */
export const TickData = z.object({
  sourceId: z.string(),
  schedule: z.object({ cronExpression: z.string(), timezone: z.string() }).nullable(),
})

/**
 * The job that ticks for a registered trigger; undefined for one that needs none.
 * @param schedule what a polling trigger asked for
 * @param now by the clock by which jobs fall due
 * @throws AppError TRIGGER_UPDATE_STATUS for a schedule that never comes.
 */
export function tickJob(
  source: Source,
  { type, renewConfiguration }: Pick<TriggerMetadata, 'type' | 'renewConfiguration'>,
  schedule: Schedule | null,
  everyMinutes: number,
  now: Date,
): NewJob | undefined {
  const [poll, renew] = tickKeys(source.id)
  if (type === 'POLLING') return job('POLL', poll, schedule)
  const { strategy, cronExpression } = renewConfiguration ?? {}
  if (type !== 'WEBHOOK' || strategy !== 'CRON' || !cronExpression) return undefined
  return job('RENEW', renew, { cronExpression, timezone: 'UTC' })

  function job(kind: 'POLL' | 'RENEW', key: string, rhythm: Schedule | null): NewJob {
    return {
      id: newId(),
      kind,
      projectId: source.projectId,
      priority: PRIORITY.veryLow,
      dueAt: nextTick({ flowId: source.flowId, schedule: rhythm, everyMinutes }, now),
      key,
      data: JSON.stringify({ sourceId: source.id, schedule: rhythm } satisfies z.infer<typeof TickData>),
    }
  }
}
