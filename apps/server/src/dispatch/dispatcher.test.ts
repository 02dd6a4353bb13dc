import { newId } from '@piecework/model/ids'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { testDatabase } from '../database/testing.ts'
import { PRIORITY } from '../queue/job.ts'
import { createQueue } from '../queue/queue.ts'
import { createDispatcher } from './dispatcher.ts'
import type { JobHandler, WorkItem } from './work.ts'

const LEASE_MS = 500

test('a job that waited for a slot beyond its lease is not begun: somebody else may have it', async () => {
  await using fixture = await testDatabase('POSTGRES')
  const queue = createQueue(fixture.db, { shared: true, defaultLimit: null, groupOf: async () => null })
  const job = { kind: 'SYSTEM', projectId: 'p', priority: PRIORITY.medium, dueAt: new Date() } as const
  await queue.add([newId(), newId()].map((id) => ({ id, ...job })))
  const begun: string[] = []
  const end = Promise.withResolvers<void>()
  let slots = 2
  const handler: JobHandler = async (jobs) => {
    // The worker takes one less than it had promised: the second job has to wait.
    slots = 1
    return jobs.map(
      ({ id, projectId, priority }): WorkItem => ({
        id,
        projectId,
        priority,
        leased: true,
        bucket: null,
        start: () => {
          begun.push(id)
          return { left: end.promise, done: end.promise, cancel() {} }
        },
      }),
    )
  }
  const dispatcher = createDispatcher({
    // The database cannot be reached to renew a lease.
    queue: { ...queue, extend: () => Promise.reject(new Error('away')) },
    owner: 'here',
    leaseMs: LEASE_MS,
    handlers: {
      SYSTEM: handler,
      RUN: handler,
      TRIGGER_EVENT: handler,
      OPERATION: handler,
      POLL: handler,
      RENEW: handler,
    },
    others: () => true,
    log: pino({ level: 'silent' }),
  })
  dispatcher.attach({
    id: 'link',
    group: null,
    get concurrency() {
      return slots
    },
    execute: () => ({ outcome: new Promise(() => {}), cancel() {} }),
  })
  dispatcher.start()
  await expect.poll(() => begun).toHaveLength(1)
  // Another app takes both over. (This one would put them back itself, but claims nothing while its slot is busy.)
  const claim = () => queue.claim({ owner: 'there', limit: 2, leaseMs: 60_000, group: null })
  await expect.poll(async () => (await claim()).jobs.length, { timeout: 10_000 }).toBeGreaterThan(0)
  end.resolve()
  await expect.poll(() => dispatcher.load()).toEqual({ links: [{ id: 'link', slots: 1, busy: 0 }], waiting: 0 })
  expect(begun).toHaveLength(1)
  await dispatcher.stop(0)
})
