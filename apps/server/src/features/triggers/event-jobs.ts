import { type BackOff, delayOf } from '@piecework/model/back-off'
import { AppError } from '@piecework/model/errors'
import { timeOfId } from '@piecework/model/ids'
import type { Logger } from 'pino'
import { ZodError, z } from 'zod'
import type { DueClock } from '../../database/clock.ts'
import type { Db } from '../../database/open.ts'
import { GivenBackError, jobItem, LostOperationError, runOperation } from '../../dispatch/operations.ts'
import type { JobHandler, WorkerLink } from '../../dispatch/work.ts'
import type { Events } from '../../events/events.ts'
import { type ClaimedJob, dataOfJob, PRIORITY, UnreadableJobError } from '../../queue/job.ts'
import type { Queue } from '../../queue/queue.ts'
import type { LoadedVersion, VersionSource } from '../flows/version-source.ts'
import { newRun } from '../runs/new-run.ts'
import type { RunPayloads } from '../runs/payloads.ts'
import { derivedId } from '../runs/starting/derived-id.ts'
import type { RunStarter } from '../runs/starting/start.ts'
import { type HookSettings, hookOperation, missingTriggerPiece, settleRun } from './hooks.ts'
import { makeRuns } from './make-runs.ts'
import { countTriggerRun } from './statistics-store.ts'

interface Parts {
  db: Db
  queue: Queue
  /** By which jobs fall due. */
  clock: DueClock
  owner: string
  versions: VersionSource
  starter: RunStarter
  hooks: HookSettings
  payloads: RunPayloads
  domain: Pick<Events, 'emit'>
  log: Logger
}

/** How often an event is tried; after that, a run shows why it cannot be read. */
const MAX_DELIVERIES = 10
/** Starts in a row that may be lost, which takes more than an hour and a half; then it is for the run to end. */
const MAX_LOST = 30
const DELIVERING: BackOff = { firstMs: 4000, longestMs: 3_600_000 }

/** The data of a TRIGGER_EVENT job. */
export const EventData = z.object({
  created: z.coerce.date(),
  flowId: z.string(),
  flowVersionId: z.string(),
  platformId: z.string(),
  environment: z.enum(['PRODUCTION', 'TESTING']),
  parentRunId: z.string().nullable(),
  failParentOnFailure: z.boolean(),
  parentWaitpointId: z.string().nullable().default(null),
  payload: z.string(),
  /** The file that holds the payload when it is too large for the job, whose own payload is then empty. */
  payloadFileId: z.string().nullable().default(null),
  once: z.boolean().default(false),
})
export type EventData = z.infer<typeof EventData>

/** Handles TRIGGER_EVENT jobs: a trigger makes runs of an event that was accepted. */
export function createEventJobs(parts: Parts): JobHandler {
  const { db, queue, versions, log } = parts

  const runOf = (job: ClaimedJob, data: EventData) => {
    const { flowId, flowVersionId, environment, parentRunId, failParentOnFailure, parentWaitpointId } = data
    const parent = { parentRunId, failParentOnFailure, parentWaitpointId }
    return { projectId: job.projectId, flowId, flowVersionId, environment, ...parent }
  }

  /** The trigger goes again inside of a run, which shows what is wrong with it, or that all is well by now. */
  const makeRunOfTrigger = (job: ClaimedJob, data: EventData): Promise<void> =>
    parts.starter.enqueue(
      newRun({
        ...runOf(job, data),
        id: derivedId(timeOf(job, data), job.id, 0),
        executeTrigger: true,
        payload: data.payload,
        payloadFileId: data.payloadFileId,
        priority: PRIORITY.medium,
      }),
    )

  const complete = (job: ClaimedJob) => queue.complete({ owner: parts.owner, id: job.id })

  const retryLater = async (job: ClaimedJob, data: EventData, error: unknown): Promise<void> => {
    if (job.attempt >= MAX_DELIVERIES) {
      await makeRunOfTrigger(job, data)
      return complete(job)
    }
    const dueAt = new Date(parts.clock.now() + delayOf(DELIVERING, job.attempt))
    log.warn({ err: error, jobId: job.id, dueAt }, 'the trigger failed on an event; it is tried again')
    await queue.retryAt({ owner: parts.owner, id: job.id, dueAt })
  }

  /** Flows whose trigger cannot run at all stop taking events. */
  const disable = (job: ClaimedJob, flowId: string, missing: string): void => {
    log.warn({ flowId }, `the flow is disabled: its trigger needs ${missing}, which is not installed`)
    parts.domain
      .emit('TRIGGER_FAILED', {
        ...{ projectId: job.projectId, flowId },
        reason: `its trigger needs ${missing}, which is not installed`,
      })
      .catch((error: unknown) => log.error({ err: error, flowId }, 'the flow could not be disabled'))
  }

  const handle = async (job: ClaimedJob, link: WorkerLink): Promise<void> => {
    const data = dataOfJob(EventData, job)
    const { flowId, platformId } = data
    const owner = { flowId, projectId: job.projectId, platformId }
    const version = await versionOf(versions, data.flowVersionId)
    if (job.lost >= MAX_LOST) {
      await makeRunOfTrigger(job, data)
      return complete(job)
    }
    const missing = missingTriggerPiece(version)
    if (missing) {
      await makeRunOfTrigger(job, data)
      disable(job, flowId, missing)
      return complete(job)
    }
    const { trigger } = version.version
    const count = (succeeded: boolean) =>
      trigger.type === 'PIECE_TRIGGER'
        ? countTriggerRun(db, { platformId, pieceName: trigger.settings.pieceName, succeeded })
        : undefined
    try {
      const { payload, payloadFileId } = data
      const whole = await parts.payloads.read({ ...job, payload, payloadFileId })
      const request = await hookOperation(parts.hooks, { hook: 'RUN', owner, version, payload: whole })
      await settleRun(db, await runOperation(link, { ...request, mayWait: true }), owner, (outputs) =>
        makeRuns(
          { db, starter: parts.starter },
          { eventId: job.id, time: timeOf(job, data), once: data.once, run: runOf(job, data), outputs },
        ),
      )
      await complete(job)
      await parts.payloads
        .remove(job.projectId, payloadFileId)
        .catch((err: unknown) => log.warn({ err, jobId: job.id }, 'the payload of an event is left to the upkeep'))
      await count(true)
    } catch (error) {
      if (error instanceof GivenBackError) {
        await queue.retryAt({
          owner: parts.owner,
          id: job.id,
          dueAt: new Date(parts.clock.now() + error.retryAfterMs),
          uncounted: true,
        })
        return
      }
      if (error instanceof LostOperationError) return queue.lose({ owner: parts.owner, id: job.id })
      await retryLater(job, data, error)
      await count(false)
    }
  }

  return async (jobs) =>
    jobs.map((job) =>
      jobItem(job, (link) =>
        handle(job, link)
          .catch(async (error: unknown) => {
            log.error({ err: error, jobId: job.id }, 'an event could not be handled')
            // Others are delivered again when their leases run out.
            if (error instanceof UnreadableJobError)
              await queue.bury({ owner: parts.owner, id: job.id, reason: error.message })
          })
          .catch((error: unknown) => log.error({ err: error, jobId: job.id }, 'an event could not be put aside')),
      ),
    )
}

/** The time in the ids of the runs; that of the event's id, where the same event may come again. */
const timeOf = (job: ClaimedJob, { once, created }: EventData): Date => (once ? new Date(timeOfId(job.id)) : created)

/** @throws UnreadableJobError when it is gone with its flow, or cannot be read */
async function versionOf(versions: VersionSource, id: string): Promise<LoadedVersion> {
  try {
    return await versions.get(id)
  } catch (error) {
    const isGone = error instanceof AppError && error.code !== 'SERVICE_UNAVAILABLE'
    if (isGone || error instanceof ZodError) throw new UnreadableJobError(error.message)
    throw error
  }
}
