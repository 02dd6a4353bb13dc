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

  it('takes the oldest first when only some may be taken, and loses none', async () => {
    const params = input()
    ids = ['a']
    await pollingHelper.onEnable(polling, params)
    ids = ['d', 'c', 'b', 'a']
    expect(await pollingHelper.poll(polling, { ...params, maxItemsToPoll: 2 })).toEqual(['c', 'b'])
    expect(await pollingHelper.poll(polling, { ...params, maxItemsToPoll: 2 })).toEqual(['d'])
  })
})
