import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '@piecework/model/ids'
import { Redis } from 'ioredis'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Db, openDatabase } from '../../database/open.ts'
import { createTestPostgres } from '../../database/testing.ts'
import { FEED, FEED_VERSION, type FeedApp, installFeed, startFeedApp, tickOf } from '../../testing/feed.ts'
import { eventually, flowMaker, pieceTrigger } from '../../testing/flows.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

// A Redis database of its own.
const REDIS_URL = `${process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'}/8`
const KEYS = {
  AP_ENCRYPTION_KEY: '0123456789abcdef0123456789abcdef',
  AP_JWT_SECRET: 'a secret of the whole cluster, long',
}
const DAY_MS = 24 * 60 * 60_000
const SCHEDULE = '@activepieces/piece-schedule'
const FLOWS = 1000

describe.each(['PGLITE', 'POSTGRES with REDIS'] as const)('ticks on %s', { timeout: 120_000 }, (driver) => {
  let folder: string
  let postgres: Awaited<ReturnType<typeof createTestPostgres>> | undefined
  let env: Record<string, string>
  let app: FeedApp
  let owner: Person
  let servers: TestServer[] = []
  let scheduleVersion: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'downtime-'))
    if (driver !== 'PGLITE') postgres = await createTestPostgres()
    env = {
      ...KEYS,
      AP_CONTAINER_TYPE: 'WORKER_AND_APP',
      AP_WORKER_CONCURRENCY: '3',
      ...(postgres ? { AP_POSTGRES_URL: postgres.url } : {}),
      ...(driver === 'POSTGRES with REDIS' ? { AP_REDIS_URL: REDIS_URL } : {}),
    }
    app = await startFeedApp()
    const server = await start()
    owner = await signUpOwner(server)
    await installFeed(server, owner)
    const { body } = await server.call<{ version: string }>('GET', `/v1/pieces/${SCHEDULE}`)
    scheduleVersion = body.version
    await stop()
  })
  afterEach(() => stop())
  afterAll(async () => {
    await app?.[Symbol.asyncDispose]()
    await postgres?.drop()
    await rm(folder, { recursive: true, force: true })
    if (driver === 'POSTGRES with REDIS') {
      const redis = new Redis(REDIS_URL)
      await redis.flushdb()
      await redis.quit()
    }
  })

  const start = async (): Promise<TestServer> => {
    const server = await startTestServer(env, { folder })
    servers.push(server)
    return server
  }
  const stop = async () => {
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()))
    servers = []
  }
  /** Works on the data while no server does. */
  const between = async (work: (db: Db) => Promise<unknown>) => {
    const db = await openDatabase(
      postgres
        ? { type: 'POSTGRES', connection: postgres.url, ssl: false, poolSize: 1, idleTimeoutMs: 1000 }
        : { type: 'PGLITE', dataDir: join(folder, 'pglite'), fsync: false },
    )
    try {
      await work(db)
    } finally {
      await db.destroy()
    }
  }
  /** Half a day away, so that no tick of its own comes while the test runs. */
  const daily = () => ({
    hour_of_the_day: (new Date().getUTCHours() + 12) % 24,
    timezone: 'UTC',
    run_on_weekends: true,
  })
  const settled = (server: TestServer, flowId: string, kind?: 'POLL' | 'RENEW') =>
    eventually(async () => {
      const job = await tickOf(server, flowId, kind)
      return job?.owner === null && job.dueAt.getTime() > Date.now() ? job : undefined
    }, 'the end of the tick')

  test('after days without a server, schedules, looks and renewals catch up once, and tests listen no more', async () => {
    const before = await start()
    const flows = flowMaker(before, owner)
    app.items = [{ id: 1, at: 0 }]
    const make = async (trigger: object) => {
      const flow = await flows.create(trigger)
      await flows.publish(flow.id)
      return flow.id
    }
    const feed = (name: string) => pieceTrigger(FEED, FEED_VERSION, name, { url: app.url })
    const scheduled = await make(pieceTrigger(SCHEDULE, scheduleVersion, 'every_day', daily()))
    const polled = await make(feed('by_item'))
    const hooked = await make(feed('hook'))
    const due = (await tickOf(before, scheduled))?.dueAt
    const tried = await flows.create(feed('hook'))
    const { token, projectId } = owner
    const strategy = { flowVersionId: tried.version.id, testStrategy: 'SIMULATION' }
    const body = { projectId, flowId: tried.id, ...strategy }
    expect((await before.call('POST', '/v1/test-trigger', { token, body })).status).toBe(200)
    await stop()

    const daysAgo = new Date(Date.now() - 3 * DAY_MS)
    await between(async (db) => {
      await db.updateTable('job').set({ dueAt: daysAgo }).where('kind', 'in', ['POLL', 'RENEW']).execute()
      await db
        .updateTable('trigger_source')
        .set({ created: daysAgo, updated: daysAgo })
        .where('simulate', '=', true)
        .execute()
    })
    app.calls = []
    app.items = [{ id: 3, at: 0 }, { id: 2, at: 0 }, ...app.items]

    const after = await start()
    const now = flowMaker(after, owner)
    await settled(after, hooked, 'RENEW')
    await settled(after, polled)
    expect((await settled(after, scheduled)).dueAt).toEqual(due)
    expect(await now.finishedRuns(scheduled, 1)).toHaveLength(1)
    expect(await now.finishedRuns(polled, 2)).toHaveLength(2)
    await eventually(async () => (app.calls.length > 1 ? true : undefined), 'the end of the test')
    expect(app.calls.map((call) => call.path).sort()).toEqual(['/renew', '/unsubscribe'])
    expect((await after.call('POST', `/v1/webhooks/${tried.id}`, { body: {} })).status).toBe(404)
    for (const id of [scheduled, polled, hooked]) await now.disable(id)
  })

  test('a restart makes ticks agree with the flows that are enabled, also a thousand', async () => {
    const server = await start()
    const flows = flowMaker(server, owner)
    const model = await flows.create(pieceTrigger(SCHEDULE, scheduleVersion, 'every_day', daily()))
    await flows.publish(model.id)
    const due = (await tickOf(server, model.id))?.dueAt ?? new Date(0)
    await stop()
    const copies = Array.from({ length: FLOWS }, (_, index) => ({
      flow: newId(),
      version: newId(),
      source: newId(),
      job: newId(),
      // Every third has lost its job; of every other third a clock that was wrong put it far away.
      lost: index % 3 === 0,
      away: index % 3 === 1,
    }))
    const orphans = copies.slice(0, 20).map(() => newId())
    const off = copies.slice(0, 3).map(({ flow }) => flow)
    const silent = copies.slice(3, 6)
    await between(async (db) => {
      await copyFlow(db, model.id, copies)
      await db
        .insertInto('job')
        .values(
          orphans.map((id) => ({
            id,
            kind: 'POLL',
            projectId: owner.projectId,
            priority: 5,
            dueAt: new Date(Date.now() + DAY_MS),
            key: `tick:${id}`,
            data: '{}',
            ready: false,
          })),
        )
        .execute()
      // A kill in the middle of disabling leaves this, and one in the middle of publishing again.
      await db.updateTable('flow').set({ status: 'DISABLED' }).where('id', 'in', off).execute()
      await db
        .updateTable('trigger_source')
        .set({ deleted: new Date(Date.now() - DAY_MS) })
        .where(
          'flowId',
          'in',
          silent.map(({ flow }) => flow),
        )
        .execute()
    })

    const { server: after } = await start()
    const ticks = () =>
      sql<{ flowId: string; dueAt: Date; count: number }>`
        select s."flowId", min(j."dueAt") as "dueAt", count(*)::integer as count
        from trigger_source s join job j on j.key = 'tick:' || s.id where s.deleted is null group by 1`.execute(
        after.db,
      )
    const wanted = new Set([model.id, ...copies.map(({ flow }) => flow)].filter((id) => !off.includes(id)))
    const found = await eventually(async () => {
      const { rows } = await ticks()
      const right = rows.filter((row) => new Date(row.dueAt).getTime() === due.getTime())
      return rows.length === wanted.size && right.length === wanted.size ? rows : undefined
    }, 'a tick for each enabled flow')
    expect(new Set(found.map((row) => row.flowId))).toEqual(wanted)
    expect(found.every((row) => row.count === 1)).toBe(true)
    const left = await after.db.selectFrom('job').select('id').where('id', 'in', orphans).execute()
    expect(left).toEqual([])
    const inForce = await after.db
      .selectFrom('trigger_source')
      .select('id')
      .where('flowId', 'in', off)
      .where('deleted', 'is', null)
      .execute()
    expect(inForce).toEqual([])
  })

  // An embedded database has one app.
  const testOfMany = driver === 'PGLITE' ? () => {} : test
  testOfMany('several apps share out the ticks, each exactly once', async () => {
    const [one] = await Promise.all([start(), start(), start()])
    const { db } = one.server
    const at = new Date(Date.now() + 1500)
    const chosen = await sql<{ id: string }>`
      update job set "dueAt" = ${at.toISOString()}, ready = false where id in (
        select id from job where kind = 'POLL' order by id limit 200) returning id`.execute(db)
    expect(chosen.rows).toHaveLength(200)
    const counts = () =>
      sql<{ runs: number; flows: number; open: number }>`
        select count(*)::integer as runs, count(distinct r."flowId")::integer as flows,
          (select count(*)::integer from job where kind = 'POLL' and ("leaseUntil" is not null or "dueAt" <= now())) as open
        from flow_run r where r.created >= ${at.toISOString()}::timestamptz - interval '1 second'`
        .execute(db)
        .then(({ rows }) => rows[0])
    await eventually(async () => {
      const now = await counts()
      return now?.flows === 200 && now.open === 0 ? true : undefined
    }, 'a run of each flow')
    expect(await counts()).toEqual({ runs: 200, flows: 200, open: 0 })
  })

  /** Flows like another, with trigger and tick, as if they had been there for days. */
  async function copyFlow(db: Db, modelId: string, copies: readonly object[]): Promise<void> {
    const records = sql`json_to_recordset(${JSON.stringify(copies)}::json) as c(
      flow text, version text, source text, job text, lost boolean, away boolean)`
    const old = sql`now() - interval '1 day'`
    await sql`
      insert into flow (id, created, updated, "projectId", status, "externalId", "ownerId")
      select c.flow, ${old}, ${old}, f."projectId", 'ENABLED', c.flow, f."ownerId"
      from flow f cross join ${records} where f.id = ${modelId}`.execute(db)
    await sql`
      insert into flow_version (id, created, updated, "flowId", "displayName", "schemaVersion", trigger, valid, state)
      select c.version, ${old}, ${old}, c.flow, v."displayName", v."schemaVersion", v.trigger, v.valid, v.state
      from flow_version v cross join ${records} where v."flowId" = ${modelId}`.execute(db)
    await sql`update flow set "publishedVersionId" = c.version from ${records} where flow.id = c.flow`.execute(db)
    await sql`
      insert into trigger_source (id, created, updated, "flowId", "flowVersionId", "triggerName", "projectId", type,
        schedule, "pieceName", "pieceVersion", simulate)
      select c.source, ${old}, ${old}, c.flow, c.version, s."triggerName", s."projectId", s.type, s.schedule,
        s."pieceName", s."pieceVersion", false
      from trigger_source s cross join ${records} where s."flowId" = ${modelId} and s.deleted is null`.execute(db)
    await sql`
      insert into job (id, kind, "projectId", priority, "dueAt", key, data, ready)
      select c.job, 'POLL', j."projectId", j.priority,
        case when c.away then j."dueAt" + interval '10 years' else j."dueAt" end, 'tick:' || c.source,
        replace(j.data, s.id, c.source), false
      from job j join trigger_source s on j.key = 'tick:' || s.id cross join ${records}
      where s."flowId" = ${modelId} and s.deleted is null and not c.lost`.execute(db)
  }
})
