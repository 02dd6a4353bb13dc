import { newId } from '@piecework/model/ids'
import { type TestDatabase, testDatabase } from '@piecework/server/database/testing'
import { type LastServed, nextServed } from '@piecework/server/queue/lines'
import { createQueue } from '@piecework/server/queue/queue'
import { sql } from 'kysely'
import { row } from './support/times.ts'

/**
 * `npm run bench queue [PGLITE|POSTGRES]`: the cost of a claim by the number of waiting jobs: of one busy project, of a
 * thousand, of a project each, and with as many future jobs. Flat means that the length of the queue does not matter,
 * so that the cost of a million jobs is a million times the cost of one. The reference is reading one row by its key,
 * made after every claim, so that both see the same machine.
 */
const DATABASES = process.argv[2] === undefined ? (['PGLITE', 'POSTGRES'] as const) : [databaseOf(process.argv[2])]
const WAITING = [1000, 10_000, 100_000]
const LINES = { 'one project': 1, '1,000 projects': 1000, 'a project each': Number.POSITIVE_INFINITY }
const CLAIMS = 100
const JOBS_A_CLAIM = 8
const MILLION = 1_000_000

interface Cost {
  claimMs: number
  ofReference: number
}

for (const type of DATABASES) {
  console.log(`\n${type}: a claim of ${JOBS_A_CLAIM} jobs, median of ${CLAIMS}`)
  row('jobs of', 'waiting', 'ms', 'of reference', 'to 1,000', 'a million, min')
  const costs = new Map<string, Cost>()
  for (const waiting of WAITING) {
    await using fixture = await testDatabase(type)
    for (const [name, projects] of Object.entries(LINES)) {
      report(name, waiting, await measure(fixture, { waiting, projects: Math.min(projects, waiting), future: 0 }))
    }
    report('10, and future', waiting, await measure(fixture, { waiting: 1000, projects: 10, future: waiting }))
  }

  function report(name: string, waiting: number, cost: Cost): void {
    const base = costs.get(name) ?? cost
    costs.set(name, base)
    const minutes = (cost.claimMs / JOBS_A_CLAIM / 60_000) * MILLION
    const growth = (cost.ofReference / base.ofReference).toFixed(2)
    row(name, waiting, cost.claimMs.toFixed(2), cost.ofReference.toFixed(1), growth, minutes.toFixed(0))
  }
}

async function measure(
  { db }: TestDatabase,
  { waiting, projects, future }: { waiting: number; projects: number; future: number },
): Promise<Cost> {
  await db.deleteFrom('job').execute()
  const prefix = newId().slice(0, 8)
  const insert = (count: number, ready: boolean) =>
    sql`
    insert into job (id, kind, "projectId", priority, "dueAt", ready, limited)
    select ${prefix + (ready ? 'r' : 'f')} || lpad(n::text, 12, '0'), 'RUN', 'p' || (n % ${projects}), 3,
      now() + ${ready ? 0 : 86_400} * interval '1 second', ${ready}, true
    from generate_series(1, ${count}) n`.execute(db)
  await insert(waiting, true)
  if (future > 0) await insert(future, false)
  // Does the work of autovacuum (or of the server for its embedded database): the jobs of the previous measurement are
  // gone.
  await sql`vacuum (analyze) job`.execute(db)
  const queue = createQueue(db, { shared: true, defaultLimit: 1_000_000, groupOf: async () => null })
  const claims: number[] = []
  const looks: number[] = []
  let turns: LastServed = new Map()
  for (let i = 0; i < CLAIMS; i++) {
    const began = performance.now()
    const { jobs } = await queue.claim({ owner: 'bench', limit: JOBS_A_CLAIM, leaseMs: 30_000, group: null, turns })
    const claimed = performance.now()
    await db
      .selectFrom('job')
      .select('id')
      .where('id', '=', jobs[0]?.id ?? '')
      .execute()
    looks.push(performance.now() - claimed)
    claims.push(claimed - began)
    turns = nextServed(turns, jobs)
    // Puts the jobs back at the end of the queue, so that it stays as long as it was.
    for (const { id } of jobs) await queue.retryAt({ owner: 'bench', id, dueAt: new Date() })
  }
  await queue.close()
  return { claimMs: median(claims), ofReference: median(claims) / median(looks) }
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
}

function databaseOf(name: string): 'PGLITE' | 'POSTGRES' {
  if (name === 'PGLITE' || name === 'POSTGRES') return name
  throw new Error(`There is no database ${name}: PGLITE or POSTGRES`)
}
