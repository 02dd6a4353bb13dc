import type { JournalEntry } from '@piecework/engine/protocol'
import { StepPath } from '@piecework/model/run/step-output'
import { sql } from 'kysely'
import type { Db } from '../../../database/open.ts'

/** Reads the journal of runs, in the order in which it was written: by attempt, then by sequence. */
export async function readJournals(db: Db, runIds: readonly string[]): Promise<Map<string, JournalEntry[]>> {
  const journals = new Map<string, JournalEntry[]>()
  if (runIds.length === 0) return journals
  const rows = await db
    .selectFrom('run_journal')
    .selectAll()
    .where('runId', '=', sql<string>`any(${[...runIds]})`)
    .orderBy('runId')
    .orderBy('attempt')
    .orderBy('sequence')
    .execute()
  for (const { runId, stepName, path, output } of rows) {
    const entries = journals.get(runId) ?? []
    entries.push({ sequence: entries.length + 1, stepName, path: StepPath.parse(JSON.parse(path)), output })
    journals.set(runId, entries)
  }
  return journals
}
