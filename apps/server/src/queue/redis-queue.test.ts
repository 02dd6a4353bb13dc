import { newId } from '@piecework/model/ids'
import { Redis } from 'ioredis'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { testDatabase } from '../database/testing.ts'
import { createLog } from '../log.ts'
import { PRIORITY } from './job.ts'
import { queueName } from './queue.ts'
import { createRedisQueue } from './redis-queue.ts'

const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'

test('what was claimed before Redis went away is handed over, and not left to its lease', async () => {
  await using fixture = await testDatabase('POSTGRES')
  const { db } = fixture
  const prefix = `test-${newId()}`
  const admin = new Redis(REDIS_URL)
  const connections: Redis[] = []
  const queue = createRedisQueue(db, {
    shared: true,
    defaultLimit: 5,
    groupOf: async () => null,
    connect: () => {
      const connection = new Redis(REDIS_URL, { maxRetriesPerRequest: null })
      connections.push(connection)
      return connection
    },
    prefix,
    log: createLog({ logLevel: 'silent', logPretty: false }),
  })
  await expect.poll(() => connections.every(({ status }) => status === 'ready')).toBe(true)
  const id = newId()
  await queue.add([{ id, kind: 'TRIGGER_EVENT', projectId: 'p', priority: PRIORITY.medium, dueAt: new Date() }])

  const locked = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const blocker = db.transaction().execute(async (trx) => {
    await sql`lock table job in access exclusive mode`.execute(trx)
    locked.resolve()
    await release.promise
  })
  await locked.promise
  const claim = queue.claim({ owner: 'a', limit: 5, leaseMs: 30_000, group: null })
  // Redis has told whose turn it is, and the claim waits for the rows.
  await expect.poll(() => admin.exists(`${prefix}:${queueName(null)}:prioritized`)).toBe(0)
  for (const connection of connections) connection.disconnect()
  release.resolve()
  expect((await claim).jobs.map((job) => job.id)).toEqual([id])

  await blocker
  await queue.close()
  const keys = await admin.keys(`${prefix}:*`)
  if (keys.length > 0) await admin.del(keys)
  await admin.quit()
})
