import { newId } from '@piecework/model/ids'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createDueClock } from '../database/clock.ts'
import { testDatabase } from '../database/testing.ts'
import { PRIORITY } from '../queue/job.ts'
import { createQueue, type Queue } from '../queue/queue.ts'
import { createDispatcher, MAX_RECORDING } from './dispatcher.ts'
import type { JobHandler, WorkItem } from './work.ts'

// Long enough that a busy machine renews it in time.
const LEASE_MS = 2000

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
  await expect.poll(async () => (await claim()).jobs.length).toBeGreaterThan(0)
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

/** One job that is begun again and again, by a dispatcher with room for two. */
async function withAttempts(changes: (queue: Queue) => Partial<Queue>) {
  const fixture = await testDatabase('POSTGRES')
  const queue = createQueue(fixture.db, { shared: true, defaultLimit: null, groupOf: async () => null })
  const id = newId()
  const job = { id, kind: 'SYSTEM', projectId: 'p', priority: PRIORITY.medium } as const
  const attempts: { left(): void; done(): void; canceled: boolean }[] = []
  const claimed = { times: 0 }
  const handler: JobHandler = async (jobs) => {
    claimed.times += jobs.length
    return jobs.map(
      ({ id, projectId, priority }): WorkItem => ({
        ...{ id, projectId, priority, leased: true, bucket: null },
        start: () => {
          const left = Promise.withResolvers<void>()
          const done = Promise.withResolvers<void>()
          const attempt = { left: left.resolve, done: done.resolve, canceled: false }
          attempts.push(attempt)
          return { left: left.promise, done: done.promise, cancel: () => Object.assign(attempt, { canceled: true }) }
        },
      }),
    )
  }
  const dispatcher = createDispatcher({
    ...{ queue: { ...queue, ...changes(queue) }, owner: 'here', leaseMs: LEASE_MS, others: () => true },
    handlers: {
      ...{ SYSTEM: handler, RUN: handler, TRIGGER_EVENT: handler },
      ...{ OPERATION: handler, POLL: handler, RENEW: handler },
    },
    clock: createDueClock(true),
    log: pino({ level: 'silent' }),
  })
  const execute = () => ({ outcome: new Promise<never>(() => {}), cancel() {} })
  dispatcher.attach({ id: 'link', group: null, concurrency: 2, execute })
  const add = () => queue.add([{ ...job, dueAt: new Date() }])
  await add()
  dispatcher.start()
  await expect.poll(() => attempts.length).toBe(1)
  return {
    ...{ id, queue, dispatcher, attempts, claimed, add },
    async [Symbol.asyncDispose]() {
      for (const { left, done } of attempts) {
        left()
        done()
      }
      await dispatcher.stop(1000)
      await fixture[Symbol.asyncDispose]()
    },
  }
}

test('a run that is retried while its canceled attempt dies slowly begins when that is over, and once', async () => {
  const renewed: string[] = []
  await using fixture = await withAttempts((queue) => ({
    async extend(request) {
      const kept = await queue.extend(request)
      renewed.push(...kept)
      return kept
    },
  }))
  const { id, queue, dispatcher, attempts, claimed, add } = fixture
  // As the service does: a cancel takes the job away, and a retry adds it again.
  expect(dispatcher.cancel(id)).toBe(true)
  await queue.remove({ ids: [id] })
  await add()
  dispatcher.wake()
  await expect.poll(() => claimed.times).toBe(2)
  const before = renewed.length
  await expect.poll(() => renewed.length).toBeGreaterThan(before)
  expect(attempts).toHaveLength(1)
  attempts[0]?.left()
  attempts[0]?.done()
  await expect.poll(() => attempts.length).toBe(2)
  // Its lease is kept, so that nobody begins it a third time; and it can be canceled.
  const since = renewed.length
  await expect.poll(() => renewed.length).toBeGreaterThan(since + 4)
  expect([claimed.times, attempts.length, dispatcher.isActive(id)]).toEqual([2, 2, true])
  expect(dispatcher.cancel(id)).toBe(true)
  expect(attempts[1]?.canceled).toBe(true)
})

test('work whose end is written for longer than its lease lasts begins again when that is over, and once', async () => {
  let away = true
  await using fixture = await withAttempts((queue) => ({
    extend: (request) => (away ? Promise.reject(new Error('away')) : queue.extend(request)),
  }))
  const { id, dispatcher, attempts, claimed } = fixture
  attempts[0]?.left()
  // The lease runs out more than once.
  await expect.poll(() => claimed.times).toBeGreaterThan(2)
  expect(attempts).toHaveLength(1)
  expect(attempts[0]?.canceled).toBe(true)
  away = false
  attempts[0]?.done()
  await expect.poll(() => attempts.length).toBe(2)
  expect(dispatcher.isActive(id)).toBe(true)
  expect(dispatcher.load().waiting).toBe(0)
  expect(dispatcher.cancel(id)).toBe(true)
  expect(attempts[1]?.canceled).toBe(true)
})

test('jobs of one kind that cannot be made ready do not keep those of another kind waiting', async () => {
  await using fixture = await testDatabase('POSTGRES')
  const queue = createQueue(fixture.db, { shared: true, defaultLimit: null, groupOf: async () => null })
  const job = { projectId: 'p', dueAt: new Date() } as const
  const good = newId()
  await queue.add([
    { ...job, id: newId(), kind: 'SYSTEM', priority: PRIORITY.critical },
    { ...job, id: good, kind: 'RUN', priority: PRIORITY.medium },
  ])
  const begun: string[] = []
  const end = Promise.withResolvers<void>()
  const none: JobHandler = async () => []
  const dispatcher = createDispatcher({
    ...{ queue, owner: 'here', leaseMs: 60_000, others: () => true, clock: createDueClock(true) },
    handlers: {
      ...{ TRIGGER_EVENT: none, OPERATION: none, POLL: none, RENEW: none },
      SYSTEM: () => Promise.reject(new Error('it cannot be read')),
      RUN: async (jobs) =>
        jobs.map(
          ({ id, projectId, priority }): WorkItem => ({
            ...{ id, projectId, priority, leased: true, bucket: null },
            start: () => {
              begun.push(id)
              return { left: end.promise, done: end.promise, cancel() {} }
            },
          }),
        ),
    },
    log: pino({ level: 'silent' }),
  })
  const execute = () => ({ outcome: new Promise<never>(() => {}), cancel() {} })
  dispatcher.attach({ id: 'link', group: null, concurrency: 4, execute })
  dispatcher.start()
  await expect.poll(() => begun).toEqual([good])
  end.resolve()
  await dispatcher.stop(1000)
})
