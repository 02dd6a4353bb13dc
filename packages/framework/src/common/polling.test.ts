import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../testing.ts'
import { DedupeStrategy, type Polling, pollingHelper } from './polling.ts'

const input = () => ({ store: createMemoryStore(), auth: undefined, propsValue: {} })

describe('polling by time', () => {
  const now = Date.now()
  let items: number[] = []
  const polling: Polling<undefined, object> = {
    strategy: DedupeStrategy.TIMEBASED,
    items: async () => items.map((age) => ({ epochMilliSeconds: now + age, data: age })),
  }

  it('tells what came since the trigger was enabled, once', async () => {
    const params = input()
    items = [-1000]
    await pollingHelper.onEnable(polling, params)
    expect(await pollingHelper.poll(polling, params)).toEqual([])
    items = [90_000, 80_000, -1000]
    expect(await pollingHelper.poll(polling, params)).toEqual([90_000, 80_000])
    expect(await pollingHelper.poll(polling, params)).toEqual([])
  })

  it('fails when it was never enabled', async () => {
    await expect(pollingHelper.poll(polling, input())).rejects.toThrow('lastPoll')
  })

  it('shows five items in a test', async () => {
    items = [1, 2, 3, 4, 5, 6]
    expect(await pollingHelper.test(polling, input())).toEqual([1, 2, 3, 4, 5])
  })
})

describe('polling by the last item', () => {
  let ids: string[] = []
  const polling: Polling<undefined, object> = {
    strategy: DedupeStrategy.LAST_ITEM,
    items: async () => ids.map((id) => ({ id, data: id })),
  }

  it('tells what stands before the last item seen', async () => {
    const params = input()
    ids = ['b', 'a']
    await pollingHelper.onEnable(polling, params)
    ids = ['d', 'c', 'b', 'a']
    expect(await pollingHelper.poll(polling, params)).toEqual(['d', 'c'])
    expect(await pollingHelper.poll(polling, params)).toEqual([])
  })

  it('tells everything when the source was empty at first', async () => {
    const params = input()
    ids = []
    await pollingHelper.onEnable(polling, params)
    ids = ['b', 'a']
    expect(await pollingHelper.poll(polling, params)).toEqual(['b', 'a'])
  })

  it('tells everything when the last item seen is gone, and keeps to it while there is nothing', async () => {
    const params = input()
    ids = ['b', 'a']
    await pollingHelper.onEnable(polling, params)
    ids = []
    expect(await pollingHelper.poll(polling, params)).toEqual([])
    expect(await params.store.get('lastItem')).toBe('b')
    ids = ['d', 'c']
    expect(await pollingHelper.poll(polling, params)).toEqual(['d', 'c'])
  })

  it('forgets what it saw when it is enabled again over an empty source, and knows no item without an id', async () => {
    const params = input()
    await params.store.put('lastItem', 'old')
    ids = []
    await pollingHelper.onEnable(polling, params)
    expect(await params.store.get('lastItem')).toBeNull()
    const nameless: Polling<undefined, object> = {
      strategy: DedupeStrategy.LAST_ITEM,
      items: async () => [{ id: undefined, data: 'x' }],
    }
    await pollingHelper.onEnable(nameless, params)
    expect(await pollingHelper.poll(nameless, params)).toEqual(['x'])
    expect(await params.store.get('lastItem')).toBeNull()
  })

  it('gets the last item seen, but not in a test or when it is enabled', async () => {
    const told: unknown[] = []
    const telling: Polling<undefined, object> = {
      strategy: DedupeStrategy.LAST_ITEM,
      items: async ({ lastItemId }) => {
        told.push(lastItemId)
        return ids.map((id) => ({ id, data: id }))
      },
    }
    const params = input()
    ids = ['f', 'e', 'd', 'c', 'b', 'a']
    await pollingHelper.onEnable(telling, params)
    expect(await pollingHelper.test(telling, params)).toEqual(['f', 'e', 'd', 'c', 'b'])
    await pollingHelper.poll(telling, params)
    await pollingHelper.onDisable(telling, params)
    expect(told).toEqual([null, null, 'f'])
    expect(await params.store.get('lastItem')).toBe('f')
  })

  it('takes the oldest first when only some may be taken, and loses none', async () => {
    const params = input()
    ids = ['a']
    await pollingHelper.onEnable(polling, params)
    ids = ['d', 'c', 'b', 'a']
    expect(await pollingHelper.poll(polling, { ...params, maxItemsToPoll: 2 })).toEqual(['c', 'b'])
    expect(await pollingHelper.poll(polling, { ...params, maxItemsToPoll: 2 })).toEqual(['d'])
  })
})
