import { unseal } from '@piecework/engine/secrets/seal'
import { AppError, notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import type { SeekPage } from '@piecework/model/page'
import { withoutSeals } from '@piecework/model/run/log'
import type { FlowRun } from '@piecework/model/run/run'
import { FlowRunStatus, isTerminal, type RetryStrategy } from '@piecework/model/run/status'
import type { StepOutput, Steps } from '@piecework/model/run/step-output'
import type { ProjectActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import { type Apart, joinJson, type ReadyJson } from '../../http/json-apart.ts'
import { authorize } from '../../policies/policy.ts'
import { runPolicy, seeRun } from '../../policies/run.ts'
import { PRIORITY } from '../../queue/job.ts'
import type { VersionSource } from '../flows/version-source.ts'
import { newRun } from './new-run.ts'
import type { RunPayloads } from './payloads.ts'
import { endLoops, journalOfLog, logOfJournal } from './recording/journal.ts'
import { readJournals } from './recording/journal-store.ts'
import type { RunLogs } from './showing/logs.ts'
import { presentListed, presentRun } from './showing/present.ts'
import type { RunStarter } from './starting/start.ts'
import type { CanceledRun, ListedRun, RunFilter, RunStore, StoredRun } from './store.ts'

/** Which runs of the project. */
export type ChosenRuns = Omit<RunFilter, 'projectId'>

/** Everything about runs but starting and executing them. */
export interface RunService {
  /** @throws AppError ENTITY_NOT_FOUND */
  get(actor: ProjectActor, id: string): Promise<FlowRun>
  /** The same, to be sent: large outputs are not looked into. @throws AppError ENTITY_NOT_FOUND */
  read(actor: ProjectActor, id: string): Promise<FlowRun | ReadyJson>
  /** Those of the runs that are there, without their steps; at most 100. */
  some(actor: ProjectActor, ids: readonly string[]): Promise<FlowRun[]>
  list(actor: ProjectActor, filter: ChosenRuns, page: PageRequest): Promise<SeekPage<FlowRun>>
  countByStatus(actor: ProjectActor, filter: ChosenRuns): Promise<{ status: FlowRunStatus; count: number }[]>
  /** @throws AppError ENTITY_NOT_FOUND, VALIDATION, FLOW_RUN_RETRY_OUTSIDE_RETENTION */
  retry(actor: ProjectActor, id: string, strategy: RetryStrategy): Promise<FlowRun>
  /** Retries every run that matches and can be retried. @returns how many. */
  retryAll(actor: ProjectActor, filter: ChosenRuns, strategy: RetryStrategy): Promise<number>
  /** @returns how many runs that matched were ended. */
  cancelAll(actor: ProjectActor, filter: ChosenRuns): Promise<number>
  archiveAll(actor: ProjectActor, filter: ChosenRuns): Promise<number>
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
  sealKey(runId: string): string
  wake(jobs: { projectId: string; priority: number }): void
  /** Runs were ended from outside: whoever runs them stops, whoever waits for them is told. */
  onCanceled(projectId: string, runs: readonly CanceledRun[]): Promise<void>
  retentionDays: number
  log: { warn(details: object, message: string): void }
}

const DAY_MS = 24 * 60 * 60 * 1000
/** Runs that a bulk call takes from the database at a time. */
const BULK_BATCH = 1000
/** Runs that a bulk call retries at the same time: they share commits. */
const BULK_RETRIES = 16
const SOME = 100

const LIVE = FlowRunStatus.options.filter((status) => !isTerminal(status))
const TERMINAL = FlowRunStatus.options.filter((status) => isTerminal(status))
const RETRIED_BY_DEFAULT = TERMINAL.filter((status) => status !== 'SUCCEEDED')

const hasPayload = (run: StoredRun): boolean => run.payload !== null || run.payloadFileId !== null

export function createRunService(parts: Parts): RunService {
  const { runs, logs } = parts

  const require = async (projectId: string, id: string): Promise<ListedRun> => {
    await parts.recorded()
    const run = await runs.one(projectId, id)
    if (!run) throw notFound('flow_run', id)
    return run
  }

  const load = async (projectId: string, id: string, apart?: Apart): Promise<FlowRun> => {
    const run = await require(projectId, id)
    const steps = await stepsOf(run, apart)
    return presentRun(run, steps && withoutSeals(steps))
  }

  /** From the log; of a run that has not come to the end of its stretch, with what the journal adds to it. */
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

  /** The output as later steps saw it, with the secrets that are masked for people. */
  const realOutput = (runId: string, { output, sealed }: StepOutput): unknown =>
    sealed === undefined ? output : JSON.parse(unseal(parts.sealKey(runId), sealed).output)

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
    const versionId = (await runs.publishedVersionOf(run.projectId, run.flowId)) ?? run.flowVersionId
    const version = await parts.versions.get(versionId)
    const steps = await stepsOf(run)
    const trigger = steps?.[version.version.trigger.name] ?? steps?.trigger
    const output = trigger && realOutput(run.id, trigger)
    // A run that was canceled in the line, or whose trigger failed, has what it came with.
    const [stored] = output === undefined ? await runs.byIds([run.id]) : []
    if (run.stepNameToTest !== null || (stored && !hasPayload(stored)))
      throw new AppError('VALIDATION', {
        message: `The run ${run.id} cannot start again: it is the test of a step, or nothing is left of what it began with.`,
      })
    const again = newRun({
      projectId: run.projectId,
      flowId: run.flowId,
      flowVersionId: versionId,
      environment: run.environment,
      executeTrigger: stored?.executeTrigger ?? false,
      payload: stored ? await parts.payloads.read(stored) : JSON.stringify(output),
      priority: PRIORITY.medium,
      parentRunId: run.parentRunId,
      failParentOnFailure: run.failParentOnFailure,
      parentWaitpointId: run.parentWaitpointId,
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

  /** Runs that match, oldest first; those that come in meanwhile are left alone. */
  const forEachBatch = async (filter: RunFilter, work: (ids: string[]) => Promise<void>): Promise<void> => {
    await parts.recorded()
    const begun = newId()
    for (let after = ''; ; ) {
      const ids = (await runs.ids(filter, { limit: BULK_BATCH, after })).filter((id) => id < begun)
      if (ids.length > 0) await work(ids)
      if (ids.length < BULK_BATCH) return
      after = ids.at(-1) ?? ''
    }
  }

  return {
    async get(actor, id) {
      authorize(actor, seeRun)
      return load(actor.projectId, id)
    },
    async read(actor, id) {
      authorize(actor, seeRun)
      const apart: Apart = new Map()
      const run = await load(actor.projectId, id, apart)
      return apart.size > 0 ? joinJson(run, apart) : run
    },
    async some(actor, ids) {
      authorize(actor, runPolicy.read)
      const { projectId } = actor
      const page = { limit: SOME }
      const { data } = await runs.list({ projectId, flowRunIds: ids.slice(0, SOME), includeArchived: true }, page)
      return data.map(presentListed)
    },
    async list(actor, filter, page) {
      authorize(actor, runPolicy.read)
      await parts.recorded()
      const { data, ...cursors } = await runs.list({ ...filter, projectId: actor.projectId }, page)
      return { data: data.map(presentListed), ...cursors }
    },
    async countByStatus(actor, filter) {
      authorize(actor, runPolicy.read)
      await parts.recorded()
      return runs.countByStatus({ ...filter, projectId: actor.projectId })
    },
    async retry(actor, id, strategy) {
      authorize(actor, runPolicy.retry)
      const { projectId, platformId } = actor
      return load(projectId, await retry(await require(projectId, id), platformId, strategy))
    },
    async retryAll(actor, filter, strategy) {
      authorize(actor, runPolicy.retry)
      const { projectId, platformId } = actor
      // Without a word on it, what succeeded is not meant by a retry of what failed.
      const wanted = strategy === 'FROM_FAILED_STEP' && !filter.flowRunIds ? RETRIED_BY_DEFAULT : TERMINAL
      const retryOne = async (id: string): Promise<boolean> => {
        try {
          await retry(await require(projectId, id), platformId, strategy)
          return true
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          parts.log.warn({ runId: id, code: error.code }, 'a run of a bulk retry was left out')
          return false
        }
      }
      let retried = 0
      await forEachBatch({ ...filter, projectId, status: filter.status ?? wanted }, async (ids) => {
        for (let from = 0; from < ids.length; from += BULK_RETRIES) {
          const done = await Promise.all(ids.slice(from, from + BULK_RETRIES).map(retryOne))
          retried += done.filter(Boolean).length
        }
      })
      return retried
    },
    async cancelAll(actor, filter) {
      authorize(actor, runPolicy.cancel)
      const { projectId } = actor
      let count = 0
      const status = filter.status?.filter((one) => !isTerminal(one)) ?? LIVE
      await forEachBatch({ ...filter, projectId, status }, async (ids) => {
        const canceled = await runs.cancel(projectId, ids)
        if (canceled.length > 0) await parts.onCanceled(projectId, canceled)
        const chosen = new Set(ids)
        count += canceled.filter(({ id }) => chosen.has(id)).length
      })
      return count
    },
    async archiveAll(actor, filter) {
      authorize(actor, runPolicy.archive)
      await parts.recorded()
      return runs.archive({ ...filter, projectId: actor.projectId })
    },
  }
}
