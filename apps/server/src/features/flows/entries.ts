import type { FlowStatus } from '@piecework/model/flow/flow'
import type { PieceTrigger, Trigger } from '@piecework/model/flow/step'
import { LRUCache } from 'lru-cache'
import type { Db } from '../../database/open.ts'

/** What the webhook route must know of a flow before it reads the call. */
export interface FlowEntry {
  flowId: string
  projectId: string
  platformId: string
  status: FlowStatus
  /** The version that live calls run: the published one, else the latest. */
  live: { id: string; trigger: Trigger }
  latestVersionId: string
  /** A test in the builder listens for the next event. */
  simulates: boolean
  /**
   * The version whose trigger is registered. Apps call back while their webhook is registered, before the version is
   * live.
   */
  registeredVersionId: string | null
}

/** Flows by id, kept in memory until they change. */
export interface FlowEntries {
  get(flowId: string): Promise<FlowEntry | undefined>
  /** The flow, one of its versions, or its trigger has changed. */
  forget(flowId: string): void
  /** Any flow may have changed. */
  forgetAll(): void
}

const CACHED_FLOWS = 5000
/** Should the news of a change never come. */
const CACHE_MS = 60_000

export function createFlowEntries(db: Db): FlowEntries {
  const cache = new LRUCache<string, FlowEntry>({ max: CACHED_FLOWS, ttl: CACHE_MS })
  /** Raised by every change, so that a load that began before a change is not kept after it. */
  let generation = 0

  const load = async (flowId: string): Promise<FlowEntry | undefined> => {
    const flow = await db
      .selectFrom('flow as f')
      .innerJoin('project as p', 'p.id', 'f.projectId')
      .select(['f.id', 'f.projectId', 'p.platformId', 'f.status', 'f.publishedVersionId'])
      .where('f.id', '=', flowId)
      .where('f.operationStatus', '=', 'NONE')
      .where('p.deleted', 'is', null)
      .executeTakeFirst()
    if (!flow) return undefined
    const latest = await db
      .selectFrom('flow_version')
      .select(['id', 'trigger'])
      .where('flowId', '=', flowId)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()
    if (!latest) return undefined
    const live =
      flow.publishedVersionId === null || flow.publishedVersionId === latest.id
        ? latest
        : await db
            .selectFrom('flow_version')
            .select(['id', 'trigger'])
            .where('id', '=', flow.publishedVersionId)
            .executeTakeFirstOrThrow()
    const sources = await db
      .selectFrom('trigger_source')
      .select(['simulate', 'flowVersionId'])
      .where('flowId', '=', flowId)
      .where('deleted', 'is', null)
      .execute()
    return {
      flowId: flow.id,
      projectId: flow.projectId,
      platformId: flow.platformId,
      status: flow.status,
      live,
      latestVersionId: latest.id,
      simulates: sources.some((source) => source.simulate),
      registeredVersionId: sources.find((source) => !source.simulate)?.flowVersionId ?? null,
    }
  }

  return {
    async get(flowId) {
      const known = cache.get(flowId)
      if (known) return known
      const before = generation
      const entry = await load(flowId)
      if (entry && before === generation) cache.set(flowId, entry)
      return entry
    },
    forget(flowId) {
      generation++
      cache.delete(flowId)
    },
    forgetAll() {
      generation++
      cache.clear()
    },
  }
}

/** Whether the trigger hands the call on as it is, so that the run can begin without asking a piece. */
export function passesThrough(trigger: Trigger): trigger is PieceTrigger {
  if (trigger.type !== 'PIECE_TRIGGER') return false
  const { pieceName, triggerName } = trigger.settings
  return pieceName === '@activepieces/piece-webhook' && triggerName === 'catch_webhook'
}
