import type { PieceTrigger, Trigger } from '@piecework/model/flow/step'
import traits from '@piecework/pieces/traits.json' with { type: 'json' }
import { createCache } from '../../cache.ts'
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

/** By piece, whichever release of it the flow uses. */
const PASSING_THROUGH: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(traits.passesThrough))

const CACHED_FLOWS = 5000
/** Should the news of a change never come. */
const CACHE_MS = 60_000

export function createFlowEntries(db: Db): FlowEntries {
  const entries = createCache<FlowEntry | undefined>({
    max: CACHED_FLOWS,
    ttlMs: CACHE_MS,
    keeps: (entry) => entry !== undefined,
  })

  return {
    get: (flowId) => entries.get(flowId, () => selectFlowEntry(db, flowId)),
    forget: entries.forget,
    forgetAll: entries.forgetAll,
  }
}

/** Whether the trigger hands the call on as it is, so that the run can begin without asking a piece. */
export function passesThrough(trigger: Trigger): trigger is PieceTrigger {
  if (trigger.type !== 'PIECE_TRIGGER') return false
  const { pieceName, triggerName = '' } = trigger.settings
  return PASSING_THROUGH.get(pieceName)?.includes(triggerName) === true
}
