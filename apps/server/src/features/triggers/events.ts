import { type BackOff, delayOf } from '@piecework/model/back-off'
import { timeOfId } from '@piecework/model/ids'
import type { HandshakeConfiguration } from '@piecework/model/piece/metadata'
import type { FlowResponse } from '@piecework/model/run/waitpoint'
import type { Logger } from 'pino'
import { z } from 'zod'
import { jsonOf } from '../../calls/json-text.ts'
import type { DueClock } from '../../database/clock.ts'
import type { Db } from '../../database/open.ts'
import { GivenBackError, type Interactive, jobItem, runOperation } from '../../dispatch/operations.ts'
import type { JobHandler, WorkerLink } from '../../dispatch/work.ts'
import type { Events } from '../../events/events.ts'
import { type ClaimedJob, PRIORITY } from '../../queue/job.ts'
import type { Queue } from '../../queue/queue.ts'
import type { LoadedVersion, VersionSource } from '../flows/version-source.ts'
import { selectPlatformOfProject } from '../projects/store.ts'
import { type NewRun, newRun } from '../runs/new-run.ts'
import type { RunPayloads } from '../runs/payloads.ts'
import { derivedId } from '../runs/starting/derived-id.ts'
import type { RunStarter } from '../runs/starting/start.ts'
import {
  type HookRequest,
  type HookSettings,
  hookOperation,
  hookResult,
  missingTriggerPiece,
  settleRun,
  type TriggerOwner,
} from './hooks.ts'
import { makeRuns } from './make-runs.ts'
import type { TriggerSamples } from './samples.ts'
import { countTriggerRun } from './statistics-store.ts'

/** What comes in for a trigger, from its acceptance to its runs. */
export interface TriggerEvents {
  /**
   * Stores an event whose trigger has yet to make runs of it. It will, whatever happens.
   * @param options `once`: an event of this id may have come before; then no more runs are made, even if it differs.
   */
  accept(event: NewRun, options?: { once: boolean }): Promise<void>
  /** The trigger's answer when the call is a handshake, null when it is an event. */
  handshake(owner: TriggerOwner, version: LoadedVersion, payload: HandshakeCandidate): Promise<FlowResponse | null>
  /** What the trigger makes of a call, JSON text each, while the caller waits. */
  evaluate(owner: TriggerOwner, version: LoadedVersion, payload: HandshakeCandidate): Promise<string[]>
  /** Keeps what the trigger makes of the call as sample data, and ends the test that listened for it. */
  saveSample(owner: TriggerOwner, version: LoadedVersion, payload: HandshakeCandidate): Promise<void>
  /** Handles TRIGGER_EVENT jobs. */
  handler: JobHandler
}

export interface HandshakeCandidate {
  headers: Record<string, unknown>
  queryParams: Record<string, unknown>
  body: unknown
}

interface Parts {
  db: Db
  queue: Queue
  /** By which jobs fall due. */
  clock: DueClock
  owner: string
  wake(jobs: { projectId: string; priority: number }): void
  interactive: Interactive
  versions: VersionSource
  starter: RunStarter
  hooks: HookSettings
  handshakeOf(
    pieceName: string,
    pieceVersion: string,
    triggerName: string,
    platformId: string,
  ): Promise<HandshakeConfiguration | undefined>
  samples: TriggerSamples
  payloads: RunPayloads
  /** The event that a test listened for has come. */
  endSimulation(flow: { id: string; projectId: string }): Promise<unknown>
  domain: Pick<Events, 'emit'>
  log: Logger
}

/** An event waits for its trigger at most this often; then a run shows why it cannot be read. */
const MAX_DELIVERIES = 10
const DELIVERING: BackOff = { firstMs: 4000, longestMs: 3_600_000 }

const EventData = z.object({
  created: z.coerce.date(),
  flowId: z.string(),
  flowVersionId: z.string(),
  platformId: z.string(),
  environment: z.enum(['PRODUCTION', 'TESTING']),
  parentRunId: z.string().nullable(),
  failParentOnFailure: z.boolean(),
  parentWaitpointId: z.string().nullable().default(null),
  payload: z.string(),
  /** Where the payload is stored when it is too large for the job; it is empty then. */
  payloadFileId: z.string().nullable().default(null),
  once: z.boolean().default(false),
})
type EventData = z.infer<typeof EventData>

export function createTriggerEvents(parts: Parts): TriggerEvents {
  const { db, queue, versions, log } = parts

  const ask = async (request: HookRequest) => parts.interactive(await hookOperation(parts.hooks, request))

  /** What a trigger makes of an event, while somebody waits for it. */
  const outputsOf = async (request: Omit<HookRequest, 'hook'>): Promise<string[]> => {
    let outputs: string[] = []
    await settleRun(db, await ask({ hook: 'RUN', ...request }), request.owner, async (made) => {
      outputs = made
    })
    return outputs
  }

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
      .emit('TRIGGER_FAILED', { projectId: job.projectId, flowId })
      .catch((error: unknown) => log.error({ err: error, flowId }, 'the flow could not be disabled'))
  }

  const handle = async (job: ClaimedJob, link: WorkerLink): Promise<void> => {
    const data = EventData.parse(JSON.parse(job.data ?? ''))
    const { flowId, platformId } = data
    const owner = { flowId, projectId: job.projectId, platformId }
    const version = await versions.get(data.flowVersionId)
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
        .catch((err: unknown) => log.warn({ err, jobId: job.id }, 'the payload of an event is left to upkeep'))
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
      await retryLater(job, data, error)
      await count(false)
    }
  }

  return {
    async accept(event, { once } = { once: false }) {
      const platformId = await selectPlatformOfProject(db, event.projectId)
      const stored = await parts.payloads.store(event)
      const payload = stored.payloadFileId === null ? stored.payload : ''
      const data: EventData = EventData.parse({ ...stored, platformId, payload, once })
      await queue.add([
        {
          id: event.id,
          kind: 'TRIGGER_EVENT',
          projectId: event.projectId,
          priority: event.priority,
          dueAt: event.created,
          data: JSON.stringify(data),
        },
      ])
      parts.wake(event)
    },

    async handshake(owner, version, payload) {
      const { trigger } = version.version
      if (trigger.type !== 'PIECE_TRIGGER' || !trigger.settings.triggerName) return null
      const { pieceName, pieceVersion, triggerName } = trigger.settings
      const configuration = await parts.handshakeOf(pieceName, pieceVersion, triggerName, owner.platformId)
      if (!configuration || !isHandshake(configuration, payload)) return null
      const answer = await ask({ hook: 'HANDSHAKE', owner, version, payload: jsonOf(payload) })
      return hookResult(answer, owner).response ?? {}
    },

    async evaluate(owner, version, payload) {
      return outputsOf({ owner, version, payload: jsonOf(payload) })
    },

    async saveSample(owner, version, payload) {
      const { trigger } = version.version
      if (trigger.type !== 'PIECE_TRIGGER') return
      const outputs = await outputsOf({ owner, version, payload: jsonOf(payload), simulate: true })
      if (outputs.length === 0) return
      await parts.samples.save(owner, trigger, outputs)
      await parts.endSimulation({ id: owner.flowId, projectId: owner.projectId })
    },

    handler: async (jobs) =>
      jobs.map((job) =>
        jobItem(job, (link) =>
          handle(job, link).catch((error: unknown) =>
            // The lease runs out and the event is delivered again.
            log.error({ err: error, jobId: job.id }, 'an event could not be handled'),
          ),
        ),
      ),
  }
}

/** The time in the ids of the runs; that of the event's id, where the same event may come again. */
const timeOf = (job: ClaimedJob, { once, created }: EventData): Date => (once ? new Date(timeOfId(job.id)) : created)

function isHandshake(
  { strategy, paramName = '' }: HandshakeConfiguration,
  { headers, queryParams, body }: HandshakeCandidate,
): boolean {
  if (strategy === 'HEADER_PRESENT') return headers[paramName.toLowerCase()] !== undefined
  if (strategy === 'QUERY_PRESENT') return queryParams[paramName] !== undefined
  if (strategy === 'BODY_PARAM_PRESENT') return isObject(body) && Object.hasOwn(body, paramName)
  return false
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
