import { newId } from '@piecework/model/ids'
import type { HandshakeConfiguration } from '@piecework/model/piece/metadata'
import type { FlowResponse } from '@piecework/model/run/waitpoint'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { Db } from '../../database/open.ts'
import type { JobHandler } from '../../dispatch/dispatcher.ts'
import { type Interactive, jobItem, runOperation } from '../../dispatch/operations.ts'
import { type ClaimedJob, PRIORITY } from '../../queue/job.ts'
import type { Queue } from '../../queue/queue.ts'
import { derivedId } from '../runs/derived-id.ts'
import { type NewRun, newRun } from '../runs/new-run.ts'
import type { RunStarter } from '../runs/start.ts'
import type { LoadedVersion, VersionSource } from '../runs/versions.ts'
import { type HookRequest, hookOperation, hookResult, type TriggerOwner } from './hooks.ts'

/** What comes in for a trigger, from its acceptance to its runs. */
export interface TriggerEvents {
  /** Stores an event whose trigger has yet to make runs of it. It will, whatever happens. */
  accept(event: NewRun): Promise<void>
  /** The trigger's answer when the call is a handshake, null when it is an event. */
  handshake(owner: TriggerOwner, version: LoadedVersion, payload: HandshakeCandidate): Promise<FlowResponse | null>
  /** What the trigger makes of a call, JSON text each, while the caller waits. */
  evaluate(owner: TriggerOwner, version: LoadedVersion, payload: unknown): Promise<string[]>
  /** Keeps what the trigger makes of the call as sample data, and ends the test that listened for it. */
  saveSample(owner: TriggerOwner, version: LoadedVersion, payload: unknown): Promise<void>
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
  owner: string
  wake(jobs: { projectId: string; priority: number }): void
  interactive: Interactive
  versions: VersionSource
  starter(): RunStarter
  hooks: Parameters<typeof hookOperation>[0]
  handshakeOf(
    pieceName: string,
    pieceVersion: string,
    triggerName: string,
    platformId: string,
  ): Promise<HandshakeConfiguration | undefined>
  savePayload(projectId: string, flowId: string, payload: string): Promise<string>
  onChanged(flowId: string): void
  log: Logger
}

/** An event waits for its trigger at most this often; then it is given up, and the log says so. */
const MAX_DELIVERIES = 10
const RETRY_BASE_MS = 2000
const KEPT_SAMPLES = 10

const EventData = z.object({
  created: z.coerce.date(),
  flowId: z.string(),
  flowVersionId: z.string(),
  platformId: z.string(),
  environment: z.enum(['PRODUCTION', 'TESTING']),
  parentRunId: z.string().nullable(),
  failParentOnFailure: z.boolean(),
  payload: z.string(),
})
type EventData = z.infer<typeof EventData>

export function createTriggerEvents(parts: Parts): TriggerEvents {
  const { db, queue, versions, log } = parts

  const run = async (request: HookRequest) =>
    hookResult(await parts.interactive(await hookOperation(parts.hooks, request)), request.owner)

  /** Makes the runs of an event. Delivered twice, it makes them once: their ids come from the job's. */
  const handle = async (job: ClaimedJob, data: EventData, outputs: string[]): Promise<void> => {
    const created = data.created
    for (const [index, output] of outputs.entries()) {
      await parts.starter().enqueue(
        newRun({
          id: derivedId(created, job.id, index),
          projectId: job.projectId,
          flowId: data.flowId,
          flowVersionId: data.flowVersionId,
          environment: data.environment,
          parentRunId: data.parentRunId,
          failParentOnFailure: data.failParentOnFailure,
          payload: output,
          priority: PRIORITY.medium,
        }),
      )
    }
    await queue.complete({ owner: parts.owner, id: job.id })
  }

  const retryLater = async (job: ClaimedJob, error: unknown): Promise<void> => {
    if (job.attempt >= MAX_DELIVERIES) {
      log.error(
        { err: error, jobId: job.id, projectId: job.projectId },
        'an event was given up: its trigger keeps failing',
      )
      await queue.complete({ owner: parts.owner, id: job.id })
      return
    }
    const dueAt = new Date(Date.now() + RETRY_BASE_MS * 2 ** job.attempt)
    log.warn({ err: error, jobId: job.id, dueAt }, 'the trigger failed on an event; it is tried again')
    await queue.retryAt({ owner: parts.owner, id: job.id, dueAt })
  }

  return {
    async accept(event) {
      const project = await db
        .selectFrom('project')
        .select('platformId')
        .where('id', '=', event.projectId)
        .executeTakeFirstOrThrow()
      const data: EventData = { ...EventData.parse({ ...event, ...project }) }
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
      const result = await run({ hook: 'HANDSHAKE', owner, version, payload: JSON.stringify(payload) })
      return result.response ?? {}
    },

    async evaluate(owner, version, payload) {
      return (await run({ hook: 'RUN', owner, version, payload: JSON.stringify(payload) })).output ?? []
    },

    async saveSample(owner, version, payload) {
      const { trigger } = version.version
      if (trigger.type !== 'PIECE_TRIGGER') return
      const { pieceName, pieceVersion, triggerName } = trigger.settings
      const result = await run({ hook: 'RUN', owner, version, payload: JSON.stringify(payload), simulate: true })
      const [major, minor] = pieceVersion.split('.')
      for (const output of result.output ?? []) {
        await db
          .insertInto('trigger_event')
          .values({
            id: newId(),
            flowId: owner.flowId,
            projectId: owner.projectId,
            sourceName: `${pieceName}@${major}.${minor}:${triggerName}`,
            fileId: await parts.savePayload(owner.projectId, owner.flowId, output),
          })
          .execute()
      }
      await dropOldSamples(db, owner.flowId)
      await db
        .updateTable('trigger_source')
        .set({ deleted: new Date() })
        .where('flowId', '=', owner.flowId)
        .where('simulate', '=', true)
        .where('deleted', 'is', null)
        .execute()
      parts.onChanged(owner.flowId)
    },

    handler: async (jobs) =>
      jobs.map((job) =>
        jobItem(job, async (link) => {
          try {
            const data = EventData.parse(JSON.parse(job.data ?? ''))
            const owner = { flowId: data.flowId, projectId: job.projectId, platformId: data.platformId }
            const version = await versions.get(data.flowVersionId)
            const request = await hookOperation(parts.hooks, { hook: 'RUN', owner, version, payload: data.payload })
            const result = hookResult(await runOperation(link, request), owner)
            await handle(job, data, result.output ?? [])
          } catch (error) {
            await retryLater(job, error).catch((failure) =>
              log.error({ err: failure }, 'an event could not be given back'),
            )
          }
        }),
      ),
  }
}

function isHandshake(
  { strategy, paramName = '' }: HandshakeConfiguration,
  { headers, queryParams, body }: HandshakeCandidate,
): boolean {
  if (strategy === 'HEADER_PRESENT') return headers[paramName.toLowerCase()] !== undefined
  if (strategy === 'QUERY_PRESENT') return queryParams[paramName] !== undefined
  if (strategy === 'BODY_PARAM_PRESENT') return typeof body === 'object' && body !== null && paramName in body
  return false
}

async function dropOldSamples(db: Db, flowId: string): Promise<void> {
  const old = await db
    .selectFrom('trigger_event')
    .select('fileId')
    .where('flowId', '=', flowId)
    .orderBy('id', 'desc')
    .offset(KEPT_SAMPLES)
    .execute()
  if (old.length > 0)
    await db
      .deleteFrom('file')
      .where(
        'id',
        'in',
        old.map((event) => event.fileId),
      )
      .execute()
}
