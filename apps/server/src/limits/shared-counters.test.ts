import { API_PLANS } from '@piecework/api/graph/plans'
import { newId } from '@piecework/model/ids'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { testDatabase } from '../database/testing.ts'
import { createDatabaseCounts, createRedisCounts, deleteOldCounts } from './count-store.ts'
import { createRateLimits } from './rate-limits.ts'
import { type CountStore, createSharedCounters } from './shared-counters.ts'

const REDIS_URL = `${process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'}/6`
const log = { warn() {} }
const MINUTE_MS = 60_000
const FREE = [
  { limit: API_PLANS.free.minute, lengthMs: MINUTE_MS },
  { limit: API_PLANS.free.day, lengthMs: 24 * 60 * MINUTE_MS },
] as const

/** Two apps count the same key. */
async function countTogether(storeOf: () => CountStore): Promise<void> {
  const [one, other] = [createSharedCounters(storeOf(), log), createSharedCounters(storeOf(), log)]
  const [key, start] = [`PROJECT_KEY:${newId()}`, Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS]
  const window = { start, lengthMs: MINUTE_MS }
  for (let call = 1; call <= 3; call++) expect(one.count(key, window)).toBe(call)
  for (let call = 1; call <= 2; call++) expect(other.count(key, window)).toBe(call)
  await one.flush()
  await other.flush()
  expect(other.count(key, window)).toBe(6)
  await other.flush()
  one.count(key, window)
  await one.flush()
  expect(one.count(key, window)).toBe(8)
  // The next window begins at nothing.
  expect(one.count(key, { ...window, start: start + MINUTE_MS })).toBe(1)
  await one.flush()
  expect(other.count(key, window)).toBe(7)
  await other.flush()
  expect(one.count(key, { ...window, start: start + MINUTE_MS })).toBe(2)
  await one.stop()
  await other.stop()
}

describe('apps add up what they count', () => {
  test.each(['PGLITE', 'POSTGRES'] as const)('in %s', async (type) => {
    await using database = await testDatabase(type)
    await countTogether(() => createDatabaseCounts(database.db))
    const counted = async () => (await database.db.selectFrom('api_count').selectAll().execute()).length
    expect(await counted()).toBe(1)
    await deleteOldCounts(database.db, new Date(Date.now() + 2 * MINUTE_MS))
    expect(await counted()).toBe(0)
  })

  test('in Redis', async () => {
    await countTogether(() => createRedisCounts(new Redis(REDIS_URL)))
  })
})

test('counts that could not be stored are stored later', async () => {
  const redis = new Redis(REDIS_URL, { lazyConnect: true, enableOfflineQueue: false })
  const store = createRedisCounts(redis)
  const counters = createSharedCounters(store, log)
  const window = { start: Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS, lengthMs: MINUTE_MS }
  const key = `PROJECT_KEY:${newId()}`
  counters.count(key, window)
  await counters.flush()
  counters.count(key, window)
  // It connects meanwhile.
  const stored = async () => {
    await counters.flush()
    return store.add([{ key, ...window, used: 0 }]).catch(() => [])
  }
  await expect.poll(stored).toEqual([2])
  expect(counters.count(key, window)).toBe(3)
  await counters.stop()
})

test('the plan of a key bounds its requests in a minute, over all apps', async () => {
  await using database = await testDatabase('PGLITE')
  const apps = [1, 2].map(() => createSharedCounters(createDatabaseCounts(database.db), log))
  const limits = apps.map((counters) => createRateLimits(counters, () => 1_900_000_000_000))
  let allowed = 0
  for (let call = 0; call < 70; call++) {
    const allowance = await limits[call % 2]?.take('key', FREE)
    if (allowance?.allowed) allowed++
    for (const app of apps) await app.flush()
  }
  // Each app hears of the others with its own next count: it may allow one request too many.
  expect(allowed).toBeGreaterThanOrEqual(60)
  expect(allowed).toBeLessThanOrEqual(62)
})
