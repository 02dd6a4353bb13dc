import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from './testing.ts'
import { vacuumWhereDue } from './vacuum.ts'

let fixture: TestDatabase
beforeAll(async () => {
  fixture = await testDatabase('PGLITE')
})
afterAll(() => fixture[Symbol.asyncDispose]())

const JOBS = 5000

async function churn(): Promise<void> {
  const { db } = fixture
  await sql`
    insert into job (id, kind, "projectId", priority, "dueAt", ready, limited)
    select 'j' || n, 'RUN', 'p', 3, now(), true, true from generate_series(1, ${JOBS}) n`.execute(db)
  await sql`update job set attempt = attempt + 1 where "projectId" = ${'p'}`.execute(db)
  // PostgreSQL counts changes about once a second, or with the next statement after this one.
  await sql`select pg_stat_force_next_flush()`.execute(db)
  await sql`delete from job where "projectId" = ${'p'}`.execute(db)
}

const size = async () =>
  (await sql<{ bytes: number }>`select pg_total_relation_size('job') as bytes`.execute(fixture.db)).rows[0]?.bytes ?? 0

test('the embedded database gives the place of dead rows to new ones, and does not grow by changes alone', async () => {
  await churn()
  await vacuumWhereDue(fixture.db)
  const first = await size()
  for (let round = 0; round < 5; round++) {
    await churn()
    await vacuumWhereDue(fixture.db)
  }
  expect(await size()).toBeLessThanOrEqual(2 * first)
})

test('tables without much change are left alone', async () => {
  await vacuumWhereDue(fixture.db)
  expect(await vacuumWhereDue(fixture.db)).toBe(0)
})

test('a list of one page of a long table is read by its index', async () => {
  const { db } = fixture
  // The runs of this test have no flow.
  await sql`set session_replication_role = replica`.execute(db)
  await sql`
    insert into flow_run (id, "projectId", "flowId", "flowVersionId", environment, status)
    select 'r' || lpad(n::text, 8, '0'), 'p', 'f', 'v', 'PRODUCTION', 'SUCCEEDED' from generate_series(1, 20000) n`.execute(
    db,
  )
  await vacuumWhereDue(db)
  const plan = await sql<{ 'QUERY PLAN': string }>`
    explain select id from flow_run where "projectId" = 'p' and "archivedAt" is null order by id desc limit 10`.execute(
    db,
  )
  const text = plan.rows.map((row) => row['QUERY PLAN']).join('\n')
  expect(text).not.toContain('Sort')
})
