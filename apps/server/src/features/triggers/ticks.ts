import type { Logger } from 'pino'
import { z } from 'zod'
import type { Db } from '../../database/open.ts'
import type { JobHandler, WorkerLink } from '../../dispatch/dispatcher.ts'
import { jobItem, runOperation } from '../../dispatch/operations.ts'
import type { ClaimedJob } from '../../queue/job.ts'
import type { Queue } from '../../queue/queue.ts'
import type { RunStarter } from '../runs/start.ts'
import type { LoadedVersion, VersionSource } from '../runs/versions.ts'
import { type HookSettings, hookOperation, hookResult, missingTriggerPiece } from './hooks.ts'
import { makeRuns } from './make-runs.ts'
import { nextTick } from './schedule.ts'
import { countTriggerRun } from './statistics.ts'
import { addFailure, clearFailures, type Source, selectSourceById } from './store.ts'

interface Parts {
  db: Db
  queue: Queue
  owner: string
  versions: VersionSource
  starter(): RunStarter
  hooks: HookSettings
  /** Looks in a row that may fail before the flow is disabled. */
  failureThreshold: number
  disableFlow(projectId: string, flowId: string): Promise<void>
  log: Logger
}

const TickData = z.object({
  sourceId: z.string(),
  schedule: z.object({ cronExpression: z.string(), timezone: z.string() }),
})

type RegisteredSource = Source & { platformId: string }

/**
 * Handles POLL and RENEW jobs: asks the trigger of a schedule or a polled app for its events, or lets it renew its
 * registration, then waits for the next tick on the same row. After a downtime there is one tick for all that were
 * missed.
 */
export function createTicks(parts: Parts): JobHandler {
  const { db, queue, log } = parts

  const act = async (
    job: ClaimedJob,
    source: RegisteredSource,
    version: LoadedVersion,
    link: WorkerLink,
  ): Promise<void> => {
    const { flowId, projectId, platformId } = source
    const owner = { flowId, projectId, platformId }
    const hook = job.kind === 'RENEW' ? 'RENEW' : 'RUN'
    const result = hookResult(
      await runOperation(link, await hookOperation(parts.hooks, { hook, owner, version })),
      owner,
    )
    if (hook === 'RENEW') return
    const row = await db.selectFrom('job').select('dueAt').where('id', '=', job.id).executeTakeFirst()
    await makeRuns(
      { db, starter: parts.starter() },
      {
        eventId: job.id,
        time: new Date(row?.dueAt ?? 0),
        run: { projectId, flowId, flowVersionId: source.flowVersionId },
        outputs: result.output ?? [],
      },
    )
  }

  /** Not waited for: taking a trigger out of service needs a slot, and this tick holds one. */
  const disable = ({ projectId, flowId }: Source, reason: string): void => {
    log.warn({ flowId }, `the flow is disabled: ${reason}`)
    parts
      .disableFlow(projectId, flowId)
      .catch((error: unknown) => log.error({ err: error, flowId }, 'the flow could not be disabled'))
  }

  const settle = async (job: ClaimedJob, source: RegisteredSource, succeeded: boolean): Promise<void> => {
    if (job.kind !== 'POLL') return
    const { platformId, pieceName } = source
    await countTriggerRun(db, { platformId, pieceName, succeeded })
    if (succeeded && source.failures > 0) await clearFailures(db, source.id)
    if (!succeeded && (await addFailure(db, source.id)) >= parts.failureThreshold)
      disable(source, `its trigger has failed ${parts.failureThreshold} times in a row (AP_TRIGGER_FAILURE_THRESHOLD)`)
  }

  const tick = async (job: ClaimedJob, link: WorkerLink): Promise<void> => {
    const { sourceId, schedule } = TickData.parse(JSON.parse(job.data ?? ''))
    const source = await selectSourceById(db, sourceId)
    if (!source) {
      await queue.complete({ owner: parts.owner, id: job.id })
      return
    }
    let succeeded = true
    try {
      const version = await parts.versions.get(source.flowVersionId)
      const missing = missingTriggerPiece(version)
      if (missing) disable(source, `its trigger needs ${missing}, which is not installed`)
      else await act(job, source, version, link)
    } catch (error) {
      succeeded = false
      // The next tick asks again; what came meanwhile is still there.
      log.warn({ err: error, flowId: source.flowId, kind: job.kind }, 'a trigger failed')
    }
    await settle(job, source, succeeded)
    await queue.retryAt({ owner: parts.owner, id: job.id, dueAt: nextTick(schedule, new Date()) })
  }

  return async (jobs) =>
    jobs.map((job) =>
      jobItem(job, (link) =>
        tick(job, link).catch((error) => log.error({ err: error, jobId: job.id }, 'a tick could not be finished')),
      ),
    )
}
