import { unseal } from '@piecework/engine/secrets/seal'
import { AppError, notFound } from '@piecework/model/errors'
import { isTerminal } from '@piecework/model/run/run-statuses'
import type { RetryStrategy } from '@piecework/model/run/status'
import type { StepOutput } from '@piecework/model/run/step-output'
import type { ProjectActor } from '../../access/actor.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { PRIORITY } from '../../queue/job.ts'
import type { VersionSource } from '../flows/version-source.ts'
import type { Once } from './acting.ts'
import { newRun } from './new-run.ts'
import type { RunPayloads } from './payloads.ts'
import { recordRunEvents } from './run-events-store.ts'
import { hasPayload, type RunSteps } from './showing/steps.ts'
import { derivedId } from './starting/derived-id.ts'
import type { RunStarter } from './starting/start.ts'
import { type ListedRun, type RunStore, requeue } from './store.ts'

interface Parts {
  outbox: Outbox
  runs: RunStore
  steps: RunSteps
  starter: RunStarter
  payloads: Pick<RunPayloads, 'read'>
  versions: VersionSource
  sealKey(runId: string): string
  wake(jobs: { projectId: string; priority: number }): void
  retentionDays: number
}

/**
 * Starts a run that is over again.
 * @param once the act on many runs that it is part of: repeated, it makes no second run
 * @returns the id of the run that goes on, or of the new one.
 * @throws AppError ENTITY_NOT_FOUND, VALIDATION, FLOW_RUN_RETRY_OUTSIDE_RETENTION
 */
export type RetryRun = (actor: ProjectActor, run: ListedRun, strategy: RetryStrategy, once?: Once) => Promise<string>

const DAY_MS = 24 * 60 * 60 * 1000

export function createRetry(parts: Parts): RetryRun {
  const { runs, outbox } = parts

  /** The output as later steps saw it, with the secrets that are masked for people. */
  const realOutput = (runId: string, { output, sealed }: StepOutput): unknown =>
    sealed === undefined ? output : JSON.parse(unseal(parts.sealKey(runId), sealed).output)

  const fromFailedStep = async (actor: ProjectActor, run: ListedRun): Promise<string> => {
    // A canceled run may have come to no log yet; its journal is still there.
    const queued =
      (run.logsFileId !== null || run.status === 'CANCELED') &&
      (await outbox.transaction(async (trx, recordEvent) => {
        const from = [run.status]
        const done = await requeue(trx, { id: run.id, from, resumePayload: null, priority: PRIORITY.medium })
        if (done) await recordRunEvents({ trx, recordEvent, outbox }, 'flow.run.retried', [run.id], actor)
        return done
      }))
    if (!queued)
      throw new AppError('VALIDATION', {
        message: `The run ${run.id} cannot be resumed now: it has no log, or its status has changed.`,
      })
    parts.wake({ projectId: run.projectId, priority: PRIORITY.medium })
    return run.id
  }

  /** A new run of the published version, with the trigger's output of the old one. */
  const onLatestVersion = async (run: ListedRun, platformId: string, once: Once | undefined): Promise<string> => {
    const versionId = (await runs.publishedVersionOf(run.projectId, run.flowId)) ?? run.flowVersionId
    const version = await parts.versions.get(versionId)
    const steps = await parts.steps.of(run)
    const trigger = steps?.[version.version.trigger.name] ?? steps?.trigger
    const output = trigger && realOutput(run.id, trigger)
    // A run that was canceled in the line, or whose trigger failed, has what it came with.
    const [stored] = output === undefined ? await runs.byIds([run.id]) : []
    if (run.stepNameToTest !== null || (stored && !hasPayload(stored)))
      throw new AppError('VALIDATION', {
        message: `The run ${run.id} cannot start again: it is the test of a step, or its event is no longer stored.`,
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
    if (!once) {
      await parts.starter.start(again, platformId, version)
      return again.id
    }
    // Behind the act itself, which leaves alone what comes in meanwhile.
    const id = derivedId(new Date(once.created.getTime() + 1), once.id, run.id)
    await parts.starter.enqueue({ ...again, id })
    return id
  }

  return async (actor, run, strategy, once) => {
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
    return strategy === 'FROM_FAILED_STEP' ? fromFailedStep(actor, run) : onLatestVersion(run, actor.platformId, once)
  }
}
