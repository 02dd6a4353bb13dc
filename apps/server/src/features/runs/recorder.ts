import type { JournalEntry } from '@piecework/engine/protocol'
import type { Db } from '../../database/open.ts'
import { survivingOutages } from '../../database/outage.ts'
import { createGroupCommit } from '../../queue/group-commit.ts'
import type { NewRun } from './new-run.ts'
import { type RunOutcome, StaleAttemptError } from './outcome.ts'
import {
  type BirthRow,
  deleteRun,
  type FinishRow,
  packLog,
  writeBirths,
  writeFinishes,
  writeJournal,
  writeSlices,
} from './recorder-sql.ts'

/**
 * The one writer of runs: every write of a run goes through its group commit, in order, fenced by the attempt.
 * A run whose caller still waits may be recorded behind its execution; when it is over before its first write,
 * that write is the only one.
 */
export interface RunRecorder {
  /** Stores the run; resolves when it is on disk. `claimed`: this process runs it at once, as attempt 1. */
  accept(run: NewRun, options: { claimed: boolean }): Promise<void>
  /** Takes the run as attempt 1 and stores it within WRITE_BEHIND_MS, or with its first awaited write. */
  acceptBehind(run: NewRun): void
  /** Resolves when the entries are on disk. @throws StaleAttemptError */
  journal(write: { runId: string; attempt: number; projectId: string; entries: JournalEntry[] }): Promise<void>
  /** Resolves when the end of the attempt is on disk; the journal is gone then, the log has it. @throws StaleAttemptError */
  finish(write: {
    runId: string
    attempt: number
    projectId: string
    entries: JournalEntry[]
    outcome: RunOutcome
  }): Promise<void>
  /** Forgets a run that was none: its trigger made no event of the call. */
  discard(write: { runId: string; attempt: number }): Promise<void>
  /** Resolves when everything that was recorded so far is on disk. */
  flush(): Promise<void>
}

type Write =
  | { kind: 'BIRTH'; row: BirthRow }
  | { kind: 'JOURNAL'; runId: string; attempt: number; projectId: string; entries: JournalEntry[] }
  | { kind: 'FINISH'; runId: string; attempt: number; projectId: string; entries: JournalEntry[]; outcome: RunOutcome }

/** How long a run with a waiting caller may stay unrecorded. */
const WRITE_BEHIND_MS = 20
/**
 * How long the end of an attempt may wait for others to share its commit. Nothing is lost by it: until then the
 * journal stands for the run. A commit costs 0.6 ms of the database plus 0.07 ms a run.
 */
const FINISH_BEHIND_MS = 8
const MAX_BATCH = 256

export function createRunRecorder(db: Db, owner: string, leaseMs: number): RunRecorder {
  /** Runs that are taken but not stored. */
  const unborn = new Map<string, BirthRow>()
  let timer: NodeJS.Timeout | undefined

  const birth = (run: NewRun, claimed: boolean): BirthRow => ({
    run,
    attempt: claimed ? 1 : 0,
    job: { owner: claimed ? owner : null, leaseMs },
    finish: null,
  })

  const commits = createGroupCommit<Write>((writes) => commit(writes), {
    maxBatch: MAX_BATCH,
    soonMs: FINISH_BEHIND_MS,
  })

  const commit = async (writes: Write[]): Promise<Map<number, Error>> => {
    const taken: BirthRow[] = []
    const take = (runId: string): BirthRow | undefined => {
      const row = unborn.get(runId)
      if (row && unborn.delete(runId)) taken.push(row)
      return row
    }
    const plan = await planCommit(writes, take)
    try {
      return await survivingOutages(() => execute(db, plan))
    } catch (error) {
      // Not stored after all: the next write of the run brings it along.
      for (const row of taken) unborn.set(row.run.id, { ...row, finish: null })
      throw error
    }
  }

  /** Stores the runs that have waited long enough; their later writes find them stored. */
  const storeBehind = () => {
    timer = undefined
    const rows = [...unborn.values()]
    unborn.clear()
    for (const row of rows) void commits.add({ kind: 'BIRTH', row }).catch(() => {})
  }

  return {
    accept: (run, { claimed }) => commits.add({ kind: 'BIRTH', row: birth(run, claimed) }),
    acceptBehind(run) {
      unborn.set(run.id, birth(run, true))
      timer ??= setTimeout(storeBehind, WRITE_BEHIND_MS)
    },
    journal: (write) => commits.add({ kind: 'JOURNAL', ...write }),
    finish: (write) => commits.add({ kind: 'FINISH', ...write }, 'soon'),
    async discard({ runId, attempt }) {
      if (unborn.delete(runId)) return
      await commits.drain()
      await deleteRun(db, runId, attempt)
    },
    async flush() {
      clearTimeout(timer)
      storeBehind()
      await commits.drain()
    },
  }
}

/** What one commit writes; `index` is the place of the write that wants it. */
interface Plan {
  births: BirthRow[]
  journals: { index: number; runId: string; attempt: number; projectId: string; entries: JournalEntry[] }[]
  finishes: { index: number; row: FinishRow }[]
  /** Writes whose entries may carry large outputs. */
  sliced: { projectId: string; entries: JournalEntry[] }[]
}

/** @param take gives the row of a run that is not stored yet, and only once. */
async function planCommit(writes: Write[], take: (runId: string) => BirthRow | undefined): Promise<Plan> {
  const plan: Plan = { births: [], journals: [], finishes: [], sliced: [] }
  for (const [index, write] of writes.entries()) {
    if (write.kind === 'BIRTH') {
      plan.births.push(write.row)
      continue
    }
    plan.sliced.push(write)
    const unstored = take(write.runId)
    if (unstored) plan.births.push(unstored)
    if (write.kind === 'JOURNAL') plan.journals.push({ index, ...write })
    else {
      const row: FinishRow = { ...write, ...(await packLog(write.outcome.log)) }
      if (unstored) unstored.finish = row
      else plan.finishes.push({ index, row })
    }
  }
  return plan
}

/** Writes a plan in order. @returns the writes whose attempt is not current any more. */
async function execute(db: Db, { births, journals, finishes, sliced }: Plan): Promise<Map<number, Error>> {
  const refused = new Map<number, Error>()
  // Before the entries and logs that name them.
  await writeSlices(db, sliced)
  await writeBirths(db, births)
  const stale = new Set(await writeJournal(db, journals))
  for (const { index, runId, attempt } of journals)
    if (stale.has(index)) refused.set(index, new StaleAttemptError(runId, attempt))
  const finished = await writeFinishes(
    db,
    finishes.map(({ row }) => row),
  )
  for (const { index, row } of finishes)
    if (!finished.has(row.runId)) refused.set(index, new StaleAttemptError(row.runId, row.attempt))
  return refused
}
