import { newId } from '@piecework/model/ids'
import { Redis } from 'ioredis'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../database/testing.ts'
import { createPlacements } from '../dispatch/placements.ts'
import { insertPlatform, updatePlatform } from '../features/platforms/store.ts'
import { insertProject, updateProject } from '../features/projects/store.ts'
import { createLog } from '../log.ts'
import { type NewJob, PRIORITY } from './job.ts'
import { type LastServed, nextServed } from './lines.ts'
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
    const options = { shared: type === 'POSTGRES', defaultLimit: DEFAULT_LIMIT, groupOf }
    queue =
      delivery === 'DATABASE'
        ? createQueue(fixture.db, options)
        : createRedisQueue(fixture.db, {
            ...options,
            connect: () => new Redis(REDIS_URL, { maxRetriesPerRequest: null }),
            prefix,
            log: createLog({ logLevel: 'warn', logPretty: false }),
          })
  })
  beforeEach(async () => {
    turns = new Map()
    await fixture.db.deleteFrom('job').execute()
  })
  afterAll(async () => {
    await queue.close()
    await forgetAll()
    await admin.quit()
    await fixture[Symbol.asyncDispose]()
  })

  const groupOf = async (projectId: string) => (await createPlacements(fixture.db, DEFAULT_LIMIT).of(projectId)).group
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
  let turns: LastServed = new Map()
  const claim = async (owner: string, limit: number, group: string | null = null) => {
    const { jobs } = await queue.claim({ owner, limit, leaseMs: LEASE_MS, group, turns })
    turns = nextServed(turns, jobs)
    return jobs
  }
  const end = (owner: string, id: string) => queue.complete({ owner, id })

  /** A platform with the group of its workers, and projects in it. */
  const platform = async (group: string | null) => {
    const { db } = fixture
    const [identityId, userId, platformId] = [newId(), newId(), newId()]
    const name = { firstName: 'A', lastName: 'B', email: `${identityId}@example.com`, password: '', provider: 'EMAIL' }
    await db
      .insertInto('user_identity')
      .values({ id: identityId, ...name })
      .execute()
    await db.insertInto('user').values({ id: userId, identityId, status: 'ACTIVE', platformRole: 'ADMIN' }).execute()
    await insertPlatform(db, { id: platformId, ownerId: userId, name: 'A' })
    await updatePlatform(db, platformId, { workerGroupId: group })
    const project = async (poolId: string | null = null) => {
      const id = newId()
      await insertProject(db, { id, platformId, ownerId: userId, displayName: 'P', type: 'TEAM' })
      await updateProject(db, platformId, id, { poolId })
      return id
    }
    return { platformId, group, project }
  }

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
    expect(await claim('a', 10)).toMatchObject([{ id, attempt: 2, lost: 1 }])
    expect(await queue.extend({ owner: 'b', ids: [id], leaseMs: LEASE_MS })).toEqual(new Set())
    await end('a', id)
    expect(await queue.counts()).toEqual([])
  })

  test('starts that an app did not make, or gave back at its stop, count for nothing', async () => {
    const [id = ''] = await add(job('p'))
    for (let start = 0; start < 10; start++) {
      expect(await claim('a', 1)).toMatchObject([{ id, attempt: 1, lost: 0 }])
      if (start % 2 === 0) await queue.giveBack({ owner: 'a', ids: [id] })
      else await queue.releaseOwned({ owner: 'a' })
      queue.announce()
    }
  })

  test('a job that is lost with its app again and again lets others pass, and keeps its attempts and its time', async () => {
    const dueAt = new Date(Date.now() - 60_000)
    const [id = ''] = await add(job('p', { dueAt }))
    for (let lost = 0; lost < 5; lost++) {
      expect(await claim('a', 1)).toMatchObject([{ id, attempt: 1, lost, dueAt: dueAt.getTime() }])
      if (lost % 2 === 0) expect(await queue.releaseAll()).toBe(1)
      else await queue.lose({ owner: 'a', id })
      queue.announce()
    }
    const [other = ''] = await add(job('p'))
    expect(await claim('a', 10)).toMatchObject([{ id: other, lost: 0 }])
    await end('a', other)
    expect((await queue.promote()).nextMs).toBeGreaterThan(0)
    // The pause is over.
    await fixture.db.updateTable('job').set({ dueAt: new Date() }).execute()
    await queue.promote()
    queue.announce()
    expect(await claim('a', 10)).toMatchObject([{ id, attempt: 1, lost: 5, dueAt: dueAt.getTime() }])
    // It comes to an end of its own, and is for later.
    const later = new Date(Math.floor(Date.now() / 1000) * 1000)
    await queue.retryAt({ owner: 'a', id, dueAt: later })
    queue.announce()
    expect(await claim('a', 10)).toMatchObject([{ id, attempt: 2, lost: 0, dueAt: later.getTime() }])
  })

  test('a start in which a step of the run came to its end was none that was lost', async () => {
    const projectId = await (await platform(null)).project()
    const [id = ''] = await add(job(projectId, { kind: 'RUN' }))
    await fixture.db
      .insertInto('flow_run')
      .values({ id, projectId, flowId: 'f', flowVersionId: 'v', environment: 'PRODUCTION', status: 'QUEUED' })
      .execute()
    for (let start = 1; start <= 3; start++) {
      expect(await claim('a', 1)).toMatchObject([{ id, lost: start - 1 }])
      await queue.releaseAll()
      queue.announce()
    }
    expect(await claim('a', 1)).toMatchObject([{ id, lost: 3 }])
    const entry = { runId: id, attempt: 4, sequence: 1, stepName: 'step_1', path: '[]', output: '{}' }
    await fixture.db.insertInto('run_journal').values(entry).execute()
    await queue.releaseAll()
    queue.announce()
    expect(await claim('a', 1)).toMatchObject([{ id, lost: 0 }])
  })

  test('a lease from before the clock of the database was set back does not last for hours', async () => {
    const [id = ''] = await add(job('p'))
    expect(await claim('a', 1)).toMatchObject([{ id }])
    await sql`update job set "leaseUntil" = now() + interval '3 hours'`.execute(fixture.db)
    await queue.releaseExpired()
    const { rows } = await sql<{ ms: number }>`
      select (extract(epoch from "leaseUntil" - now()) * 1000)::float8 as ms from job`.execute(fixture.db)
    expect(rows[0]?.ms).toBeLessThanOrEqual(LEASE_MS)
    expect(await claim('b', 1)).toEqual([])
    await end('a', id)
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
    expect((await queue.promote()).nextMs).toBeGreaterThan(0)
    await fixture.db
      .updateTable('job')
      .set({ dueAt: new Date(Date.now() - 1) })
      .execute()
    expect(await queue.promote()).toMatchObject({ promoted: 1, nextMs: null })
    queue.announce()
    expect((await claim('a', 10)).map((one) => one.id)).toEqual([id])
  })

  test('a project with 10,000 jobs is one of many: another one is next', async () => {
    await addLimited('noisy', 10_000)
    // One slot that ends one job after the other.
    const served: string[] = []
    const serve = async () => {
      const [next] = await claim('a', 1)
      if (!next) throw new Error('nothing to do')
      served.push(next.projectId)
      await end('a', next.id)
      return next.projectId
    }
    expect([await serve(), await serve()]).toEqual(['noisy', 'noisy'])
    await addLimited('quiet', 3)
    expect([await serve(), await serve(), await serve(), await serve()]).toEqual(['quiet', 'noisy', 'quiet', 'noisy'])

    // Several slots, all of them taken by the noisy one: the first that is free goes to the other.
    const held = await claim('a', 4)
    expect(held.map(({ projectId }) => projectId).toSorted()).toEqual(['noisy', 'noisy', 'noisy', 'quiet'])
    await addLimited('late', 1)
    expect((await claim('a', 1)).map(({ projectId }) => projectId)).toEqual(['late'])
  })

  test('no project has more runs at a time than its limit; the others are not dropped', async () => {
    const ids = await addLimited('busy', 12)
    const first = await queue.claim({ owner: 'a', limit: 100, leaseMs: LEASE_MS, group: null })
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

  test('every one of many projects has its turn before any has a second one', async () => {
    const projects = Array.from({ length: 300 }, (_, index) => `p${String(index).padStart(3, '0')}`)
    await fixture.db
      .insertInto('job')
      .values(projects.flatMap((projectId) => [job(projectId), job(projectId)]))
      .execute()
    queue.announce()
    const served: string[] = []
    while (served.length < projects.length) {
      const jobs = await claim('a', 7)
      if (jobs.length === 0) throw new Error('nothing to do')
      served.push(...jobs.map(({ projectId }) => projectId))
      for (const { id } of jobs) await end('a', id)
    }
    expect(new Set(served.slice(0, projects.length)).size).toBe(projects.length)
  })

  test('many projects at their limit do not hide one that has room', async () => {
    const full = Array.from({ length: 120 }, (_, index) => `f${index}`)
    const running = new Map(full.map((projectId) => [projectId, DEFAULT_LIMIT]))
    const waiting = [...full, 'g'].map((projectId) => ({ ...job(projectId), kind: 'RUN', limited: true }))
    await fixture.db.insertInto('job').values(waiting).execute()
    queue.announce()
    const { jobs, blocked } = await queue.claim({ owner: 'a', limit: 3, leaseMs: LEASE_MS, group: null, running })
    expect(jobs.map(({ projectId }) => projectId)).toEqual(['g'])
    expect(blocked.toSorted()).toEqual(full.toSorted())
  })

  test('projects of one pool share its limit', async () => {
    const owner = await platform(null)
    const pool = { id: newId(), platformId: owner.platformId, key: 'shared', maxConcurrentJobs: 2 }
    await fixture.db.insertInto('concurrency_pool').values(pool).execute()
    const [first, second] = [await owner.project(pool.id), await owner.project(pool.id)]
    await addLimited(first, 3)
    await addLimited(second, 3)
    const claimed = await queue.claim({ owner: 'a', limit: 10, leaseMs: LEASE_MS, group: null })
    expect(claimed.jobs.map(({ projectId, bucket }) => [projectId, bucket])).toEqual([
      [first, pool.id],
      [second, pool.id],
    ])
    expect(claimed.blocked).toEqual([pool.id])
    await end('a', claimed.jobs[0]?.id ?? '')
    expect(await claim('b', 10)).toHaveLength(1)
  })

  test('work of a platform that is given to a group of workers is claimed by that group, and by no other', async () => {
    const [ours, theirs] = [await platform(null), await platform(`group-${newId()}`)]
    const [shared, dedicated] = [await ours.project(), await theirs.project()]
    await add(job(shared), job(dedicated), job(`platform:${theirs.platformId}`))
    expect((await claim('a', 10)).map(({ projectId }) => projectId)).toEqual([shared])
    expect(await claim('a', 10, 'another')).toEqual([])
    const taken = await claim('b', 10, theirs.group)
    expect(new Set(taken.map(({ projectId }) => projectId))).toEqual(
      new Set([dedicated, `platform:${theirs.platformId}`]),
    )
    expect((await queue.counts()).toSorted((a, b) => String(a.group).localeCompare(String(b.group)))).toEqual([
      { group: theirs.group, kind: 'TRIGGER_EVENT', waiting: 0, active: 2 },
      { group: null, kind: 'TRIGGER_EVENT', waiting: 0, active: 1 },
    ])
  })

  test('what runs without a row counts, too', async () => {
    await addLimited('p', 5)
    const running = new Map([['p', 3]])
    const { jobs, blocked } = await queue.claim({ owner: 'a', limit: 10, leaseMs: LEASE_MS, group: null, running })
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
    test('jobs that Redis forgets in the middle are still delivered, once', async () => {
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
