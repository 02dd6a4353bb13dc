import { isFailure } from '@piecework/model/run/run-statuses'
import type { Db } from '../../../database/open.ts'
import type { Outbox } from '../../../outbox/outbox.ts'
import { recordRunEvents } from '../run-events-store.ts'
import { type FinishRow, insertRuns, type RunInsert, writeFinishes } from './store.ts'

/**
 * New runs and ends of runs, with the events that somebody may want of them. Where nobody does, a run costs what it
 * would cost without events.
 */
export async function insertRunsWithEvents(db: Db, outbox: Outbox, rows: RunInsert[]): Promise<void> {
  const over = rows.filter(({ finish }) => finish !== null)
  const failed = over.filter(({ finish }) => finish !== null && isFailure(finish.outcome.status))
  const isWanted =
    outbox.wants('flow.run.started') ||
    (over.length > 0 && outbox.wants('flow.run.finished')) ||
    (failed.length > 0 && outbox.wants('flow.run.failed'))
  if (!isWanted || rows.length === 0) return insertRuns(db, rows)
  await outbox.transaction(async (trx, recordEvent) => {
    await insertRuns(trx, rows)
    await recordRunEvents({ trx, recordEvent, outbox }, 'flow.run.started', rows.map(idOf))
    await recordRunEvents({ trx, recordEvent, outbox }, 'flow.run.finished', over.map(idOf))
    await recordRunEvents({ trx, recordEvent, outbox }, 'flow.run.failed', failed.map(idOf))
  })
}

/** @returns as writeFinishes */
export async function writeFinishesWithEvents(
  db: Db,
  outbox: Outbox,
  rows: FinishRow[],
): Promise<Map<string, string | null>> {
  const failed = new Set(rows.filter(({ outcome }) => isFailure(outcome.status)).map(({ runId }) => runId))
  const isWanted = outbox.wants('flow.run.finished') || (failed.size > 0 && outbox.wants('flow.run.failed'))
  if (rows.length === 0 || !isWanted) return writeFinishes(db, rows)
  return outbox.transaction(async (trx, recordEvent) => {
    const finished = await writeFinishes(trx, rows)
    const ids = [...finished.keys()]
    await recordRunEvents({ trx, recordEvent, outbox }, 'flow.run.finished', ids)
    await recordRunEvents(
      { trx, recordEvent, outbox },
      'flow.run.failed',
      ids.filter((id) => failed.has(id)),
    )
    return finished
  })
}

const idOf = ({ run }: RunInsert): string => run.id
