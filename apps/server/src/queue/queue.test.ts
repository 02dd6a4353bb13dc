import { newId } from '@piecework/model/ids'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../database/testing.ts'
import { createLog } from '../log.ts'
import { type NewJob, PRIORITY } from './job.ts'
import { createQueue, type Queue } from './queue.ts'
import { createRedisQueue } from './redis-queue.ts'

const LEASE_MS = 30_000
const DEFAULT_LIMIT = 5

const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'

const DRIVERS = [
  ['PGLITE', 'DATABASE'],
  ['POSTGRES', 'DATABASE'],
  ['PGLITE', 'REDIS'],
  ['POSTGRES', 'REDIS'],
] as const

describe.each(DRIVERS)('the queue on %s, delivered by %s', (type, delivery) => {
  let fixture: TestDatabase
  let queue: Queue
  beforeAll(async () => {
    fixture = await testDatabase(type)
    const options = { shared: type === 'POSTGRES', defaultLimit: DEFAULT_LIMIT }
    queue =
      delivery === 'DATABASE'
        ? createQueue(fixture.db, options)
        : createRedisQueue(fixture.db, {
            ...options,
            connect: () => new Redis(REDIS_URL, { maxRetriesPerRequest: null }),
            prefix,
            keepFailedDays: 1,
            keepFailedCount: 10,
            log: createLog({ logLevel: 'warn', logPretty: false }),
          })
  })
  beforeEach(() => fixture.db.deleteFrom('job').execute())
  afterAll(async () => {
    await queue.close()
    await forgetAll()
    await admin.quit()
    await fixture[Symbol.asyncDispose]()
  })

  const prefix = `test-${newId()}`
  const admin = new Redis(REDIS_URL)
  /** As FLUSHALL does, but for this test alone. */
  const forgetAll = async () => {
    const keys = await admin.keys(`${prefix}:*`)
    if (keys.length > 0) await admin.del(keys)
  }

  const job = (projectId: string, more: Partial<NewJob> = {}): NewJob => ({
    id: newId(),
    kind: 'TRIGGER_EVENT',
    projectId,
    priority: PRIORITY.medium,
    dueAt: new Date(),
    ...more,
  })
  const add = async (...jobs: NewJob[]) => {
    await queue.add(jobs)
    return jobs.map(({ id }) => id)
  }
  /** Jobs that count against the limit of their project, as runs in production do. */
  const addLimited = async (projectId: string, count: number) => {
    const rows = Array.from({ length: count }, () => ({ ...job(projectId), kind: 'RUN', limited: true }))
    for (let i = 0; i < rows.length; i += 1000)
      await fixture.db
        .insertInto('job')
        .values(rows.slice(i, i + 1000))
        .execute()
    queue.announce({ projectId, priority: PRIORITY.medium })
    return rows.map(({ id }) => id)
  }
  const claim = async (owner: string, limit: number, recent: string[] = []) =>
    (await queue.claim({ owner, limit, leaseMs: LEASE_MS, recent })).jobs
  const end = (owner: string, id: string) => queue.complete({ owner, id })

  test('gives a job to one owner, until its lease runs out or it gives it back', async () => {
    const [id = ''] = await add(job('p'))
    expect((await claim('a', 10)).map((one) => one.id)).toEqual([id])
    expect(await claim('b', 10)).toEqual([])
    await queue.retryAt({ owner: 'b', id, dueAt: new Date() })
    expect(await claim('b', 10)).toEqual([])
    await queue.retryAt({ owner: 'a', id, dueAt: new Date() })
    queue.announce()
    expect(await claim('b', 10)).toMatchObject([{ id, attempt: 2 }])
    await queue.extend({ owner: 'b', ids: [id], leaseMs: -1 })
    expect(await queue.releaseExpired()).toBe(1)
    queue.announce()
    expect(await claim('a', 10)).toMatchObject([{ id, attempt: 3 }])
    expect(await queue.extend({ owner: 'b', ids: [id], leaseMs: LEASE_MS })).toEqual(new Set())
    await end('a', id)
    expect(await queue.counts()).toEqual([])
  })

  test('better priorities go first, whatever the project', async () => {
    const [poll, run, interactive] = await add(
      job('p', { priority: PRIORITY.veryLow }),
      job('q'),
      job('r', { priority: PRIORITY.critical }),
    )
    expect((await claim('a', 10)).map(({ id }) => id)).toEqual([interactive, run, poll])
  })

  test('a job of the future is not given before its time, and then it is', async () => {
    const [id = ''] = await add(job('p', { dueAt: new Date(Date.now() + 60_000) }))
    expect(await claim('a', 10)).toEqual([])
    expect((await queue.promote()).next?.getTime()).toBeGreaterThan(Date.now())
    await fixture.db
      .updateTable('job')
      .set({ dueAt: new Date(Date.now() - 1) })
      .execute()
    expect(await queue.promote()).toEqual({ promoted: 1, next: null })
    queue.announce()
    expect((await claim('a', 10)).map((one) => one.id)).toEqual([id])
  })

  test('a project with 10,000 jobs is one of many: another one is next', async () => {
    await addLimited('noisy', 10_000)
    // One slot that ends one job after the other.
    const served: string[] = []
    const serve = async () => {
      const [next] = await claim('a', 1, served)
      if (!next) throw new Error('nothing to do')
      served.push(next.projectId)
      await end('a', next.id)
      return next.projectId
    }
    expect([await serve(), await serve()]).toEqual(['noisy', 'noisy'])
    await addLimited('quiet', 3)
    expect([await serve(), await serve(), await serve(), await serve()]).toEqual(['quiet', 'noisy', 'quiet', 'noisy'])

    // Several slots, all of them taken by the noisy one: the first that is free goes to the other.
    const held = await claim('a', 4, served)
    expect(held.map(({ projectId }) => projectId).toSorted()).toEqual(['noisy', 'noisy', 'noisy', 'quiet'])
    await addLimited('late', 1)
    expect((await claim('a', 1, served)).map(({ projectId }) => projectId)).toEqual(['late'])
  })

  test('no project has more runs at a time than its limit; the others are not dropped', async () => {
    const ids = await addLimited('busy', 12)
    const first = await queue.claim({ owner: 'a', limit: 100, leaseMs: LEASE_MS })
    expect([first.jobs.length, first.blocked]).toEqual([DEFAULT_LIMIT, ['busy']])
    expect(await claim('b', 100)).toEqual([])
    await add(job('busy'))
    expect((await claim('b', 100)).map(({ bucket }) => bucket)).toEqual([null])

    const seen = new Set(first.jobs.map(({ id }) => id))
    const running = [...seen]
    while (running.length > 0) {
      await end('a', running.pop() ?? '')
      for (const next of await claim('a', 100)) {
        seen.add(next.id)
        running.push(next.id)
      }
      expect(running.length).toBeLessThanOrEqual(DEFAULT_LIMIT)
    }
    expect(seen).toEqual(new Set(ids))
  })

  test('what runs without a row counts, too', async () => {
    await addLimited('p', 5)
    const running = new Map([['p', 3]])
    const { jobs, blocked } = await queue.claim({ owner: 'a', limit: 10, leaseMs: LEASE_MS, running })
    expect([jobs.length, blocked]).toEqual([2, ['p']])
  })

  test('owners who claim at the same time stay within the limit together', async () => {
    await addLimited('p', 50)
    await addLimited('q', 50)
    const claims = await Promise.all(Array.from({ length: 8 }, (_, index) => claim(`owner-${index}`, 20)))
    const counts = Map.groupBy(claims.flat(), ({ projectId }) => projectId)
    expect([counts.get('p')?.length, counts.get('q')?.length]).toEqual([DEFAULT_LIMIT, DEFAULT_LIMIT])
  })

  test('many owners share out every job exactly once', async () => {
    const ids = await add(...Array.from({ length: 200 }, (_, index) => job(`p${index % 7}`)))
    const drain = async (owner: string) => {
      const got: string[] = []
      for (let more = await claim(owner, 9); more.length > 0; more = await claim(owner, 9))
        got.push(...more.map(({ id }) => id))
      return got
    }
    const got = (await Promise.all(['a', 'b', 'c', 'd'].map(drain))).flat()
    expect(got.toSorted()).toEqual(ids.toSorted())
  })

  if (delivery === 'REDIS')
    test('what Redis forgets in the middle is delivered all the same, once', async () => {
      const projects = Array.from({ length: 5 }, (_, index) => `p${index}`)
      const ids = (
        await Promise.all(projects.map((project) => add(...Array.from({ length: 40 }, () => job(project)))))
      ).flat()
      const got: string[] = []
      const take = async () => {
        const jobs = await claim('a', 7)
        for (const { id } of jobs) {
          got.push(id)
          await end('a', id)
        }
      }
      let wipes = 0
      while (got.length < ids.length) {
        if (got.length >= wipes * 70) {
          wipes++
          await forgetAll()
        }
        await take()
      }
      expect(got.toSorted()).toEqual(ids.toSorted())
    })
})
