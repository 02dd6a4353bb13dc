import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createTokens } from '@piecework/server/access/tokens'
import { freePort } from '@piecework/server/testing/free-port'
import { signIn, until } from '../test/support/client.ts'
import { allRuns, unfinished } from '../test/support/kill.ts'
import { startServer, startWorker, temporaryFolder } from '../test/support/process.ts'
import { startCallers } from './support/chaos/callers.ts'
import { type Part, startPart } from './support/chaos/cast.ts'
import { injectFaults } from './support/chaos/faults.ts'
import { createFlows } from './support/chaos/flows.ts'
import { judge } from './support/chaos/ledger.ts'
import { startSink } from './support/chaos/sink.ts'
import { randomOf } from './support/random.ts'
import { startPostgres, startRedis } from './support/services.ts'

/**
 * `npm run bench chaos [seconds] -- [--seed number] [--embedded]`: two apps (one with a worker in it) and two separate
 * workers with their own PostgreSQL and Redis, or one process with the embedded database, under mixed load. At random,
 * processes are killed or frozen, Redis is wiped or killed, PostgreSQL is killed. Then the ledger is checked: a broken
 * promise fails the benchmark. A seed repeats the choices, but not the timing.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, embedded: { type: 'boolean', default: false } },
})
const seconds = Number(positionals[0] ?? 180)
const random = randomOf(Number(values.seed ?? Date.now() % 1_000_000))
const SECRET = 'the secret of apps and workers in this benchmark'
const CALLERS = 8
/** The longest wait of runs after the last fault: leases, one after the other, and a delay. */
const PATIENCE_MS = 150_000

const folder = await temporaryFolder()
const [postgres, redis] = values.embedded ? [] : await Promise.all([startPostgres(), startRedis()])
const ports = await Promise.all((values.embedded ? [0] : [0, 1]).map(freePort))
const bases = ports.map((port) => `http://127.0.0.1:${port}/api`)
const [base = ''] = bases
const sink = await startSink(bases, random)

const startApp = (port: number, index: number): Promise<Part> => {
  const env = {
    ...(postgres && { AP_POSTGRES_URL: postgres.url, AP_JWT_SECRET: SECRET }),
    ...(redis && { AP_REDIS_URL: redis.url, AP_ENCRYPTION_KEY: 'abcdefabcdefabcdefabcdefabcdefab' }),
    AP_PORT: String(port),
    AP_FRONTEND_URL: `http://127.0.0.1:${port}`,
    AP_CONTAINER_TYPE: index === 0 ? 'WORKER_AND_APP' : 'APP',
    AP_WORKER_CONCURRENCY: '3',
    AP_DEFAULT_CONCURRENT_JOBS_LIMIT: '6',
  }
  return startPart(() => startServer(join(folder.path, `app-${index}`), env), random)
}
const startSeparateWorker = async (port: number, index: number): Promise<Part> => {
  const env = {
    AP_FRONTEND_URL: `http://127.0.0.1:${port}`,
    AP_WORKER_TOKEN: await createTokens(SECRET).worker({ id: 'chaos' }),
    AP_WORKER_CONCURRENCY: '2',
  }
  return startPart(() => startWorker(join(folder.path, `worker-${index}`), env), random)
}

const parts: Part[] = []
try {
  console.log(`seed ${random.seed}, ${seconds} seconds${values.embedded ? ', embedded' : ''}`)
  const apps = await Promise.all(ports.map(startApp))
  parts.push(...apps)
  const workers = values.embedded ? [] : await Promise.all(ports.map(startSeparateWorker))
  parts.push(...workers)

  const flows = await createFlows(await signIn(base), sink.url)
  const calls = startCallers({ bases, each: CALLERS / bases.length, flows: flows.called, sink, random })
  const harm = await injectFaults({ apps, workers, postgres, redis }, seconds, random)
  await calls.stop()

  const quiet = performance.now()
  const client = await signIn(base)
  for (const id of flows.ticking) await client.operate(id, { type: 'CHANGE_STATUS', request: { status: 'DISABLED' } })
  await until(async () => (await unfinished(client)) === 0 || performance.now() - quiet > PATIENCE_MS)
  const recoveredMs = performance.now() - quiet
  const runs = await allRuns(client)
  const ledger = judge({ accepted: calls.accepted, lines: sink.lines, runs, flows })

  const sandboxes = harm.get('sandboxes killed') ?? 0
  const selfEnded = parts.flatMap((part) => part.ends)
  const opened = sink.opened()
  const runOf = (link: string) => runs.find(({ id }) => link.includes(`/${id}/`))
  // A run that ended with its sandbox does not wait any more.
  const refused = opened.refused.filter((link) => !ledger.killed.some((text) => text.startsWith(`${runOf(link)?.id} `)))
  const broken = {
    'accepted calls lost': ledger.lost,
    'calls and ticks that ran twice': ledger.doubled,
    'finished steps that ran again': ledger.rerun,
    'runs stuck': ledger.stuck,
    'runs that failed without a reason': ledger.failed,
    'wrong answers to synchronous calls': calls.wrong,
    'links refused': refused.map((link) => `${link} of a run that is ${runOf(link)?.status}`),
    'processes that exited by themselves': selfEnded,
    'more runs ended by sandboxes than sandboxes killed': ledger.killed.length > sandboxes ? ledger.killed : [],
  }
  const failed = [...calls.failed].map(([status, count]) => `${count} x ${status === 0 ? 'no answer' : status}`)
  const counts = {
    ...Object.fromEntries(harm),
    'calls tried': calls.tried,
    'calls accepted': calls.accepted.size,
    'calls not accepted': failed.join(', '),
    'links opened': opened.count,
    runs: runs.length,
    'step starts': sink.lines.length,
    'steps in flight that ran again': ledger.repeated,
    'subflows called again by a step in flight': ledger.calledAgain,
    'runs ended by the kill of their sandbox': ledger.killed.length,
    ...Object.fromEntries(Object.entries(broken).map(([name, list]) => [name, list.length])),
    'seconds until all was done': Math.round(recoveredMs / 1000),
  }
  for (const [name, count] of Object.entries(counts)) console.log(`${name.padEnd(54)}${count}`)
  for (const [name, list] of Object.entries(broken)) {
    if (list.length === 0) continue
    console.log(`\n${name}:\n${list.join('\n')}`)
    process.exitCode = 1
  }
} finally {
  await Promise.all(parts.map((part) => part.end()))
  await sink.close()
  await Promise.all([postgres?.stop(), redis?.stop()])
  await folder.remove()
}
