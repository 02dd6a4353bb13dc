import type { RunEvent } from '@piecework/api/flow-runs'
import { notFound } from '@piecework/model/errors'
import type { SeekPage } from '@piecework/model/page'
import type { RunChoice } from '@piecework/model/run/bulk-act'
import { withoutSeals } from '@piecework/model/run/log'
import type { FlowRun } from '@piecework/model/run/run'
import type { FlowRunStatus, RetryStrategy } from '@piecework/model/run/status'
import type { ProjectActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import type { Events } from '../../events/events.ts'
import { type Apart, joinJson, type ReadyJson } from '../../http/json-apart.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { authorize } from '../../policies/policy.ts'
import { runPolicy, seeRun } from '../../policies/run.ts'
import type { VersionSource } from '../flows/version-source.ts'
import { type ActingOnRuns, createActing } from './acting.ts'
import type { RunPayloads } from './payloads.ts'
import { createRetry } from './retry.ts'
import type { RunLogs } from './showing/logs.ts'
import { presentListed, presentRun } from './showing/present.ts'
import { createRunSteps } from './showing/steps.ts'
import type { RunStarter } from './starting/start.ts'
import type { ListedRun, RunFilter, RunStore } from './store.ts'

/** Everything about runs but starting and executing them. */
export interface RunService extends ActingOnRuns {
  /** @throws AppError ENTITY_NOT_FOUND */
  get(actor: ProjectActor, id: string): Promise<FlowRun>
  /** The same, to be sent: large outputs are not looked into. @throws AppError ENTITY_NOT_FOUND */
  read(actor: ProjectActor, id: string): Promise<FlowRun | ReadyJson>
  /** The event that began the run, also while the run waits. @throws AppError ENTITY_NOT_FOUND */
  event(actor: ProjectActor, id: string): Promise<RunEvent>
  /** Those of the runs that are there, without their steps; at most 100. */
  some(actor: ProjectActor, ids: readonly string[]): Promise<FlowRun[]>
  list(actor: ProjectActor, filter: Omit<RunFilter, 'projectId'>, page: PageRequest): Promise<SeekPage<FlowRun>>
  countByStatus(actor: ProjectActor, filter: RunChoice): Promise<{ status: FlowRunStatus; count: number }[]>
  /** @throws AppError ENTITY_NOT_FOUND, VALIDATION, FLOW_RUN_RETRY_OUTSIDE_RETENTION */
  retry(actor: ProjectActor, id: string, strategy: RetryStrategy): Promise<FlowRun>
  projectOf(id: string): Promise<string | undefined>
}

interface Parts {
  db: Db
  outbox: Outbox
  runs: RunStore
  /** Resolves when what has happened so far can be read. */
  recorded(): Promise<void>
  logs: RunLogs
  starter: RunStarter
  payloads: Pick<RunPayloads, 'read'>
  versions: VersionSource
  sealKey(runId: string): string
  wake(jobs: { projectId: string; priority: number }): void
  events: Pick<Events, 'emit'>
  retentionDays: number
  log: { warn(details: object, message: string): void }
}

const SOME = 100

export function createRunService(parts: Parts): RunService {
  const { runs, outbox } = parts
  const steps = createRunSteps(parts)
  const retry = createRetry({ ...parts, steps })

  const require = async (projectId: string, id: string): Promise<ListedRun> => {
    await parts.recorded()
    const run = await runs.one(projectId, id)
    if (!run) throw notFound('flow_run', id)
    return run
  }

  const load = async (projectId: string, id: string, apart?: Apart): Promise<FlowRun> => {
    const run = await require(projectId, id)
    const found = await steps.of(run, apart)
    return presentRun(run, found && withoutSeals(found))
  }

  const acting = createActing({
    ...{ runs, outbox, recorded: parts.recorded, events: parts.events, log: parts.log },
    retry: async (actor, id, strategy, once) => {
      await retry(actor, await require(actor.projectId, id), strategy, once)
    },
  })

  return {
    ...acting,
    projectOf: (id) => runs.projectOf(id),
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
    async event(actor, id) {
      authorize(actor, seeRun)
      return steps.event(await require(actor.projectId, id))
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
      const { projectId } = actor
      return load(projectId, await retry(actor, await require(projectId, id), strategy))
    },
  }
}
