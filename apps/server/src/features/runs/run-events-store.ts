import { shortFailure } from '@piecework/model/run/run'
import { isFailure } from '@piecework/model/run/run-statuses'
import type { Actor, SystemPrincipal } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { Outbox, RecordEvent } from '../../outbox/outbox.ts'
import { derivedId } from './starting/derived-id.ts'

type RunEvent = 'flow.run.started' | 'flow.run.finished' | 'flow.run.retried' | 'flow.run.failed'
type By = Pick<Actor, 'principal' | 'userId' | 'ip'>

const RUNS: SystemPrincipal = { type: 'SYSTEM', id: 'runs' }
/** Nobody in particular. */
const BY_THEMSELVES: By = { principal: RUNS, userId: null, ip: null }

/** Events that happen to a run once, or once in each attempt or retry: written twice, one is the same event. */
const OCCASION = {
  'flow.run.started': () => 0,
  'flow.run.finished': ({ attempt }: { attempt: number }) => attempt,
  'flow.run.failed': ({ attempt }: { attempt: number }) => attempt,
  'flow.run.retried': ({ retries }: { retries: number }) => retries,
}

/**
 * Records what happened to runs, in the transaction that wrote it. Where nobody wants to know, nothing is asked of the
 * database.
 */
export async function recordRunEvents(
  { trx, recordEvent, outbox }: { trx: Db; recordEvent: RecordEvent; outbox: Pick<Outbox, 'wants'> },
  name: RunEvent,
  ids: readonly string[],
  by: By = BY_THEMSELVES,
): Promise<void> {
  if (ids.length === 0 || !outbox.wants(name)) return
  for (const { platformId, projectId, ...run } of await selectTold(trx, ids)) {
    const { startTime, finishTime, triggeredBy, stepNameToTest, flowDisplayName } = run
    const { attempt, retries, created, failedStep, id: runId, environment, flowId, flowVersionId, status } = run
    const duration = startTime && finishTime ? Date.parse(finishTime) - Date.parse(startTime) : null
    const known = { startTime, finishTime, duration, triggeredBy, stepNameToTest, flowDisplayName }
    const flowRun = { id: runId, environment, flowId, flowVersionId, status, ...withoutNulls(known) }
    const id = derivedId(new Date(created), name, runId, OCCASION[name]({ attempt, retries }))
    const actor = { ...by, platformId, projectId }
    if (name !== 'flow.run.failed') recordEvent(actor, name, { flowRun }, id)
    else if (isFailure(status))
      recordEvent(actor, name, { flowRun, failedStep: failedStep && shortFailure(failedStep) }, id)
  }
}

function selectTold(trx: Db, ids: readonly string[]) {
  return trx
    .selectFrom('flow_run as r')
    .innerJoin('project as p', 'p.id', 'r.projectId')
    .leftJoin('flow_version as v', 'v.id', 'r.flowVersionId')
    .select([
      'p.platformId',
      'r.projectId',
      'r.id',
      'r.created',
      'r.startTime',
      'r.finishTime',
      'r.triggeredBy',
      'r.environment',
      'r.flowId',
      'r.flowVersionId',
      'r.stepNameToTest',
      'r.status',
      'r.failedStep',
      'r.attempt',
      'r.retries',
      'v.displayName as flowDisplayName',
    ])
    .where('r.id', 'in', [...ids])
    .execute()
}

type Known<T> = { [K in keyof T]?: NonNullable<T[K]> }

const withoutNulls = <T extends object>(fields: T): Known<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as Known<T>
