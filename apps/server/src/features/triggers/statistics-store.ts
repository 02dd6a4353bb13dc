import type { TriggerRunStatus } from '@piecework/api/triggers'
import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'

const DAY_MS = 24 * 60 * 60_000
const SHOWN_DAYS = 14

/** Counts a look or an event of a trigger. */
export async function countTriggerRun(
  db: Db,
  run: { platformId: string; pieceName: string; succeeded: boolean },
): Promise<void> {
  const { platformId, pieceName, succeeded } = run
  const [success, failure] = succeeded ? [1, 0] : [0, 1]
  await db
    .insertInto('trigger_run')
    .values({ platformId, pieceName, day: dayOf(Date.now()), success, failure })
    .onConflict((conflict) =>
      conflict.columns(['platformId', 'pieceName', 'day']).doUpdateSet({
        success: sql`trigger_run.success + ${success}`,
        failure: sql`trigger_run.failure + ${failure}`,
      }),
    )
    .execute()
}

/** How the triggers of a platform fared over the last days, by piece. */
export async function triggerRunStatus(db: Db, platformId: string): Promise<TriggerRunStatus> {
  const rows = await db
    .selectFrom('trigger_run')
    .select(['pieceName', 'day', 'success', 'failure'])
    .where('platformId', '=', platformId)
    .where('day', '>', dayOf(Date.now() - SHOWN_DAYS * DAY_MS))
    .orderBy('day')
    .execute()
  const pieces: TriggerRunStatus['pieces'] = {}
  for (const { pieceName, day, success, failure } of rows) {
    const piece = pieces[pieceName] ?? { dailyStats: {}, totalRuns: 0 }
    pieces[pieceName] = piece
    piece.dailyStats[day] = { success, failure }
    piece.totalRuns += success + failure
  }
  return { pieces }
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)
