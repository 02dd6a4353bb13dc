import { AppError, notFound } from '@piecework/model/errors'
import type { SeekPage } from '@piecework/model/page'
import type { FlowRun } from '@piecework/model/run/run'
import { type FlowRunStatus, isTerminal, type RetryStrategy } from '@piecework/model/run/status'
import type { Steps } from '@piecework/model/run/step-output'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../http/pagination.ts'
import { PRIORITY } from '../../queue/job.ts'
import { endLoops, journalOfLog, logOfJournal, readJournals } from './journal.ts'
import type { RunLogs } from './logs.ts'
import { newRun } from './new-run.ts'
import type { RunPayloads } from './payloads.ts'
import { presentRun } from './present.ts'
import type { RunStarter } from './start.ts'
import type { ListedRun, RunFilter, RunStore } from './store.ts'
import type { VersionSource } from './versions.ts'

/** Everything about runs but starting and executing them. Every call is about one project. */
export interface RunService {
  /** @throws AppError ENTITY_NOT_FOUND */
  get(projectId: string, id: string): Promise<FlowRun>
  /** Those of the runs that are there, without their steps; at most 100. */
  some(projectId: string, ids: readonly string[]): Promise<FlowRun[]>
  list(filter: RunFilter, page: PageRequest): Promise<SeekPage<FlowRun>>
  countByStatus(filter: RunFilter): Promise<{ status: FlowRunStatus; count: number }[]>
  /** @throws AppError ENTITY_NOT_FOUND, VALIDATION, FLOW_RUN_RETRY_OUTSIDE_RETENTION */
  retry(request: { projectId: string; platformId: string; id: string; strategy: RetryStrategy }): Promise<FlowRun>
  /** Retries every run that matches and can be retried. @returns how many. */
  retryAll(request: { filter: RunFilter; platformId: string; strategy: RetryStrategy }): Promise<number>
  /** @returns how many runs that matched were ended. */
  cancelAll(filter: RunFilter): Promise<number>
  archiveAll(filter: RunFilter): Promise<number>
}

interface Parts {
  db: Db
  runs: RunStore
  /** Resolves when what has happened so far can be read. */
  recorded(): Promise<void>
  logs: RunLogs
  starter: RunStarter
  payloads: Pick<RunPayloads, 'read'>
  versions: VersionSource
  wake(jobs: { projectId: string; priority: number }): void
  /** Runs were ended from outside: whoever runs them stops, whoever waits for them is told. */
  onCanceled(projectId: string, ids: string[]): void
  publishedVersionOf(projectId: string, flowId: string): Promise<string | undefined>
  retentionDays: number
  log: { warn(details: object, message: string): void }
}

const DAY_MS = 24 * 60 * 60 * 1000
/** Runs that one bulk call acts on, at most; the caller repeats it until the count is 0. */
const BULK_LIMIT = 10_000
const SOME = 100

export function createRunService(parts: Parts): RunService {
  const { runs, logs } = parts

  const require = async (projectId: string, id: string): Promise<ListedRun> => {
    await parts.recorded()
    const run = await runs.one(projectId, id)
    if (!run) throw notFound('flow_run', id)
    return run
  }

  const get = async (projectId: string, id: string): Promise<FlowRun> => {
    const run = await require(projectId, id)
    return presentRun(run, await stepsOf(run))
  }

  /** From the log; of a run that has not come to the end of its stretch, with what the journal adds to it. */
  const stepsOf = async (run: ListedRun): Promise<Steps | null> => {
    if (run.status !== 'RUNNING' && run.status !== 'CANCELED') return logs.readSteps(run)
    const [journal = []] = (await readJournals(parts.db, [run.id])).values()
    if (journal.length === 0 && (run.logsFileId !== null || run.startTime === null)) return logs.readSteps(run)
    const [stored] = await runs.byIds([run.id])
    const version = await parts.versions.get(run.flowVersionId).catch(() => undefined)
    if (!stored || !version) return logs.readSteps(run)
    const { name, type } = version.version.trigger
    const text = await logs.readText(run)
    const event = { name, type, payload: await parts.payloads.read(stored).catch(() => '{}'), tags: run.tags }
    const entries = await logs.rehydrate(run.projectId, [...(text === null ? [] : journalOfLog(text)), ...journal])
    const { steps } = logOfJournal(entries, event).executionState
    if (run.status === 'CANCELED') endLoops(steps)
    return steps
  }

  const fromFailedStep = async (run: ListedRun): Promise<string> => {
    // A canceled run may have come to no log yet; its journal is still there.
    const queued =
      (run.logsFileId !== null || run.status === 'CANCELED') &&
      (await runs.requeue({
        id: run.id,
        from: [run.status],
        resumePayload: null,
        priority: PRIORITY.medium,
      }))
    if (!queued)
      throw new AppError('VALIDATION', {
        message: `The run ${run.id} cannot be resumed now: it has no log, or its status has changed.`,
      })
    parts.wake({ projectId: run.projectId, priority: PRIORITY.medium })
    return run.id
  }

  /** A new run of the published version, with the trigger's output of the old one. */
  const onLatestVersion = async (run: ListedRun, platformId: string): Promise<string> => {
    const versionId = (await parts.publishedVersionOf(run.projectId, run.flowId)) ?? run.flowVersionId
    const version = await parts.versions.get(versionId)
    const steps = await stepsOf(run)
    const output = steps?.[version.version.trigger.name]?.output ?? steps?.trigger?.output
    // A run that was canceled in the line has no steps, but the event that it waited with.
    const [stored] = output === undefined ? await runs.byIds([run.id]) : []
    const event = stored ? await parts.payloads.read(stored) : '{}'
    const again = newRun({
      projectId: run.projectId,
      flowId: run.flowId,
      flowVersionId: versionId,
      environment: run.environment,
      payload: output === undefined ? event : JSON.stringify(output),
      priority: PRIORITY.medium,
      parentRunId: run.parentRunId,
      failParentOnFailure: run.failParentOnFailure,
      triggeredBy: run.triggeredBy,
    })
    await parts.starter.start(again, platformId, version)
    return again.id
  }

  const retry = async (run: ListedRun, platformId: string, strategy: RetryStrategy): Promise<string> => {
    if (!isTerminal(run.status))
      throw new AppError('VALIDATION', {
        message: `The run ${run.id} is ${run.status}: only runs that are over can be retried.`,
      })
    if (Date.now() - Date.parse(run.created) > parts.retentionDays * DAY_MS)
      throw new AppError('FLOW_RUN_RETRY_OUTSIDE_RETENTION', {
        flowRunId: run.id,
        failedJobRetentionDays: parts.retentionDays,
      })
    if ((await runs.projectOfFlow(run.flowId)) === undefined) throw notFound('flow', run.flowId)
    return strategy === 'FROM_FAILED_STEP' ? fromFailedStep(run) : onLatestVersion(run, platformId)
  }

  return {
    get,
    async some(projectId, ids) {
      const page = { limit: SOME }
      const { data } = await runs.list({ projectId, flowRunIds: ids.slice(0, SOME), includeArchived: true }, page)
      return data.map((run) => presentRun(run))
    },
    async list(filter, page) {
      await parts.recorded()
      const { data, ...cursors } = await runs.list(filter, page)
      return { data: data.map((run) => presentRun(run)), ...cursors }
    },
    async countByStatus(filter) {
      await parts.recorded()
      return runs.countByStatus(filter)
    },
    async retry({ projectId, platformId, id, strategy }) {
      return get(projectId, await retry(await require(projectId, id), platformId, strategy))
    },
    async retryAll({ filter, platformId, strategy }) {
      let retried = 0
      for (const id of await runs.ids(filter, BULK_LIMIT)) {
        try {
          await retry(await require(filter.projectId, id), platformId, strategy)
          retried++
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          parts.log.warn({ runId: id, code: error.code }, 'a run of a bulk retry was left out')
        }
      }
      return retried
    },
    async cancelAll(filter) {
      await parts.recorded()
      const ids = await runs.ids(filter, BULK_LIMIT)
      const canceled = await runs.cancel(filter.projectId, ids)
      if (canceled.length > 0) parts.onCanceled(filter.projectId, canceled)
      const chosen = new Set(ids)
      return canceled.filter((id) => chosen.has(id)).length
    },
    async archiveAll(filter) {
      await parts.recorded()
      return runs.archive(filter)
    },
  }
}
