import { type BackOff, delayOf } from '@piecework/model/back-off'
import type { Logger } from 'pino'
import type { DueClock } from '../../database/clock.ts'
import type { Db } from '../../database/open.ts'
import { GivenBackError, jobItem, LostOperationError, runOperation } from '../../dispatch/operations.ts'
import type { JobHandler, WorkerLink } from '../../dispatch/work.ts'
import type { Events } from '../../events/events.ts'
import { type ClaimedJob, dataOfJob, PRIORITY, UnreadableJobError } from '../../queue/job.ts'
import type { Queue } from '../../queue/queue.ts'
import type { LoadedVersion, VersionSource } from '../flows/version-source.ts'
import { newRun } from '../runs/new-run.ts'
import { derivedId } from '../runs/starting/derived-id.ts'
import type { RunStarter } from '../runs/starting/start.ts'
import { type HookSettings, hookOperation, hookResult, missingTriggerPiece, settleRun } from './hooks.ts'
import { makeRuns } from './make-runs.ts'
import { nextTick } from './schedule.ts'
import { countTriggerRun } from './statistics-store.ts'
import { addFailure, clearFailures, type RegisteredSource, selectSourceById } from './store.ts'
import { TickData } from './tick-job.ts'

interface Parts {
  db: Db
  queue: Queue
  owner: string
  versions: VersionSource
  starter: RunStarter
  hooks: HookSettings
  /** AP_TRIGGER_DEFAULT_POLL_INTERVAL. */
  everyMinutes: number
  /** By which ticks fall due. */
  clock: DueClock
  /** Looks in a row that may fail before the flow is disabled. */
  failureThreshold: number
  domain: Pick<Events, 'emit'>
  log: Logger
}

/** A renewal that failed is tried again after this time, then after twice as long, until its next tick. */
const RENEWING: BackOff = { firstMs: 8 * 60_000, longestMs: 24 * 3_600_000 }

/** One tick: its job, and the trigger that it is for. */
interface Tick {
  job: ClaimedJob
  source: RegisteredSource
  version: LoadedVersion
}

/**
 * Handles POLL and RENEW jobs: asks the trigger of a schedule or a polled app for its events, or lets it renew its
 * registration, then waits for the next tick on the same row. After a downtime there is one tick for all that were
 * missed, and so it is after a tick that takes longer than its interval.
 */
export function createTicks(parts: Parts): JobHandler {
  const { db, queue, log } = parts

  const act = async ({ job, source, version }: Tick, link: WorkerLink): Promise<void> => {
    const { flowId, projectId, platformId, flowVersionId } = source
    const owner = { flowId, projectId, platformId }
    const hook = job.kind === 'RENEW' ? 'RENEW' : 'RUN'
    const request = await hookOperation(parts.hooks, { hook, owner, version })
    const result = await runOperation(link, { ...request, mayWait: true })
    if (hook === 'RENEW') {
      hookResult(result, owner)
      return
    }
    const event = { eventId: job.id, time: new Date(job.dueAt), run: { projectId, flowId, flowVersionId } }
    await settleRun(db, result, owner, (outputs) => makeRuns({ db, starter: parts.starter }, { ...event, outputs }))
  }

  /** A failed run says why; then the flow is taken out of service. */
  const giveUp = async ({ job, source, version }: Tick, message: string): Promise<void> => {
    const { flowId, projectId, platformId, flowVersionId } = source
    log.warn({ flowId, projectId }, `the flow is disabled: ${message}`)
    const id = derivedId(new Date(job.dueAt), job.id, 'given up')
    const chosen = { projectId, flowId, flowVersionId, payload: '{}', priority: PRIORITY.medium }
    await parts.starter.fail(newRun({ ...chosen, id, executeTrigger: true }), platformId, version, message)
    // Not waited for: taking a trigger out of service needs a slot, and this tick holds one.
    parts.domain
      .emit('TRIGGER_FAILED', { projectId, flowId, reason: message })
      .catch((error: unknown) => log.error({ err: error, flowId }, 'the flow could not be disabled'))
  }

  /** @returns when to try again, if before the next tick. */
  const noteFailure = async (tick: Tick, error: unknown): Promise<Date | undefined> => {
    const { job, source } = tick
    const { flowId, projectId } = source
    // The next tick asks again; what came meanwhile is still there.
    log.warn({ err: error, flowId, projectId, kind: job.kind }, 'a trigger failed')
    const failures = await addFailure(db, source.id)
    if (job.kind === 'RENEW') return new Date(parts.clock.now() + delayOf(RENEWING, failures))
    if (failures < parts.failureThreshold) return undefined
    const reason = error instanceof Error ? error.message : String(error)
    await giveUp(
      tick,
      `The trigger failed ${failures} times in a row (AP_TRIGGER_FAILURE_THRESHOLD), so the flow was disabled. ${reason}`,
    )
    return undefined
  }

  /** @returns when to try again, if before the next tick. */
  const attempt = async (tick: Tick, link: WorkerLink): Promise<Date | undefined> => {
    const { job, source } = tick
    const { platformId, pieceName } = source
    const count = async (succeeded: boolean) => {
      if (job.kind === 'POLL') await countTriggerRun(db, { platformId, pieceName, succeeded })
    }
    try {
      await act(tick, link)
    } catch (error) {
      if (error instanceof LostOperationError) throw error
      if (error instanceof GivenBackError) return new Date(parts.clock.now() + error.retryAfterMs)
      await count(false)
      return noteFailure(tick, error)
    }
    await count(true)
    if (source.failures > 0) await clearFailures(db, source.id)
    return undefined
  }

  const tick = async (job: ClaimedJob, link: WorkerLink): Promise<void> => {
    const { sourceId, schedule } = dataOfJob(TickData, job)
    const source = await selectSourceById(db, sourceId)
    if (!source) {
      await queue.complete({ owner: parts.owner, id: job.id })
      return
    }
    const version = await parts.versions.get(source.flowVersionId)
    const missing = missingTriggerPiece(version)
    let again: Date | undefined
    if (missing)
      await giveUp({ job, source, version }, `The piece ${missing} is not installed, so the flow was disabled.`)
    else again = await attempt({ job, source, version }, link)
    // Never the tick that was, though the clock may have been set back.
    const after = new Date(Math.max(parts.clock.now(), job.dueAt))
    const next = nextTick({ flowId: source.flowId, schedule, everyMinutes: parts.everyMinutes }, after)
    await queue.retryAt({ owner: parts.owner, id: job.id, dueAt: again && again < next ? again : next })
  }

  return async (jobs) =>
    jobs.map((job) =>
      jobItem(job, (link) =>
        tick(job, link)
          .catch(async (error: unknown) => {
            if (error instanceof LostOperationError) return queue.lose({ owner: parts.owner, id: job.id })
            if (!(error instanceof UnreadableJobError)) throw error
            log.error({ err: error, jobId: job.id }, 'a tick cannot be read; the flow gets another one')
            await queue.bury({ owner: parts.owner, id: job.id, reason: error.message })
          })
          // The lease runs out, and it is delivered again.
          .catch((error) => log.error({ err: error, jobId: job.id }, 'a tick could not be finished')),
      ),
    )
}
