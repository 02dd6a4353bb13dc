import { FailedStep, type FlowRun, shortFailure } from '@piecework/model/run/run'
import type { Steps } from '@piecework/model/run/step-output'
import type { RunFacts } from '../../../events/runs.ts'
import type { ListedRun } from '../store.ts'

/** How a run stands. */
export type RunState = Pick<FlowRun, 'status' | 'startTime' | 'finishTime' | 'tags' | 'failedStep' | 'stepsCount'>

const ACCEPTED: RunState = {
  status: 'QUEUED',
  startTime: null,
  finishTime: null,
  tags: [],
  failedStep: null,
  stepsCount: 0,
}

/** A run on the wire without looking into the database. @param displayName of its version. */
export function presentFacts(facts: RunFacts, state: RunState = ACCEPTED, displayName?: string): FlowRun {
  const created = new Date(facts.created).toISOString()
  return {
    id: facts.id,
    created,
    updated: state.finishTime ?? new Date().toISOString(),
    projectId: facts.projectId,
    flowId: facts.flowId,
    flowVersionId: facts.flowVersionId,
    ...(displayName === undefined ? {} : { flowVersion: { displayName } }),
    environment: facts.environment,
    logsFileId: null,
    parentRunId: facts.parentRunId,
    failParentOnFailure: facts.failParentOnFailure,
    triggeredBy: facts.triggeredBy,
    stepNameToTest: facts.stepNameToTest,
    archivedAt: null,
    steps: null,
    ...state,
  }
}

/** A run in a list: without its steps, and with the first line of what went wrong. */
export function presentListed(run: ListedRun): FlowRun {
  const { failedStep, ...presented } = presentRun(run)
  return { ...presented, failedStep: failedStep && shortFailure(failedStep) }
}

/** A run on the wire. @param steps null when the log is gone. */
export function presentRun(run: ListedRun, steps: Steps | null = null): FlowRun {
  return {
    id: run.id,
    created: run.created,
    updated: run.updated,
    projectId: run.projectId,
    flowId: run.flowId,
    flowVersionId: run.flowVersionId,
    ...(run.flowDisplayName === null ? {} : { flowVersion: { displayName: run.flowDisplayName } }),
    status: run.status,
    startTime: run.startTime,
    finishTime: run.finishTime,
    environment: run.environment,
    logsFileId: run.logsFileId,
    parentRunId: run.parentRunId,
    failParentOnFailure: run.failParentOnFailure,
    triggeredBy: run.triggeredBy,
    tags: run.tags,
    steps,
    failedStep: readable(run.failedStep),
    stepNameToTest: run.stepNameToTest,
    archivedAt: run.archivedAt,
    stepsCount: run.stepsCount,
  }
}

/** A stored value of another shape must not keep the runs around it from being shown. */
const readable = (failedStep: FailedStep | null): FailedStep | null =>
  failedStep && (FailedStep.safeParse(failedStep).data ?? DAMAGED)

const DAMAGED: FailedStep = {
  name: '',
  displayName: '',
  message: 'What went wrong is stored in a form that cannot be read.',
}
