import type { DiagnosisFact, FlowDiagnosis } from '@piecework/api/flow-diagnosis'
import type { FlowOverview } from '@piecework/api/flow-overview'
import type { Quota } from '../../dispatch/placements.ts'
import type { Circumstances } from './diagnosis-store.ts'

/** The facts about a flow from which the answer follows. */
export interface Findings {
  flow: FlowOverview
  circumstances: Circumstances
  open: readonly { status: string; count: number; since: string }[]
  quota: Quota | null
  /** Production runs that go on, of all that share the limit. */
  running: number
}

const BLOCKING: ReadonlySet<DiagnosisFact['code']> = new Set([
  'NEVER_PUBLISHED',
  'STOPPED_BY_ERROR',
  'TURNED_OFF',
  'TRIGGER_NOT_IN_SERVICE',
  'TRIGGER_FAILING',
])

/** Puts what is known into sentences, the most important one first. */
export function diagnose(findings: Findings): FlowDiagnosis {
  const { id, status, nextTick, lastRun } = findings.flow
  const facts = [...factsOf(findings)]
  return { flowId: id, status, isBlocked: facts.some(({ code }) => BLOCKING.has(code)), facts, nextTick, lastRun }
}

function* factsOf(findings: Findings): Generator<DiagnosisFact> {
  const { flow, circumstances } = findings
  if (flow.status === 'DISABLED') yield whyOff(flow, circumstances)
  else yield* troubleOfTrigger(circumstances)
  yield* openRuns(findings)
  if (flow.status === 'ENABLED') {
    if (flow.nextTick !== null)
      yield { code: 'NEXT_TICK', message: `Its trigger looks next at ${flow.nextTick}.`, until: flow.nextTick }
    else if (circumstances.sourceId !== null)
      yield { code: 'WAITS_FOR_EVENTS', message: 'It runs when an event comes for its trigger.' }
  }
  if (flow.hasUnpublishedChanges)
    yield {
      code: 'DRAFT_NOT_PUBLISHED',
      message: 'The draft has changes that are not published: runs do not have them.',
    }
}

function whyOff(flow: FlowOverview, { changed, userId, userName, reason }: Circumstances): DiagnosisFact {
  const since = changed === null ? {} : { since: changed }
  if (reason !== null)
    return { code: 'STOPPED_BY_ERROR', message: `It was turned off because of an error: ${reason}`, reason, ...since }
  if (flow.publishedVersionId === null)
    return { code: 'NEVER_PUBLISHED', message: 'It was never published: publish it to let it run.' }
  const author = userId === null ? {} : { author: { id: userId, displayName: userName ?? '' } }
  const by = userName ? ` by ${userName}` : ''
  return {
    code: 'TURNED_OFF',
    message: `It is turned off${changed === null ? '' : ` since ${changed}${by}`}.`,
    ...since,
    ...author,
  }
}

function* troubleOfTrigger({ sourceId, settled, failures }: Circumstances): Generator<DiagnosisFact> {
  if (sourceId === null || settled !== true)
    yield {
      code: 'TRIGGER_NOT_IN_SERVICE',
      message: 'Its trigger is not in service yet; the server tries again by itself.',
    }
  else if (failures !== null && failures > 0)
    yield {
      code: 'TRIGGER_FAILING',
      message: `Its trigger failed ${failures === 1 ? 'the last time' : `the last ${failures} times`} that it looked.`,
      count: failures,
    }
}

function* openRuns({ open, quota, running, circumstances: { resumes } }: Findings): Generator<DiagnosisFact> {
  const of = (status: string) => open.find((runs) => runs.status === status)
  const queued = of('QUEUED')
  if (queued && quota !== null && running >= quota.cap)
    yield {
      code: 'LIMIT_REACHED',
      message: `${runs(queued.count)} of it wait since ${queued.since}, because the project runs ${quota.cap} at a time.`,
      ...{ count: queued.count, limit: quota.cap, since: queued.since },
    }
  else if (queued)
    yield {
      code: 'RUNS_WAIT',
      message: `${runs(queued.count)} of it wait for a worker since ${queued.since}.`,
      ...{ count: queued.count, since: queued.since },
    }
  const paused = of('PAUSED')
  if (paused)
    yield {
      code: 'RUNS_PAUSED',
      message: `${runs(paused.count)} of it are paused${resumes === null ? ' until somebody resumes them' : `; the first goes on at ${resumes}`}.`,
      ...{ count: paused.count, since: paused.since },
      ...(resumes === null ? {} : { until: resumes }),
    }
}

const runs = (count: number): string => (count === 1 ? '1 run' : `${count} runs`)
