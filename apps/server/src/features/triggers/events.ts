import type { HandshakeConfiguration } from '@piecework/model/piece/metadata'
import type { FlowResponse } from '@piecework/model/run/waitpoint'
import { jsonOf } from '../../calls/json-text.ts'
import type { Db } from '../../database/open.ts'
import type { Interactive } from '../../dispatch/operations.ts'
import type { Queue } from '../../queue/queue.ts'
import type { LoadedVersion } from '../flows/version-source.ts'
import { selectPlatformOfProject } from '../projects/store.ts'
import type { NewRun } from '../runs/new-run.ts'
import type { RunPayloads } from '../runs/payloads.ts'
import { EventData } from './event-jobs.ts'
import {
  type HookRequest,
  type HookSettings,
  hookOperation,
  hookResult,
  settleRun,
  type TriggerOwner,
} from './hooks.ts'
import type { TriggerSamples } from './samples.ts'

/** The events that come in for triggers, from their acceptance to their runs. */
export interface TriggerEvents {
  /**
   * Stores an event whose trigger has yet to make runs of it. It will, whatever happens.
   * @param options `once`: an event of this id may have come before; then no more runs are made, even if it differs.
   */
  accept(event: NewRun, options?: { once: boolean }): Promise<void>
  /** The trigger's answer when the call is a handshake, null when it is an event. */
  handshake(owner: TriggerOwner, version: LoadedVersion, payload: HandshakeCandidate): Promise<FlowResponse | null>
  /** The outputs that the trigger makes of a call, JSON text each, while the caller waits. */
  evaluate(owner: TriggerOwner, version: LoadedVersion, payload: HandshakeCandidate): Promise<string[]>
  /** Keeps what the trigger makes of the call as sample data, and ends the test that listened for it. */
  saveSample(owner: TriggerOwner, version: LoadedVersion, payload: HandshakeCandidate): Promise<void>
}

export interface HandshakeCandidate {
  headers: Record<string, unknown>
  queryParams: Record<string, unknown>
  body: unknown
}

interface Parts {
  db: Db
  queue: Queue
  wake(jobs: { projectId: string; priority: number }): void
  interactive: Interactive
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
}

export function createTriggerEvents(parts: Parts): TriggerEvents {
  const { db, queue } = parts

  const ask = async (request: HookRequest) => parts.interactive(await hookOperation(parts.hooks, request))

  /** Asks a trigger for its outputs of an event while somebody waits. */
  const outputsOf = async (request: Omit<HookRequest, 'hook'>): Promise<string[]> => {
    let outputs: string[] = []
    await settleRun(db, await ask({ hook: 'RUN', ...request }), request.owner, async (made) => {
      outputs = made
    })
    return outputs
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
  }
}

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
