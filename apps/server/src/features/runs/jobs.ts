import type { JournalEntry } from '@piecework/engine/protocol'
import { AppError } from '@piecework/model/errors'
import { isTerminal } from '@piecework/model/run/status'
import type { StepOutput } from '@piecework/model/run/step-output'
import type { Logger } from 'pino'
import type { Db } from '../../database/open.ts'
import type { JobHandler, WorkItem } from '../../dispatch/dispatcher.ts'
import type { ClaimedJob } from '../../queue/job.ts'
import type { Queue } from '../../queue/queue.ts'
import type { WaitpointStore } from '../waitpoints/store.ts'
import type { Attempt, RunExecutor } from './execute.ts'
import { journalOfLog, readJournals } from './journal.ts'
import type { RunLogs } from './logs.ts'
import type { RunRecorder } from './recorder.ts'
import type { RunStore, StoredRun } from './store.ts'
import type { VersionSource } from './versions.ts'

/** Deliveries of one job after which its run counts as one that takes its machine down. */
const MAX_DELIVERIES = 30

interface Parts {
  db: Db
  runs: RunStore
  logs: RunLogs
  queue: Queue
  versions: VersionSource
  recorder: RunRecorder
  executor: RunExecutor
  waitpoints: Pick<WaitpointStore, 'clearDelays'>
  sampleData(run: StoredRun): Promise<Record<string, string>>
  readPayload(run: StoredRun): Promise<string>
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
      const attempt = await load(run, journal)
      return {
        id: run.id,
        projectId: run.projectId,
        priority: job.priority,
        leased: true,
        start: (link) => parts.executor.start(attempt, link),
      }
    } catch (error) {
      await giveUp(run, error instanceof Error ? error.message : String(error))
      return null
    }
  }

  const load = async (run: StoredRun, journalled: JournalEntry[]): Promise<Attempt> => {
    if (run.logsFileId !== null) await parts.waitpoints.clearDelays(run.id)
    const logged = run.logsFileId === null ? [] : await replayable(run)
    const journal = [...logged, ...journalled].map((entry, index) => ({ ...entry, sequence: index + 1 }))
    return {
      runId: run.id,
      attempt: run.attempt,
      projectId: run.projectId,
      platformId: run.platformId,
      flowId: run.flowId,
      version: await parts.versions.get(run.flowVersionId),
      executionType: run.logsFileId === null ? 'BEGIN' : 'RESUME',
      executeTrigger: run.executeTrigger,
      payload: await parts.readPayload(run),
      resumePayload: run.resumePayload,
      journal: await parts.logs.rehydrate(run.projectId, journal),
      test:
        run.stepNameToTest === null ? null : { stepName: run.stepNameToTest, sampleData: await parts.sampleData(run) },
    }
  }

  /** Of an earlier stretch of the run only what went well counts; what failed is what the retry is for. */
  const replayable = async (run: StoredRun): Promise<JournalEntry[]> => {
    const log = await parts.logs.readText(run)
    if (log === null)
      throw new AppError('EXECUTION_STATE_MISSING', {
        logsFileId: run.logsFileId,
        message: 'The log of the run is gone, so it cannot be resumed.',
      })
    return journalOfLog(log, ({ output }) => KEPT.has(output.status))
  }

  const giveUp = async (run: StoredRun, message: string): Promise<void> => {
    parts.log.warn({ runId: run.id }, message)
    const log = { executionState: { steps: {}, tags: [] } }
    await parts.recorder.finish({
      runId: run.id,
      attempt: run.attempt,
      projectId: run.projectId,
      entries: [],
      outcome: {
        status: 'INTERNAL_ERROR',
        finishTime: new Date(),
        failedStep: { name: '', displayName: '', message },
        tags: [],
        stepsCount: 0,
        log: (run.logsFileId && (await parts.logs.readText(run))) || JSON.stringify(log),
      },
    })
  }

  return async (jobs) => {
    const runs = new Map((await parts.runs.byIds(jobs.map((job) => job.id))).map((run) => [run.id, run]))
    const repeated = jobs.filter((job) => job.attempt > 1).map((job) => job.id)
    const journals = await readJournals(parts.db, repeated)
    return Promise.all(jobs.map((job) => prepare(job, runs.get(job.id), journals.get(job.id) ?? [])))
  }
}

const KEPT: ReadonlySet<StepOutput['status']> = new Set(['SUCCEEDED', 'PAUSED'])
