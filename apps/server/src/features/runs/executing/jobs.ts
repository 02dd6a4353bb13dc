import type { JournalEntry } from '@piecework/engine/protocol'
import { AppError } from '@piecework/model/errors'
import { isTerminal } from '@piecework/model/run/run-statuses'
import type { Logger } from 'pino'
import { ZodError } from 'zod'
import type { Db } from '../../../database/open.ts'
import { isOutage } from '../../../database/outage.ts'
import type { JobHandler, WorkItem } from '../../../dispatch/work.ts'
import type { RunOutcome } from '../../../events/runs.ts'
import type { ClaimedJob } from '../../../queue/job.ts'
import type { Queue } from '../../../queue/queue.ts'
import type { VersionSource } from '../../flows/version-source.ts'
import type { RunPayloads } from '../payloads.ts'
import { endLoops, eventOfLog, lacksEvent, logOfJournal, NO_EVENT } from '../recording/journal.ts'
import { readJournals } from '../recording/journal-store.ts'
import type { RunRecorder } from '../recording/recorder.ts'
import type { RunReplies } from '../replying/replies.ts'
import type { RunLogs } from '../showing/logs.ts'
import type { RunStore, StoredRun } from '../store.ts'
import type { WaitpointStore } from '../waitpoints/store.ts'
import type { RunExecutor, RunListener } from './execute.ts'
import { createAttemptLoader, isPause } from './load.ts'
import type { HandleStoppedRuns } from './stopped-runs.ts'

/**
 * Starts in a row that may be lost: with the pauses of the queue, for more than an hour and a half. Then its run counts
 * as one that takes its machine down, or as one that cannot be loaded any more.
 */
const MAX_LOST = 30
/** A run that could not be loaded waits so long at least. */
const LOADING_PAUSE_MS = 2000

interface Parts {
  db: Db
  runs: RunStore
  logs: RunLogs
  queue: Queue
  versions: VersionSource
  recorder: RunRecorder
  executor: RunExecutor
  /** Who holds the jobs that are delivered here. */
  owner: string
  waitpoints: Pick<WaitpointStore, 'endPause' | 'hasAny'>
  handleStoppedRuns: HandleStoppedRuns
  /** Ends the wait of a caller for the answer of a run that is over. */
  replies: Pick<RunReplies, 'finished'>
  sampleData(run: StoredRun): Promise<Record<string, string>>
  payloads: Pick<RunPayloads, 'read' | 'readResume'>
  /** Hears of runs that end without an attempt. */
  finished: RunListener['finished']
  log: Logger
}

/** Delivered RUN jobs as work: the stored run with what its journal and log already hold. */
export function createRunJobs(parts: Parts): JobHandler {
  const loader = createAttemptLoader(parts)

  const prepare = async (
    job: ClaimedJob,
    run: StoredRun | undefined,
    journal: JournalEntry[],
  ): Promise<WorkItem | null> => {
    if (!run || isTerminal(run.status)) {
      await parts.queue.remove({ ids: [job.id] })
      return null
    }
    try {
      if (job.lost >= MAX_LOST)
        throw new AppError('ENGINE_OPERATION_FAILURE', {
          message: `The run was given up: ${MAX_LOST} starts in a row were lost with the server or the worker that they ran in, or could not load the run, and no step came to its end in them.`,
        })
      if (journal.some(isPause) && (await parts.waitpoints.hasAny(run.id))) {
        await pauseAgain(run, journal)
        return null
      }
      // A pause whose waitpoint is gone, because the run was canceled since, begins again.
      const attempt = await loader.load(
        run,
        job,
        journal.filter((entry) => !isPause(entry)),
      )
      return {
        id: run.id,
        projectId: run.projectId,
        priority: job.priority,
        leased: true,
        bucket: job.bucket,
        start: (link) => parts.executor.start(attempt, link),
      }
    } catch (error) {
      if (isUnreadable(error)) await giveUp(run, journal, error.message)
      else await retryLater(job, error)
      return null
    }
  }

  /** Keeps a run whose files are out of reach, as the file storage may be for a while. */
  const retryLater = async (job: ClaimedJob, error: unknown): Promise<void> => {
    parts.log.warn({ err: error, runId: job.id }, 'a run could not be loaded; trying again')
    await parts.queue.lose({ owner: parts.owner, id: job.id, afterMs: LOADING_PAUSE_MS })
  }

  const endWithJournal = async (
    run: StoredRun,
    journal: JournalEntry[],
    end: Pick<RunOutcome, 'status' | 'finishTime' | 'failedStep'>,
  ): Promise<RunOutcome> => {
    const entries = [...(await loader.loggedEntries(run).catch(() => [])), ...journal]
    const { trigger } = (await parts.versions.get(run.flowVersionId).catch(() => null))?.version ?? {}
    const name = trigger?.name ?? 'trigger'
    const { event, slices } = run.executeTrigger
      ? NO_EVENT
      : // The run ends whether or not its payload can be read.
        eventOfLog(await parts.payloads.read(run).catch(() => '{}'), entries, name)
    const log = logOfJournal(entries, { name, type: trigger?.type ?? 'EMPTY', event, tags: run.tags })
    if (isTerminal(end.status)) endLoops(log.executionState.steps)
    const keepsPayload = lacksEvent(entries, run.executeTrigger, name)
    const outcome = { ...end, tags: run.tags, stepsCount: entries.length, log: JSON.stringify(log), keepsPayload }
    const { id: runId, attempt, projectId } = run
    await parts.recorder.finish({ runId, attempt, projectId, entries: slices, outcome })
    return outcome
  }

  /** The last attempt had come to its pause when it was lost: there it ends again, and nothing runs. */
  const pauseAgain = async (run: StoredRun, journal: JournalEntry[]): Promise<void> => {
    await endWithJournal(run, journal, { status: 'PAUSED', finishTime: null, failedStep: null })
    await parts.handleStoppedRuns([{ ...run, status: 'PAUSED' }])
  }

  const giveUp = async (run: StoredRun, journal: JournalEntry[], message: string): Promise<void> => {
    parts.log.warn({ runId: run.id }, message)
    parts.replies.finished(run.id, 'INTERNAL_ERROR', run)
    const end = {
      status: 'INTERNAL_ERROR',
      finishTime: new Date(),
      failedStep: { name: '', displayName: '', message },
    } as const
    const outcome = await endWithJournal(run, journal, end).catch((error: unknown) => {
      // The run ends without a journal that cannot be read, because a further attempt would fail, too.
      if (isUnreadable(error)) return endWithJournal(run, [], end)
      throw error
    })
    await parts.finished({
      runId: run.id,
      projectId: run.projectId,
      outcome,
      attempt: { ...run, resumeFileId: null, facts: run },
    })
  }

  const prepareAll = async (jobs: readonly ClaimedJob[]): Promise<(WorkItem | null)[]> => {
    const runs = new Map((await parts.runs.byIds(jobs.map((job) => job.id))).map((run) => [run.id, run]))
    const repeated = [...runs.values()].filter((run) => run.attempt > 1).map((run) => run.id)
    const journals = await readJournals(parts.db, repeated).catch(async (error: unknown) => {
      const [run] = runs.values()
      if (jobs.length > 1 || !run || !isUnreadable(error)) throw error
      await giveUp(run, [], `The journal of the run cannot be read: ${error.message}`)
    })
    if (!journals) return [null]
    return Promise.all(
      jobs.map((job) =>
        prepare(job, runs.get(job.id), journals.get(job.id) ?? []).catch((error: unknown) => {
          // Its lease runs out, and it is tried again; the others are not to wait for it.
          parts.log.error({ err: error, runId: job.id }, 'a run could not be made ready, nor ended')
          return null
        }),
      ),
    )
  }

  return (jobs) => oneByOneWhenUnreadable(jobs, { parts, prepareAll, retryLater })
}

interface Preparing {
  parts: Pick<Parts, 'runs' | 'queue' | 'replies' | 'owner' | 'log'>
  prepareAll(jobs: readonly ClaimedJob[]): Promise<(WorkItem | null)[]>
  retryLater(job: ClaimedJob, error: unknown): Promise<void>
}

/** Makes jobs ready together. One whose rows cannot be read takes no others with it. */
async function oneByOneWhenUnreadable(jobs: readonly ClaimedJob[], preparing: Preparing): Promise<(WorkItem | null)[]> {
  try {
    return await preparing.prepareAll(jobs)
  } catch (error) {
    if (isOutage(error)) throw error
    const alone = jobs.map((job) =>
      prepareAlone(job, preparing).catch((err: unknown) => {
        preparing.parts.log.error({ err, runId: job.id }, 'a run could not be made ready, nor put aside')
        return null
      }),
    )
    return Promise.all(alone)
  }
}

/** Makes one job ready, or ends its coming back: then nothing can be read of its run. */
async function prepareAlone(job: ClaimedJob, preparing: Preparing): Promise<WorkItem | null> {
  const { parts, prepareAll, retryLater } = preparing
  try {
    const [item = null] = await prepareAll([job])
    return item
  } catch (error) {
    // Its lease runs out, and it is tried again.
    if (isOutage(error)) throw error
    if (!isUnreadable(error) && job.lost < MAX_LOST) {
      await retryLater(job, error)
      return null
    }
    const reason = `The run cannot be read: ${error instanceof Error ? error.message : String(error)}`
    parts.log.error({ err: error, runId: job.id }, 'a run that cannot be read was put aside')
    parts.replies.finished(job.id, 'INTERNAL_ERROR')
    await parts.runs.endUnread(job.id, reason)
    await parts.queue.bury({ owner: parts.owner, id: job.id, reason })
    return null
  }
}

/** Whether stored data is damaged or gone, so that another attempt cannot help. */
const isUnreadable = (error: unknown): error is Error =>
  error instanceof AppError || error instanceof ZodError || error instanceof SyntaxError
