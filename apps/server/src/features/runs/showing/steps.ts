import type { RunEvent } from '@piecework/api/flow-runs'
import { withoutSeals } from '@piecework/model/run/log'
import type { Steps } from '@piecework/model/run/step-output'
import type { Db } from '../../../database/open.ts'
import type { Apart } from '../../../http/json-apart.ts'
import type { VersionSource } from '../../flows/version-source.ts'
import type { RunPayloads } from '../payloads.ts'
import { endLoops, journalOfLog, logOfJournal } from '../recording/journal.ts'
import { readJournals } from '../recording/journal-store.ts'
import type { ListedRun, RunStore, StoredRun } from '../store.ts'
import type { RunLogs } from './logs.ts'

/** The steps of runs, as far as they have come. */
export interface RunSteps {
  /** From the log; for a run that has not come to the end of its stretch, with what the journal adds to it. */
  of(run: ListedRun, apart?: Apart): Promise<Steps | null>
  /** The event that began the run, also while the run waits. */
  event(run: ListedRun): Promise<RunEvent>
}

interface Parts {
  db: Db
  runs: RunStore
  logs: RunLogs
  payloads: Pick<RunPayloads, 'read'>
  versions: VersionSource
}

export const hasPayload = (run: StoredRun): boolean => run.payload !== null || run.payloadFileId !== null

export function createRunSteps(parts: Parts): RunSteps {
  const { runs, logs } = parts

  const stepsOf = async (run: ListedRun, apart?: Apart): Promise<Steps | null> => {
    if (run.status !== 'RUNNING' && run.status !== 'CANCELED') return logs.readSteps(run, apart)
    const [journal = []] = (await readJournals(parts.db, [run.id])).values()
    if (journal.length === 0 && (run.logsFileId !== null || run.startTime === null)) return logs.readSteps(run, apart)
    const [stored] = await runs.byIds([run.id])
    const version = await parts.versions.get(run.flowVersionId).catch(() => undefined)
    if (!stored || !version) return logs.readSteps(run, apart)
    const { name, type } = version.version.trigger
    const text = await logs.readText(run)
    const event = run.executeTrigger || !hasPayload(stored) ? null : await parts.payloads.read(stored).catch(() => '{}')
    const entries = await logs.rehydrate(run.projectId, [...(text === null ? [] : journalOfLog(text)), ...journal])
    if (entries.length === 0 && event === null) return null
    const { steps } = logOfJournal(entries, { name, type, event, tags: run.tags }).executionState
    if (run.status === 'CANCELED') endLoops(steps)
    return steps
  }

  return {
    of: stepsOf,
    async event(run) {
      const steps = await stepsOf(run)
      const version = await parts.versions.get(run.flowVersionId).catch(() => undefined)
      const stepName = version?.version.trigger.name ?? 'trigger'
      const trigger = steps && withoutSeals(steps)[stepName]
      if (trigger) return { stepName, payload: trigger.output ?? null, isRaw: false }
      const [stored] = await runs.byIds([run.id])
      if (!stored || !hasPayload(stored)) return { stepName, payload: null, isRaw: false }
      return { stepName, payload: JSON.parse(await parts.payloads.read(stored)), isRaw: run.executeTrigger }
    },
  }
}
