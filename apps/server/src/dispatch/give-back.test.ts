import { newId } from '@piecework/model/ids'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createDueClock } from '../database/clock.ts'
import { testDatabase } from '../database/testing.ts'
import { PRIORITY } from '../queue/job.ts'
import { createQueue, type Queue } from '../queue/queue.ts'
import { createDispatcher, type Dispatcher } from './dispatcher.ts'
import type { JobHandler, WorkerLink, WorkItem } from './work.ts'

/** Jobs that an app has claimed and not begun are for others at once, and not when their leases run out. */

const job = { kind: 'RUN', projectId: 'p', priority: PRIORITY.medium, dueAt: new Date() } as const

/** A dispatcher whose work never ends by itself. */
function dispatcherOn(queue: Queue, handler: JobHandler): Dispatcher {
  return createDispatcher({
    ...{ queue, owner: 'here', leaseMs: 60_000, others: () => true, clock: createDueClock(true) },
    handlers: {
      ...{ SYSTEM: handler, RUN: handler, TRIGGER_EVENT: handler },
      ...{ OPERATION: handler, POLL: handler, RENEW: handler },
    },
    log: pino({ level: 'silent' }),
  })
}

const link = (slots: () => number): WorkerLink => ({
  id: 'link',
  group: null,
  get concurrency() {
    return slots()
  },
  execute: () => ({ outcome: new Promise(() => {}), cancel() {} }),
})

const itemsOf =
  (begun: string[]): JobHandler =>
  async (jobs) =>
    jobs.map(
      ({ id, projectId, priority }): WorkItem => ({
        ...{ id, projectId, priority, leased: true, bucket: null },
        start: () => {
          begun.push(id)
          return { left: new Promise(() => {}), done: new Promise(() => {}), cancel() {} }
        },
      }),
    )

async function withJobs(count: number) {
  const fixture = await testDatabase('POSTGRES')
  const queue = createQueue(fixture.db, { shared: true, defaultLimit: null, groupOf: async () => null })
  const ids = Array.from({ length: count }, newId).toSorted()
  await queue.add(ids.map((id) => ({ id, ...job })))
  const claimThere = async () => {
    const claim = await queue.claim({ owner: 'there', limit: 10, leaseMs: 60_000, group: null })
    return claim.jobs.map(({ id }) => id)
  }
  return { queue, ids, claimThere, [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose]() }
}

test.each(['retire', 'stop'] as const)(
  '%s waits for the claim that is under way, and gives its jobs back',
  async (how) => {
    await using fixture = await withJobs(2)
    const begun: string[] = []
    const claimed = Promise.withResolvers<void>()
    const ready = Promise.withResolvers<void>()
    const makeReady = itemsOf(begun)
    const dispatcher = dispatcherOn(fixture.queue, async (jobs) => {
      claimed.resolve()
      await ready.promise
      return makeReady(jobs)
    })
    dispatcher.attach(link(() => 2))
    dispatcher.start()
    await claimed.promise
    let over = false
    const ending = (how === 'retire' ? dispatcher.retire() : dispatcher.stop(60_000)).then(() => {
      over = true
    })
    expect(await fixture.claimThere()).toEqual([])
    expect(over).toBe(false)
    ready.resolve()
    await ending
    expect(begun).toEqual([])
    expect((await fixture.claimThere()).toSorted()).toEqual(fixture.ids)
    await dispatcher.stop(0)
  },
)

test('jobs that cannot be made ready at a stop are given back as well', async () => {
  await using fixture = await withJobs(2)
  const claimed = Promise.withResolvers<void>()
  const ready = Promise.withResolvers<never>()
  const dispatcher = dispatcherOn(fixture.queue, () => {
    claimed.resolve()
    return ready.promise
  })
  dispatcher.attach(link(() => 2))
  dispatcher.start()
  await claimed.promise
  const ending = dispatcher.retire()
  ready.reject(new Error('what they need is out of reach'))
  await ending
  expect((await fixture.claimThere()).toSorted()).toEqual(fixture.ids)
  await dispatcher.stop(0)
})

test.each(['is lost', 'takes nothing more'])(
  'jobs that wait for the last worker are given back when it %s',
  async (what) => {
    await using fixture = await withJobs(2)
    const begun: string[] = []
    let slots = 2
    const makeReady = itemsOf(begun)
    const dispatcher = dispatcherOn(fixture.queue, (jobs) => {
      // The worker has room for fewer than it said: one job has to wait here.
      slots = 1
      return makeReady(jobs)
    })
    dispatcher.attach(link(() => slots))
    dispatcher.start()
    await expect.poll(() => dispatcher.load().waiting + begun.length).toBe(2)
    expect(begun).toHaveLength(1)
    if (what === 'is lost') dispatcher.detach('link')
    else slots = 0
    await expect.poll(fixture.claimThere).toEqual(fixture.ids.filter((id) => id !== begun[0]))
    expect(dispatcher.load().waiting).toBe(0)
    await dispatcher.stop(0)
  },
)
