import { ALPHABET, newId } from '@piecework/model/ids'
import { systemActor } from '@piecework/server/access/actor'
import { type TestDatabase, testDatabase } from '@piecework/server/database/testing'
import { createOverviews } from '@piecework/server/features/overview/service'
import { createRunCounts } from '@piecework/server/features/runs/counting/service'
import { searchFlows, searchRuns } from '@piecework/server/features/search/store'
import { sql } from 'kysely'
import { row, timesOf } from './support/times.ts'

/**
 * `npm run bench lists [flows] [runs]`: what the pages of a project cost, with 10,000 flows of 20 steps and 1,000,000
 * runs in a week: the list of flows in each order, runs by day, failures, search. In ms, on both databases.
 */
const FLOWS = Number(process.argv[2] ?? 10_000)
const RUNS = Number(process.argv[3] ?? 1_000_000)
const TIMES = 5
const STEPS = 20
const WEEK_MS = 7 * 24 * 3_600_000
const BATCH = 100_000

for (const type of ['PGLITE', 'POSTGRES'] as const) {
  await using fixture = await testDatabase(type)
  await fill(fixture)
  console.log(`\n${type}: ${FLOWS} flows, ${RUNS} runs, ${TIMES} times`)
  row('median ms', 'max', 'first', 'what')
  for (const [what, work] of Object.entries(pagesOf(fixture))) {
    const { p50, max, first } = await timesOf(TIMES, work)
    row(p50, max, first, `  ${what}`)
  }
}

function pagesOf({ db }: TestDatabase): Record<string, () => Promise<unknown>> {
  const actor = systemActor('bench', { projectId: 'p', platformId: 'x' })
  const recorded = async () => {}
  const overviews = createOverviews({ db, recorded, placements: { of: async () => ({ group: null, quota: null }) } })
  const counts = createRunCounts({ db, recorded })
  const page = { limit: 25 }
  const since = (days: number) => new Date(Date.now() - (days * WEEK_MS) / 7).toISOString()
  const second = async (sort: 'updated' | 'name' | 'lastRun') => {
    const { next } = await overviews.list(actor, { sort }, page)
    return overviews.list(actor, { sort }, { ...page, cursor: next ?? '' })
  }
  return {
    'flows, by change': () => overviews.list(actor, { sort: 'updated' }, page),
    'flows, by name': () => overviews.list(actor, { sort: 'name' }, page),
    'flows, by last run': () => overviews.list(actor, { sort: 'lastRun' }, page),
    'flows, by last run, pages 1 and 2': () => second('lastRun'),
    'flows, with a text in the name': () => overviews.list(actor, { sort: 'updated', name: 'abc' }, page),
    'flows, 100 of them': () => overviews.list(actor, { sort: 'updated' }, { limit: 100 }),
    'runs by day, 7 days': () => counts.byDay(actor, { days: 7, timezone: 'Europe/Berlin' }),
    'runs by day of one flow': () => counts.byDay(actor, { days: 7, timezone: 'Europe/Berlin', flowId: flowId(7) }),
    'failures of a week': () => counts.failures(actor, { createdAfter: since(7), limit: 100 }),
    'failures of a day': () => counts.failures(actor, { createdAfter: since(1), limit: 100 }),
    'search of flows': () => searchFlows(db, 'p', { query: 'abc', limit: 5 }),
    'search of a run': () => searchRuns(db, 'p', { query: newId().slice(0, 8), limit: 5 }),
  }
}

function flowId(n: number): string {
  return `f${String(n).padStart(20, '0')}`
}

/** One flow in five has steps that are not ready, every second one a draft; one run in fifty failed. */
async function fill({ db }: TestDatabase): Promise<void> {
  await db.connection().execute(async (connection) => {
    // There are no projects to refer to.
    await sql`set session_replication_role = replica`.execute(connection)
    await sql
      .raw(`create function bench_id(at bigint, n integer) returns text language plpgsql immutable as $$
      declare ms bigint := at; id text := '';
      begin
        for i in 1..8 loop id := substr('${ALPHABET}', (ms % 62)::integer + 1, 1) || id; ms := ms / 62; end loop;
        return id || lpad(n::text, 13, '0');
      end $$`)
      .execute(connection)
    await sql`
      insert into flow (id, "projectId", "externalId", status, updated, "publishedVersionId")
      select 'f' || lpad(n::text, 20, '0'), 'p', n, case n % 3 when 0 then 'DISABLED' else 'ENABLED' end,
        now() - n * interval '1 second', 'v' || lpad(n::text, 20, '0')
      from generate_series(1, ${FLOWS}::integer) n`.execute(connection)
    for (const [prefix, every] of [
      ['v', 1],
      ['w', 2],
    ] as const)
      await sql`
        insert into flow_version (id, "flowId", "displayName", trigger, valid, state)
        select ${prefix} || lpad(n::text, 20, '0'), 'f' || lpad(n::text, 20, '0'), 'Flow ' || md5(n::text),
          ${JSON.stringify(tree())}::json, n % 5 <> 0, case ${prefix} when 'v' then 'LOCKED' else 'DRAFT' end
        from generate_series(1, ${FLOWS}::integer, ${every}::integer) n`.execute(connection)
    const begin = Date.now() - WEEK_MS
    for (let from = 0; from < RUNS; from += BATCH)
      await sql`
        insert into flow_run (id, "projectId", "flowId", "flowVersionId", environment, status, created)
        select bench_id(at, n), 'p', 'f' || lpad((1 + (n::bigint * 7919) % ${FLOWS}::integer)::text, 20, '0'), 'v',
          'PRODUCTION', case when n % 50 = 0 then 'FAILED' else 'SUCCEEDED' end, to_timestamp(at / 1000.0)
        from generate_series(${from + 1}::integer, ${Math.min(from + BATCH, RUNS)}::integer) n
        cross join lateral (select ${begin}::bigint + n::bigint * ${WEEK_MS}::bigint / ${RUNS}::bigint as at) t`.execute(
        connection,
      )
  })
  await sql`vacuum analyze`.execute(db)
}

function tree(): object {
  const code = 'export const code = async () => 1;'.repeat(10)
  let next: object | undefined
  for (let n = STEPS; n > 0; n--) {
    const settings = { input: {}, sourceCode: { code, packageJson: '{}' } }
    next = { type: 'CODE', name: `step_${n}`, displayName: 'Step', valid: n % 7 > 0, settings, nextAction: next }
  }
  const settings = { pieceName: 'p', pieceVersion: '1.0.0', triggerName: 't', input: { a: 'b' }, propertySettings: {} }
  return { type: 'PIECE_TRIGGER', name: 'trigger', displayName: 'Trigger', valid: true, settings, nextAction: next }
}
