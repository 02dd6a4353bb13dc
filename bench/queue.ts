import { newId } from '@piecework/model/ids'
import { type TestDatabase, testDatabase } from '@piecework/server/database/testing'
import { createQueue } from '@piecework/server/queue/queue'
import { sql } from 'kysely'

/**
 * What a claim costs, by the number of jobs that wait: one busy project, a thousand projects, and jobs of the
 * future beside them. Flat means that the length of the queue does not matter.
 *
 *   node bench/queue.ts [PGLITE|POSTGRES]
 */
const WAITING = [1000, 10_000, 100_000]
const CLAIMS = 200
const JOBS_A_CLAIM = 8

async function main(): Promise<void> {
  const type = process.argv[2] === 'PGLITE' ? 'PGLITE' : 'POSTGRES'
  const rows: Record<string, string>[] = []
  for (const waiting of WAITING) {
    await using fixture = await testDatabase(type)
    const oneProject = await measure(fixture, waiting, 1, 0)
    const manyProjects = await measure(fixture, waiting, 1000, 0)
    const withFuture = await measure(fixture, 1000, 10, waiting)
    rows.push({
      'jobs waiting': waiting.toLocaleString('en'),
      'one project': oneProject,
      '1,000 projects': manyProjects,
      '1,000 jobs beside so many of the future': withFuture,
    })
  }
  process.stdout.write(`Milliseconds a claim of ${JOBS_A_CLAIM} jobs on ${type}, median of ${CLAIMS}:\n`)
  console.table(rows)
}

async function measure({ db }: TestDatabase, waiting: number, projects: number, future: number): Promise<string> {
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
  await sql`analyze job`.execute(db)
  const queue = createQueue(db, { shared: true, defaultLimit: 1_000_000 })
  const times: number[] = []
  let recent: string[] = []
  for (let i = 0; i < CLAIMS; i++) {
    const began = performance.now()
    const { jobs } = await queue.claim({ owner: 'bench', limit: JOBS_A_CLAIM, leaseMs: 30_000, recent })
    times.push(performance.now() - began)
    recent = [...new Set([...recent, ...jobs.map((job) => job.projectId)])].slice(-256)
    await queue.remove({ ids: jobs.map(({ id }) => id) })
    if (jobs.length < JOBS_A_CLAIM) break
  }
  await queue.close()
  return (times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0).toFixed(2)
}

await main()
