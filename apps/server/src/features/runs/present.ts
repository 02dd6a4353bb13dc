import type { FlowRun } from '@piecework/model/run/run'
import type { Steps } from '@piecework/model/run/step-output'
import type { ListedRun } from './store.ts'

/** A run on the wire. @param steps null in lists, and when the log is gone. */
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
    failedStep: run.failedStep,
    stepNameToTest: run.stepNameToTest,
    archivedAt: run.archivedAt,
    stepsCount: run.stepsCount,
  }
}
