import type { JournalEntry } from '@piecework/engine/protocol'
import { type BackOff, delayOf } from '@piecework/model/back-off'
import { AppError } from '@piecework/model/errors'
import { isOfLoop } from '@piecework/model/run/loop-output'
import { isTerminal } from '@piecework/model/run/status'
import { StepOutput } from '@piecework/model/run/step-output'
import type { Logger } from 'pino'
import { ZodError } from 'zod'
import type { DueClock } from '../../../database/clock.ts'
import type { Db } from '../../../database/open.ts'
import type { JobHandler, WorkItem } from '../../../dispatch/work.ts'
import type { RunOutcome } from '../../../events/runs.ts'
import type { ClaimedJob } from '../../../queue/job.ts'
import type { Queue } from '../../../queue/queue.ts'
import type { VersionSource } from '../../flows/version-source.ts'
import type { RunPayloads } from '../payloads.ts'
import {
  endLoops,
  eventOfLog,
  hasEvent,
  journalOfLog,
  lacksEvent,
  logOfJournal,
  NO_EVENT,
} from '../recording/journal.ts'
import { readJournals } from '../recording/journal-store.ts'
import type { RunRecorder } from '../recording/recorder.ts'
import type { RunReplies } from '../replying/replies.ts'
import type { RunLogs } from '../showing/logs.ts'
import type { RunStore, StoredRun } from '../store.ts'
import type { WaitpointStore } from '../waitpoints/store.ts'
import type { Aftermath } from './aftermath.ts'
import type { Attempt, RunExecutor, RunListener } from './execute.ts'

/** Deliveries of one job after which its run counts as one that takes its machine down. */
const MAX_DELIVERIES = 30
/** Waits between deliveries whose run could not be loaded; with MAX_DELIVERIES, for almost two hours. */
const LOADING: BackOff = { firstMs: 2000, longestMs: 5 * 60_000 }

interface Parts {
  db: Db
  runs: RunStore
  logs: RunLogs
  queue: Queue
  clock: DueClock
  versions: VersionSource
  recorder: RunRecorder
  executor: RunExecutor
  /** Who holds the jobs that are delivered here. */
  owner: string
  waitpoints: Pick<WaitpointStore, 'endPause' | 'hasAny'>
  aftermath: Aftermath
  /** Tells who waits for the answer of a run that it is over. */
  replies: Pick<RunReplies, 'finished'>
  sampleData(run: StoredRun): Promise<Record<string, string>>
  payloads: Pick<RunPayloads, 'read' | 'readResume'>
  /** Is told of runs that end without an attempt. */
  finished: RunListener['finished']
  log: Logger
}

/** Delivered RUN jobs as work: the stored run with what its journal and log already hold. */
export function createRunJobs(parts: Parts): JobHandler {
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
      if (job.attempt > MAX_DELIVERIES)
        throw new AppError('ENGINE_OPERATION_FAILURE', {
          message: `The run was given up after ${MAX_DELIVERIES} starts that did not come to an end.`,
        })
      if (journal.some(isPause) && (await parts.waitpoints.hasAny(run.id))) {
        await pauseAgain(run, journal)
        return null
      }
      // A pause whose waitpoint is gone, because the run was canceled since, begins anew.
      const attempt = await load(
        run,
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
      if (error instanceof AppError || error instanceof ZodError) await giveUp(run, journal, error.message)
      else await retryLater(job, error)
      return null
    }
  }

  /** What it needs is out of reach, as file storage may be for a while; that is no reason to lose it. */
  const retryLater = async (job: ClaimedJob, error: unknown): Promise<void> => {
    const dueAt = new Date(parts.clock.now() + delayOf(LOADING, job.attempt))
    parts.log.warn({ err: error, runId: job.id, dueAt }, 'a run could not be loaded; it is tried again')
    await parts.queue.retryAt({ owner: parts.owner, id: job.id, dueAt })
  }

  const load = async (run: StoredRun, journalled: JournalEntry[]): Promise<Attempt> => {
    const version = await parts.versions.get(run.flowVersionId)
    const logged = await loggedEntries(run)
    // Once there is more than the log, the pause has been left, and its step may be about to pause again.
    const paused = journalled.length === 0 ? logged.filter(isPause).map(({ stepName }) => stepName) : []
    const delayed = paused.length > 0 ? await parts.waitpoints.endPause(run.id, paused) : null
    const { resumePayload, resumeFileId } = delayed
      ? { resumePayload: JSON.stringify(delayed), resumeFileId: null }
      : await resumedWith(run)
    const journal = [...logged, ...journalled].map((entry, index) => ({ ...entry, sequence: index + 1 }))
    return {
      runId: run.id,
      attempt: run.attempt,
      projectId: run.projectId,
      platformId: run.platformId,
      flowId: run.flowId,
      version,
      facts: run,
      startTime: run.startTime,
      executionType: logged.length > 0 ? 'RESUME' : 'BEGIN',
      executeTrigger: run.executeTrigger,
      // Once the log has it, its file may be gone.
      payload: hasEvent(logged, version.version.trigger.name) ? '{}' : await parts.payloads.read(run),
      payloadFileId: run.payloadFileId,
      resumePayload,
      resumeFileId,
      written: journal,
      journal: await parts.logs.rehydrate(run.projectId, journal, { complete: true }),
      tags: run.tags,
      test:
        run.stepNameToTest === null ? null : { stepName: run.stepNameToTest, sampleData: await parts.sampleData(run) },
      caller: { replyTo: run.replyTo, replyUntil: run.replyUntil },
    }
  }

  const resumedWith = async ({
    projectId,
    resumePayload: stored,
  }: StoredRun): Promise<Pick<Attempt, 'resumePayload' | 'resumeFileId'>> => {
    if (stored === null) return { resumePayload: null, resumeFileId: null }
    if ('unreadable' in stored)
      throw new AppError('EXECUTION_STATE_MISSING', {
        message: 'What the run was resumed with cannot be read, so it cannot go on.',
      })
    const { body, headers, queryParams, fileId = null } = stored
    const resumePayload =
      fileId === null
        ? JSON.stringify({ body, headers, queryParams })
        : await parts.payloads.readResume(projectId, fileId)
    return { resumePayload, resumeFileId: fileId }
  }

  /** What an earlier stretch of the run left in its log: the engine knows what of it counts. */
  const loggedEntries = async (run: StoredRun): Promise<JournalEntry[]> => {
    if (run.logsFileId === null) return []
    const log = await parts.logs.readText(run)
    if (log === null)
      throw new AppError('EXECUTION_STATE_MISSING', {
        logsFileId: run.logsFileId,
        message: 'The log of the run is gone, so it cannot be resumed.',
      })
    return journalOfLog(log)
  }

  const endWithJournal = async (
    run: StoredRun,
    journal: JournalEntry[],
    end: Pick<RunOutcome, 'status' | 'finishTime' | 'failedStep'>,
  ): Promise<RunOutcome> => {
    const entries = [...(await loggedEntries(run).catch(() => [])), ...journal]
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
    await parts.aftermath([{ ...run, status: 'PAUSED' }])
  }

  const giveUp = async (run: StoredRun, journal: JournalEntry[], message: string): Promise<void> => {
    parts.log.warn({ runId: run.id }, message)
    parts.replies.finished(run.id, 'INTERNAL_ERROR', run)
    const outcome = await endWithJournal(run, journal, {
      status: 'INTERNAL_ERROR',
      finishTime: new Date(),
      failedStep: { name: '', displayName: '', message },
    })
    await parts.finished({
      runId: run.id,
      projectId: run.projectId,
      outcome,
      attempt: { ...run, resumeFileId: null, facts: run },
    })
  }

  return async (jobs) => {
    const runs = new Map((await parts.runs.byIds(jobs.map((job) => job.id))).map((run) => [run.id, run]))
    const repeated = [...runs.values()].filter((run) => run.attempt > 1).map((run) => run.id)
    const journals = await readJournals(parts.db, repeated)
    return Promise.all(jobs.map((job) => prepare(job, runs.get(job.id), journals.get(job.id) ?? [])))
  }
}

/** The step that waits; the loops around it are paused with it. */
function isPause(entry: JournalEntry): boolean {
  const output = StepOutput.parse(JSON.parse(entry.output))
  return output.status === 'PAUSED' && !isOfLoop(output)
}
