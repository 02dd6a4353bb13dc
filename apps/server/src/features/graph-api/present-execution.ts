import type { Execution, ExecutionLog, ExecutionStatus, ExecutionSummary } from '@piecework/api/graph/executions'
import type { FlowVersion } from '@piecework/model/flow/flow'
import { graphOf } from '@piecework/model/flow/graph/decompile'
import { PIECE_PARTS } from '@piecework/model/flow/graph/pieces'
import { isRouter } from '@piecework/model/flow/kinds/router'
import type { Step } from '@piecework/model/flow/step'
import { walk } from '@piecework/model/flow/walk'
import { loopOutputOf, roundsOf } from '@piecework/model/run/loop-output'
import type { FlowRun } from '@piecework/model/run/run'
import { isTerminal } from '@piecework/model/run/run-statuses'
import type { FlowRunStatus } from '@piecework/model/run/status'
import type { StepOutput, Steps } from '@piecework/model/run/step-output'

/** The statuses of runs, as executions have them. */
const STATUS = {
  QUEUED: 'pending',
  RUNNING: 'running',
  PAUSED: 'paused',
  SUCCEEDED: 'completed',
  CANCELED: 'cancelled',
  FAILED: 'failed',
  TIMEOUT: 'failed',
  MEMORY_LIMIT_EXCEEDED: 'failed',
  LOG_SIZE_EXCEEDED: 'failed',
  INTERNAL_ERROR: 'failed',
  QUOTA_EXCEEDED: 'failed',
} as const satisfies Record<FlowRunStatus, ExecutionStatus>

const STATUSES = Object.entries(STATUS) as [FlowRunStatus, ExecutionStatus][]

/** The statuses of runs that an execution's status stands for. */
export const runStatuses = (status: ExecutionStatus): FlowRunStatus[] =>
  STATUSES.flatMap(([one, shown]) => (shown === status ? [one] : []))

const STEP_STATUS = {
  RUNNING: 'running',
  SUCCEEDED: 'completed',
  STOPPED: 'completed',
  FAILED: 'failed',
  PAUSED: 'paused',
} as const satisfies Record<StepOutput['status'], ExecutionLog['status']>

const REASONS: Partial<Record<FlowRunStatus, string>> = {
  TIMEOUT: 'The execution took longer than an execution may.',
  MEMORY_LIMIT_EXCEEDED: 'The execution needed more memory than it may.',
  LOG_SIZE_EXCEEDED: 'The inputs and outputs of the execution are larger than they may be.',
  INTERNAL_ERROR: 'The execution could not be carried out, by a fault of the server.',
}

/** @param nodeOf the id of the node of a step */
export function presentSummary(run: FlowRun, nodeOf: (stepName: string) => string = (name) => name): ExecutionSummary {
  const { status, failedStep } = run
  const failed = STATUS[status] === 'failed'
  const message = failedStep?.message ?? REASONS[status] ?? 'The execution failed.'
  return {
    id: run.id,
    workflow_id: run.flowId,
    status: STATUS[status],
    created_at: run.created,
    started_at: run.startTime ?? run.created,
    completed_at: run.finishTime,
    error: failed ? { node_id: failedStep ? nodeOf(failedStep.name) : null, message, reason: status } : null,
  }
}

/** @returns the id of the node of a step; its name where the version is gone */
export const nodeNames =
  (idOf: ReadonlyMap<string, string> | undefined) =>
  (stepName: string): string =>
    idOf?.get(stepName) ?? stepName

/** The most log entries of one answer. */
const MAX_LOGS = 1000

/** @param version that ran; undefined when it is gone */
export function presentExecution(run: FlowRun, version: FlowVersion | undefined): Execution {
  const graph = version && graphOf(version)
  const nodeOf = nodeNames(graph?.idOf)
  const types = new Map(graph?.nodes.map(({ id, type }): [string, string] => [id, type]))
  const logs: ExecutionLog[] = []
  addLogs(run.steps ?? {}, [], { nodeOf, typeOf: (id) => types.get(id) }, logs)
  return {
    ...presentSummary(run, nodeOf),
    output: isTerminal(run.status) ? outputOf(run.steps ?? {}, version) : null,
    logs: logs.slice(0, MAX_LOGS),
    logs_truncated: logs.length > MAX_LOGS,
  }
}

interface Words {
  nodeOf(stepName: string): string
  typeOf(nodeId: string): string | undefined
}

function addLogs(steps: Steps, iteration: number[], words: Words, logs: ExecutionLog[]): void {
  for (const [name, step] of Object.entries(steps)) {
    if (logs.length > MAX_LOGS) return
    const loop = loopOutputOf(step)
    const id = words.nodeOf(name)
    logs.push({
      node_id: id,
      type: words.typeOf(id) ?? step.type,
      status: STEP_STATUS[step.status],
      input: step.input ?? null,
      // The rounds have logs of their own.
      output: loop ? { item: loop.item ?? null, index: loop.index } : (step.output ?? null),
      error: step.errorMessage ?? null,
      ...timesOf(step),
      duration_ms: step.duration ?? null,
      iteration,
    })
    for (const [round, inner] of (loop?.iterations ?? []).entries()) addLogs(inner, [...iteration, round], words, logs)
  }
}

/** Triggers, and steps that failed before they ran, take no time that is measured. */
function timesOf({ status, startedAt, duration = 0 }: StepOutput): Pick<ExecutionLog, 'started_at' | 'completed_at'> {
  if (startedAt === undefined) return { started_at: null, completed_at: null }
  const isOver = status !== 'RUNNING' && status !== 'PAUSED'
  return {
    started_at: new Date(startedAt).toISOString(),
    completed_at: isOver ? new Date(startedAt + duration).toISOString() : null,
  }
}

const isRespond = (step: Step): boolean =>
  step.type === 'PIECE' &&
  step.settings.pieceName === PIECE_PARTS.respond.piece &&
  step.settings.actionName === PIECE_PARTS.respond.part

/** The first of some steps that was done, also in the rounds of loops. */
function firstOf(steps: Steps, names: ReadonlySet<string>): StepOutput | undefined {
  for (const [name, step] of Object.entries(steps)) {
    if (names.has(name)) return step
    for (const round of roundsOf(step)) {
      const found = firstOf(round, names)
      if (found) return found
    }
  }
  return undefined
}

/** @returns the answer of a respond node, else the output of the last step that has one. */
function outputOf(steps: Steps, version: FlowVersion | undefined): unknown {
  if (!version) return Object.values(steps).at(-1)?.output ?? null
  const kinds = new Map([...walk(version.trigger)].map((step) => [step.name, step]))
  const responders = new Set([...kinds.values()].flatMap((step) => (isRespond(step) ? [step.name] : [])))
  const answer = responders.size > 0 ? firstOf(steps, responders) : undefined
  if (answer) return Reflect.get(Object(answer.output), 'body') ?? null
  const done = Object.entries(steps).filter(([name]) => name !== version.trigger.name)
  const last = done.findLast(([name]) => {
    const step = kinds.get(name)
    return step !== undefined && !isRouter(step)
  })
  if (!last) return null
  const loop = loopOutputOf(last[1])
  return loop ? { index: loop.index } : (last[1].output ?? null)
}
