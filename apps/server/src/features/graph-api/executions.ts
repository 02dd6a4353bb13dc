import { createHash } from 'node:crypto'
import type { Execution, ExecutionStatus, ExecutionSummary } from '@piecework/api/graph/executions'
import type { PageFields } from '@piecework/api/graph/shapes'
import { AppError } from '@piecework/model/errors'
import type { FlowVersion } from '@piecework/model/flow/flow'
import { nodeIdsOf } from '@piecework/model/flow/graph/decompile'
import { newId } from '@piecework/model/ids'
import type { RunChoice } from '@piecework/model/run/bulk-act'
import type { FlowRun } from '@piecework/model/run/run'
import { isTerminal } from '@piecework/model/run/run-statuses'
import type { ProjectActor } from '../../access/actor.ts'
import { createCache } from '../../cache.ts'
import type { WaitingCaller } from '../../calls/waiting-caller.ts'
import type { Db } from '../../database/open.ts'
import type { Flows } from '../flows/service.ts'
import type { VersionSource } from '../flows/version-source.ts'
import type { RunService } from '../runs/service.ts'
import type { WebhookService } from '../webhooks/service.ts'
import { type Listed, metaOf } from './door-routes.ts'
import { nodeNames, presentExecution, presentSummary, runStatuses } from './present-execution.ts'
import { type ExecutionRequest, findExecutionRequest, noteExecutionRequest } from './requests-store.ts'
import type { RunWaiters } from './waiting.ts'

/** Runs as executions. Everything that they do, the services of runs and webhooks do. */
export interface Executions {
  /** @throws AppError ENTITY_NOT_FOUND, FLOW_OPERATION_INVALID for a workflow that is not published, INVALID_REQUEST */
  execute(actor: ProjectActor, workflowId: string, request: ExecuteRequest): Promise<Executed>
  list(actor: ProjectActor, filter: ExecutionFilter, page: PageFields): Promise<Listed<ExecutionSummary>>
  get(actor: ProjectActor, id: string): Promise<Execution>
  /** @throws AppError ENTITY_NOT_FOUND, VALIDATION for one that is over */
  cancel(actor: ProjectActor, id: string): Promise<Execution>
  retry(actor: ProjectActor, id: string, from: 'failed_node' | 'start' | undefined): Promise<Execution>
}

type Executed = Partial<Execution> & { execution_id: string; status: ExecutionStatus; started_at: string }

export interface ExecuteRequest {
  input: unknown
  /** Seconds. */
  wait: number
  idempotencyKey: string | undefined
  caller: Pick<WaitingCaller, 'onGone'>
}

interface ExecutionFilter {
  workflow_id?: string | undefined
  status?: ExecutionStatus | undefined
  from?: string | undefined
  to?: string | undefined
}

interface Parts {
  db: Db
  flows: Flows
  runs: RunService
  webhooks: Pick<WebhookService, 'execute' | 'requireLive'>
  versions: VersionSource
  waiters: RunWaiters
  /** The longest that somebody waits. */
  maxWaitSeconds: number
}

const LONGEST_KEY = 255
/** Totals above this are remembered for a while: to count 1,000,000 runs takes longer than their page. */
const LARGE_TOTAL = 10_000
const KEEP_TOTAL_MS = 60_000
const MAX_TOTALS = 1000

export function createExecutions(parts: Parts): Executions {
  const { db, flows, runs, webhooks, versions, waiters, maxWaitSeconds } = parts

  const { present, presentAll } = presenting(versions)

  const totals = createCache<number>({ max: MAX_TOTALS, ttlMs: KEEP_TOTAL_MS, keeps: (total) => total > LARGE_TOTAL })
  const totalOf = (actor: ProjectActor, filter: RunChoice): Promise<number> =>
    totals.get(JSON.stringify([actor.projectId, filter]), async () => {
      const counts = await runs.countByStatus(actor, filter)
      return counts.reduce((sum, { count }) => sum + count, 0)
    })

  const readExecution = async (actor: ProjectActor, id: string): Promise<Execution> =>
    present(await runs.get(actor, id))

  /** The marks of a request that may be sent again. */
  const repeatable = (actor: ProjectActor, workflowId: string, { input, idempotencyKey }: ExecuteRequest) => {
    if (idempotencyKey === undefined) return undefined
    if (idempotencyKey === '' || idempotencyKey.length > LONGEST_KEY)
      throw new AppError('INVALID_REQUEST', {
        field: 'Idempotency-Key',
        message: `the header Idempotency-Key must have from 1 to ${LONGEST_KEY} characters`,
      })
    const body = hash(JSON.stringify([workflowId, input]))
    return { projectId: actor.projectId, key: hash(idempotencyKey), body, runId: newId() }
  }

  /** The run of a request that was sent before, whatever has become of its workflow since. */
  const runBefore = async (actor: ProjectActor, asked: ExecutionRequest | undefined): Promise<FlowRun | undefined> => {
    const noted = asked && (await findExecutionRequest(db, asked.projectId, asked.key))
    if (noted === undefined) return undefined
    const [run] = await runs.some(actor, [runIdOf(noted, asked)])
    return run
  }

  /** A run for a request that has none. */
  const begin = async (
    actor: ProjectActor,
    workflowId: string,
    input: unknown,
    asked: ExecutionRequest | undefined,
  ): Promise<FlowRun> => {
    await webhooks.requireLive(actor, workflowId).catch(explain)
    const id = asked && runIdOf(await noteExecutionRequest(db, asked), asked)
    const [before] = id === undefined ? [] : await runs.some(actor, [id])
    return before ?? (await webhooks.execute(actor, workflowId, input, id))
  }

  return {
    async execute(actor, workflowId, request) {
      if (request.wait > maxWaitSeconds)
        throw new AppError('INVALID_REQUEST', {
          field: 'wait',
          message: `wait must be at most ${maxWaitSeconds} seconds (AP_WEBHOOK_TIMEOUT_SECONDS)`,
        })
      const asked = repeatable(actor, workflowId, request)
      const run = (await runBefore(actor, asked)) ?? (await begin(actor, workflowId, request.input, asked))
      if (request.wait > 0) {
        const isOver = async (): Promise<boolean> => {
          const [now] = await runs.some(actor, [run.id])
          return now !== undefined && isTerminal(now.status)
        }
        await waiters.wait(run.id, request.wait * 1000, isOver, request.caller)
        const found = await readExecution(actor, run.id)
        return { ...found, execution_id: run.id }
      }
      const { status, started_at } = presentSummary(run)
      return { execution_id: run.id, id: run.id, workflow_id: workflowId, status, started_at }
    },

    async list(actor, { workflow_id, status, from, to }, page) {
      if (workflow_id !== undefined) await flows.get(actor, workflow_id)
      const filter = {
        ...(workflow_id === undefined ? {} : { flowId: [workflow_id] }),
        ...(status === undefined ? {} : { status: runStatuses(status) }),
        createdAfter: from,
        createdBefore: to,
      }
      const [{ data, next }, total] = await Promise.all([
        runs.list(actor, filter, { ...page, offset: (page.page - 1) * page.limit }),
        totalOf(actor, filter),
      ])
      return { items: await presentAll(data), meta: metaOf(page, total, next) }
    },

    get: readExecution,

    async cancel(actor, id) {
      const run = await runs.get(actor, id)
      const canceled = await runs.cancelAll(actor, { flowRunIds: [id], includeArchived: true, includeTests: true })
      if (canceled === 0)
        throw new AppError('VALIDATION', {
          message: `the execution is ${presentSummary(run).status}: only one that is not over can be cancelled`,
        })
      return readExecution(actor, id)
    },

    async retry(actor, id, from) {
      const run = await runs.get(actor, id)
      const isFailed = presentSummary(run).status === 'failed'
      const strategy =
        (from ?? (isFailed ? 'failed_node' : 'start')) === 'start' ? 'ON_LATEST_VERSION' : 'FROM_FAILED_STEP'
      return present(await runs.retry(actor, id, strategy))
    },
  }
}

function presenting(versions: VersionSource) {
  /** The version of a run; undefined when it is gone. */
  const versionOf = async ({ flowVersionId }: FlowRun): Promise<FlowVersion | undefined> => {
    try {
      return (await versions.get(flowVersionId)).version
    } catch (error) {
      if (error instanceof AppError && error.code === 'ENTITY_NOT_FOUND') return undefined
      throw error
    }
  }

  return {
    present: async (run: FlowRun): Promise<Execution> => presentExecution(run, await versionOf(run)),

    /** The nodes at which they failed have the ids that the graph has. */
    async presentAll(runs: readonly FlowRun[]): Promise<ExecutionSummary[]> {
      const nodeOf = new Map<string, ReturnType<typeof nodeNames>>()
      for (const run of runs) {
        if (!run.failedStep || nodeOf.has(run.flowVersionId)) continue
        const version = await versionOf(run)
        nodeOf.set(run.flowVersionId, nodeNames(version && nodeIdsOf(version)))
      }
      return runs.map((run) => presentSummary(run, nodeOf.get(run.flowVersionId)))
    },
  }
}

/** @throws AppError INVALID_REQUEST when the key was used for something else */
function runIdOf(noted: ExecutionRequest, asked: ExecutionRequest | undefined): string {
  if (noted.body !== asked?.body)
    throw new AppError('INVALID_REQUEST', {
      field: 'Idempotency-Key',
      message: 'the Idempotency-Key was used for another request: use a new one for each request',
    })
  return noted.runId
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The words of the graph API. */
function explain(error: unknown): never {
  if (error instanceof AppError && error.code === 'FLOW_OPERATION_INVALID')
    throw new AppError('FLOW_OPERATION_INVALID', {
      field: 'status',
      message: 'the workflow is a draft: publish it before you execute it, with PATCH and {"status": "published"}',
    })
  throw error
}
