import { StoreScope } from '../constants.ts'
import type { FilesService, ServerContext, Store } from '../context.ts'
import { isNil } from '../guards.ts'

/** How a polling trigger knows which items are new. */
export const DedupeStrategy = { TIMEBASED: 0, LAST_ITEM: 1 } as const
export type DedupeStrategy = (typeof DedupeStrategy)[keyof typeof DedupeStrategy]
export declare namespace DedupeStrategy {
  type TIMEBASED = 0
  type LAST_ITEM = 1
}

interface PollingInput<A, P> {
  auth: A
  propsValue: P
  store: Store
  files?: FilesService | undefined
  server?: ServerContext | undefined
}

interface TimebasedPolling<A, P> {
  strategy: typeof DedupeStrategy.TIMEBASED
  items(
    params: PollingInput<A, P> & { lastFetchEpochMS: number },
  ): Promise<{ epochMilliSeconds: number; data: unknown }[]>
}

interface LastItemPolling<A, P> {
  strategy: typeof DedupeStrategy.LAST_ITEM
  /** Newest first. */
  items(params: PollingInput<A, P> & { lastItemId: unknown }): Promise<{ id: unknown; data: unknown }[]>
}

export type Polling<A, P> = TimebasedPolling<A, P> | LastItemPolling<A, P>

const LAST_POLL = 'lastPoll'
const LAST_ITEM = 'lastItem'
const TEST_ITEMS = 5

export const pollingHelper = {
  /** The items that are new since the last call. */
  async poll<A, P>(
    polling: Polling<A, P>,
    params: PollingInput<A, P> & { maxItemsToPoll?: number | undefined },
  ): Promise<unknown[]> {
    return polling.strategy === DedupeStrategy.TIMEBASED ? pollByTime(polling, params) : pollByItem(polling, params)
  },

  /** Remembers where the source stands now. */
  async onEnable<A, P>(polling: Polling<A, P>, params: PollingInput<A, P>): Promise<void> {
    if (polling.strategy === DedupeStrategy.TIMEBASED) {
      await params.store.put(LAST_POLL, Date.now(), StoreScope.FLOW)
      return
    }
    const newest = (await polling.items({ ...params, lastItemId: null }))[0]?.id
    if (isNil(newest)) await params.store.delete(LAST_ITEM, StoreScope.FLOW)
    else await params.store.put(LAST_ITEM, newest, StoreScope.FLOW)
  },

  async onDisable<A, P>(_polling: Polling<A, P>, _params: PollingInput<A, P>): Promise<void> {},

  /** Up to five items, new or not. */
  async test<A, P>(polling: Polling<A, P>, params: PollingInput<A, P>): Promise<unknown[]> {
    const items =
      polling.strategy === DedupeStrategy.TIMEBASED
        ? await polling.items({ ...params, lastFetchEpochMS: 0 })
        : await polling.items({ ...params, lastItemId: null })
    return items.slice(0, TEST_ITEMS).map((item) => item.data)
  },
}

async function pollByTime<A, P>(polling: TimebasedPolling<A, P>, params: PollingInput<A, P>): Promise<unknown[]> {
  const last = await params.store.get<number>(LAST_POLL, StoreScope.FLOW)
  if (isNil(last)) throw new Error("lastPoll doesn't exist in the store.")
  const items = await polling.items({ ...params, lastFetchEpochMS: last })
  const newest = items.reduce((max, item) => Math.max(max, item.epochMilliSeconds), last)
  await params.store.put(LAST_POLL, newest, StoreScope.FLOW)
  return items.filter((item) => item.epochMilliSeconds > last).map((item) => item.data)
}

async function pollByItem<A, P>(
  polling: LastItemPolling<A, P>,
  params: PollingInput<A, P> & { maxItemsToPoll?: number | undefined },
): Promise<unknown[]> {
  const last = await params.store.get<unknown>(LAST_ITEM, StoreScope.FLOW)
  const items = await polling.items({ ...params, lastItemId: last })
  const seen = isNil(last) ? -1 : items.findIndex((item) => item.id === last)
  let fresh = seen === -1 ? items : items.slice(0, seen)
  // The oldest go first, so that the rest is still new the next time.
  if (!isNil(params.maxItemsToPoll)) fresh = fresh.slice(-params.maxItemsToPoll)
  const newest = fresh[0]?.id
  if (!isNil(newest)) await params.store.put(LAST_ITEM, newest, StoreScope.FLOW)
  return fresh.map((item) => item.data)
}
