import type { JournalEntry } from '@piecework/engine/protocol'
import { type PlacedStep, placedSteps } from '@piecework/model/run/log'
import { RunLog, StepOutput, StepPath } from '@piecework/model/run/step-output'
import type { Db } from '../../database/open.ts'

/** Reads the journal of runs, in the order in which it was written: by attempt, then by sequence. */
export async function readJournals(db: Db, runIds: readonly string[]): Promise<Map<string, JournalEntry[]>> {
  const journals = new Map<string, JournalEntry[]>()
  if (runIds.length === 0) return journals
  const rows = await db
    .selectFrom('run_journal')
    .selectAll()
    .where('runId', 'in', [...runIds])
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

/** Journal entries as steps with their places. */
export function journalledSteps(entries: readonly JournalEntry[]): PlacedStep[] {
  return entries.map(({ stepName, path, output }) => ({ stepName, path, output: StepOutput.parse(JSON.parse(output)) }))
}

/**
 * The journal that a finished or paused run would have: what its log holds, step by step.
 * @param keep says which steps count as done; the others run again.
 */
export function journalOfLog(log: string, keep: (step: PlacedStep) => boolean): JournalEntry[] {
  const { executionState } = RunLog.parse(JSON.parse(log))
  return placedSteps(executionState.steps)
    .filter(keep)
    .map(({ stepName, path, output }, index) => ({
      sequence: index + 1,
      stepName,
      path,
      output: JSON.stringify(output),
    }))
}
