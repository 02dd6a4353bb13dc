import { timeOfId } from '@piecework/model/ids'
import type { FlowRun } from '@piecework/model/run/run'
import { isTerminal } from '@piecework/model/run/run-statuses'
import { readStarts, type Start } from '../../../test/support/kill.ts'
import { type ChaosFlows, isKind, KINDS, type Kind, TICK_MS } from './flows.ts'

export interface Ledger {
  /** Accepted calls without a run that ended. */
  lost: string[]
  /** Runs that have not ended. */
  stuck: string[]
  /** Calls with more than one run, ticks with more than one. */
  doubled: string[]
  /** Steps that began again although they were finished. */
  rerun: string[]
  /** Steps in flight that began again, as they may. */
  repeated: number
  /** Subflows that were called again because the calling step was in flight. */
  calledAgain: number
  /** Runs that ended because their sandbox was killed, or that of the subflow that they waited for. */
  killed: string[]
  /** Runs that did not succeed for another reason. */
  failed: string[]
}

interface Evidence {
  accepted: ReadonlyMap<string, Kind>
  lines: readonly Start[]
  /** Every run with its steps. */
  runs: readonly FlowRun[]
  flows: ChaosFlows
}

/** Compares the answers that callers got with the runs, and both with the reports of the steps. */
export function judge({ accepted, lines, runs, flows }: Evidence): Ledger {
  const kinds = new Map(
    Object.entries(flows.called).flatMap(([kind, id]) => (isKind(kind) ? [[id, kind] as const] : [])),
  )
  const kindOf = (run: FlowRun): Kind => kinds.get(run.flowId) ?? 'tick'
  const byCall = Map.groupBy(runs, (run) => callOf(run, kindOf(run)))
  const { furthest, rerun, repeated } = readStarts(lines, (call) => KINDS[kindOfCall(call)].order)
  const isWhole = (call: string): boolean => furthest.get(call) === KINDS[kindOfCall(call)].order.length - 1

  const own = new Set(runs.filter((run) => run.status === 'MEMORY_LIMIT_EXCEEDED'))
  const parents = new Set([...own].map((run) => run.parentRunId))
  const killed = new Set(runs.filter((run) => own.has(run) || (run.status === 'FAILED' && parents.has(run.id))))
  const hasEnded = (call: string): boolean =>
    byCall.get(call)?.some((run) => killed.has(run) || (run.status === 'SUCCEEDED' && isWhole(call))) ?? false

  const several = [...byCall].filter(([, group]) => group.length > 1).map(([call, group]) => ({ call, group }))
  const ofChildren = several.filter(({ call }) => kindOfCall(call) === 'child')
  const ticks = Map.groupBy(
    runs.filter((run) => kindOf(run) === 'tick'),
    (run) => `${run.flowId} at ${new Date(Math.floor(timeOfId(run.id) / TICK_MS) * TICK_MS).toISOString()}`,
  )
  // The name that a tick drew counts once its step is finished; until then another one may replace it.
  const unknown = [...furthest].filter(([call]) => kindOfCall(call) === 'tick' && !byCall.has(call))
  return {
    lost: [...accepted.keys()].filter((call) => !hasEnded(call)),
    stuck: runs.filter((run) => !isTerminal(run.status)).map(describe),
    doubled: [
      ...several.filter(({ call }) => kindOfCall(call) !== 'child').map(({ call }) => call),
      ...[...ticks].filter(([, group]) => group.length > 1).map(([tick]) => tick),
    ],
    rerun: [...rerun, ...unknown.filter(([, place]) => place > 0).map(([call]) => call)],
    repeated: repeated + unknown.filter(([, place]) => place === 0).length,
    calledAgain: ofChildren.reduce((sum, { group }) => sum + group.length - 1, 0),
    killed: [...killed].map(describe),
    failed: runs
      .filter((run) => isTerminal(run.status) && run.status !== 'SUCCEEDED' && !killed.has(run))
      .map(describe),
  }
}

const describe = (run: FlowRun): string =>
  `${run.id} ${callOf(run, 'loop')} ${run.status} ${run.failedStep?.name ?? ''} ${run.failedStep?.message ?? ''}`.trim()

function kindOfCall(call: string): Kind {
  if (call.endsWith('>child')) return 'child'
  const [kind = ''] = call.split('-')
  return isKind(kind) ? kind : 'tick'
}

/** The name of the call of a run; the run's own id if it has none. */
function callOf(run: FlowRun, kind: Kind): string {
  const name =
    kind === 'tick'
      ? run.steps?.step_1?.output
      : at(at(run.steps?.trigger?.output, kind === 'child' ? 'data' : 'body'), 'call')
  return typeof name === 'string' ? name : run.id
}

const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
