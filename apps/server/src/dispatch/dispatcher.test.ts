import { newId } from '@piecework/model/ids'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createDueClock } from '../database/clock.ts'
import { testDatabase } from '../database/testing.ts'
import { PRIORITY } from '../queue/job.ts'
import { createQueue } from '../queue/queue.ts'
import { createDispatcher, MAX_RECORDING } from './dispatcher.ts'
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
    clock: createDueClock(true),
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

test('workers wait for a database that falls behind with what they are done with', async () => {
  await using fixture = await testDatabase('POSTGRES')
  const queue = createQueue(fixture.db, { shared: true, defaultLimit: null, groupOf: async () => null })
  const none: JobHandler = async () => []
  const handlers = { SYSTEM: none, RUN: none, TRIGGER_EVENT: none, OPERATION: none, POLL: none, RENEW: none }
  const log = pino({ level: 'silent' })
  const dispatcher = createDispatcher({
    queue,
    owner: 'here',
    leaseMs: 30_000,
    handlers,
    others: () => false,
    clock: createDueClock(true),
    log,
  })
  const execute = () => ({ outcome: new Promise<never>(() => {}), cancel() {} })
  dispatcher.attach({ id: 'link', group: null, concurrency: 4, execute })
  dispatcher.start()
  const written: (() => void)[] = []
  const item = (): WorkItem => ({
    id: newId(),
    projectId: 'p',
    priority: PRIORITY.high,
    leased: false,
    bucket: null,
    start: () => ({ left: Promise.resolve(), done: new Promise<void>((done) => written.push(done)), cancel() {} }),
  })
  for (let i = 0; i < MAX_RECORDING + 50; i++) dispatcher.lane(null)?.submit(item())
  // Those that began in one go are not counted before they have left: a few more than the bound at most.
  await expect.poll(() => written.length).toBeGreaterThanOrEqual(MAX_RECORDING)
  const begun = written.length
  expect(begun).toBeLessThanOrEqual(MAX_RECORDING + 4)
  expect(dispatcher.load().waiting).toBe(MAX_RECORDING + 50 - begun)
  for (const done of written.slice(0, 20)) done()
  await expect.poll(() => written.length).toBeGreaterThanOrEqual(MAX_RECORDING + 20)
  for (const done of written) done()
  await expect.poll(() => dispatcher.load().waiting).toBe(0)
  for (const done of written) done()
  await dispatcher.stop(1000)
})
