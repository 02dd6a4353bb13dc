import type { PieceTrigger, Trigger } from '@piecework/model/flow/step'
import { LRUCache } from 'lru-cache'
import type { Db } from '../../database/open.ts'
import { type FlowEntry, selectFlowEntry } from './entry-store.ts'

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

  return {
    async get(flowId) {
      const known = cache.get(flowId)
      if (known) return known
      const before = generation
      const entry = await selectFlowEntry(db, flowId)
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
