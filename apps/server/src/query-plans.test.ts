import { newId } from '@piecework/model/ids'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from './database/testing.ts'
import { vacuumWhereDue } from './database/vacuum.ts'
import { pageOverview, selectOverview } from './features/overview/store.ts'
import { createRunStore } from './features/runs/store.ts'
import { createQueue } from './queue/queue.ts'

/** The database whose hot queries are measured, by PostgreSQL's own counts of what they read. */
let fixture: TestDatabase
beforeAll(async () => {
  fixture = await testDatabase('PGLITE')
})
afterAll(() => fixture[Symbol.asyncDispose]())

/** Rows of the table that were read so far: one after another, and by an index. */
async function rowsRead(table: string): Promise<{ scanned: number; fetched: number }> {
  await sql`select pg_stat_force_next_flush()`.execute(fixture.db)
  const { rows } = await sql<{ scanned: number; fetched: number }>`
    select seq_tup_read as scanned, idx_tup_fetch as fetched from pg_stat_user_tables where relname = ${table}`.execute(
    fixture.db,
  )
  return rows[0] ?? { scanned: Number.NaN, fetched: Number.NaN }
}

describe('however long the tables are', () => {
  test('a claim whose plan was made of an empty table looks at the jobs that it takes, and at no others', async () => {
    const { db } = fixture
    const queue = createQueue(db, { shared: false, defaultLimit: 1000, groupOf: async () => null })
    const claim = async () =>
      (await queue.claim({ owner: 'here', limit: 8, leaseMs: 30_000, group: null, turns: new Map() })).jobs
    expect(await claim()).toEqual([])
    await sql`
      insert into job (id, kind, "projectId", priority, "dueAt", ready, limited)
      select 'j' || n, 'RUN', 'p', 3, now(), true, true from generate_series(1, 5000) n`.execute(db)
    const before = await rowsRead('job')
    expect(await claim()).toHaveLength(8)
    const after = await rowsRead('job')
    expect(after.scanned - before.scanned).toBe(0)
    expect(after.fetched - before.fetched).toBeLessThan(100)
  })

  test('a list of the few runs of one status does not read those of all others', async () => {
    const { db } = fixture
    // The runs of this test have no flow.
    await sql`set session_replication_role = replica`.execute(db)
    await sql`
      insert into flow_run (id, "projectId", "flowId", "flowVersionId", environment, status)
      select 'r' || lpad(n::text, 8, '0'), 'p', 'f', 'v', 'PRODUCTION', case n when 1 then 'FAILED' else 'SUCCEEDED' end
      from generate_series(1, 20000) n`.execute(db)
    await sql`select pg_stat_force_next_flush()`.execute(db)
    await vacuumWhereDue(db)
    const store = createRunStore(db)
    const before = await rowsRead('flow_run')
    const { data } = await store.list({ projectId: 'p', status: ['FAILED', 'RUNNING'] }, { limit: 10 })
    const after = await rowsRead('flow_run')
    expect(data.map(({ id }) => id)).toEqual(['r00000001'])
    expect(after.scanned - before.scanned).toBe(0)
    expect(after.fetched - before.fetched).toBeLessThan(100)
    expect((await store.list({ projectId: 'p', status: [] }, { limit: 10 })).data).toEqual([])
  })

  test('runs of a tag, and those before a time, are found without a look at the others', async () => {
    const { db } = fixture
    const hours = 5000
    const begin = Date.now() - hours * 3_600_000
    const times = Array.from({ length: hours }, (_, n) => begin + n * 3_600_000)
    await sql`set session_replication_role = replica`.execute(db)
    await sql`
      insert into flow_run (id, created, "projectId", "flowId", "flowVersionId", environment, status, tags)
      select id, created, 'tags', 'f', 'v', 'PRODUCTION', 'SUCCEEDED', case when n = 7 then array['rare'] else '{}' end
      from unnest(${times.map((at) => newId(at))}::text[], ${times.map((at) => new Date(at).toISOString())}::timestamptz[])
        with ordinality run (id, created, n)`.execute(db)
    await sql`select pg_stat_force_next_flush()`.execute(db)
    await vacuumWhereDue(db)
    const store = createRunStore(db)
    const looks = async (filter: Partial<Parameters<typeof store.list>[0]>) => {
      const before = await rowsRead('flow_run')
      const { data } = await store.list({ projectId: 'tags', ...filter }, { limit: 10 })
      const after = await rowsRead('flow_run')
      return { found: data.length, scanned: after.scanned - before.scanned, few: after.fetched - before.fetched < 100 }
    }
    expect(await looks({ tags: ['rare'] })).toEqual({ found: 1, scanned: 0, few: true })
    const early = new Date(begin + 20 * 3_600_000).toISOString()
    expect(await looks({ createdBefore: early })).toEqual({ found: 10, scanned: 0, few: true })
  })

  test('a page of flows reads the latest versions of its flows, and no others', async () => {
    const { db } = fixture
    await sql`set session_replication_role = replica`.execute(db)
    await sql`
      insert into flow (id, "projectId", "externalId") select 'f' || lpad(n::text, 8, '0'), 'flows', n
      from generate_series(1, 5000) n`.execute(db)
    await sql`
      insert into flow_version (id, "flowId", "displayName", trigger, valid, state)
      select 'v' || lpad((m * 5000 + n)::text, 8, '0'), 'f' || lpad(n::text, 8, '0'), 'Flow', '{"type":"EMPTY","settings":{}}',
        false, 'DRAFT'
      from generate_series(1, 5000) n, generate_series(0, 2) m`.execute(db)
    await sql`select pg_stat_force_next_flush()`.execute(db)
    await vacuumWhereDue(db)
    const before = await rowsRead('flow_version')
    const filter = { projectId: 'flows', sort: 'updated', direction: 'desc' } as const
    const { data } = await pageOverview(db, filter, { limit: 25 })
    const rows = await selectOverview(
      db,
      data.map(({ versionId }) => versionId),
      true,
    )
    const after = await rowsRead('flow_version')
    expect(rows.size).toBe(25)
    expect(after.scanned - before.scanned).toBe(0)
    expect(after.fetched - before.fetched).toBeLessThan(200)
  })
})
