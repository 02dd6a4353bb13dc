import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTestPostgres } from '@piecework/server/database/testing'
import { createTokens } from '@piecework/server/http/tokens'
import { Redis } from 'ioredis'
import { signIn, until } from '../test/support/client.ts'
import { allRuns, judge, keepCalling, ledgerSteps, unfinished } from '../test/support/kill.ts'
import { startServer, startWorker, temporaryFolder } from '../test/support/process.ts'

/**
 * `npm run bench chaos [seconds]`: two apps and three separate workers on PostgreSQL and Redis. Apps and workers are
 * killed at random, Redis is wiped, while calls come in; then the count of what went wrong.
 */
const seconds = Number(process.argv[2] ?? 60)
const SECRET = 'the secret of apps and workers under fire'
/** Wiping it must not touch anybody else's. */
const REDIS_URL = `${process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'}/11`
const WORKERS = 3
const CALLERS_PER_APP = 3
/** Slow enough for six slots on a busy machine: what matters is the kills. */
const PAUSE_MS = 300
const LONGEST_PEACE_MS = 3000

interface Mortal {
  kill(): Promise<void>
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return String(typeof address === 'object' && address !== null ? address.port : 0)
}

const folder = await temporaryFolder()
const database = await createTestPostgres()
const redis = new Redis(REDIS_URL)
await redis.flushdb()
const token = await createTokens(SECRET).worker({ id: 'chaos' })
const ports = [await freePort(), await freePort()]

const startApp = (index: number) =>
  startServer(join(folder.path, `app-${index}`), {
    AP_PORT: ports[index] ?? '0',
    AP_CONTAINER_TYPE: 'APP',
    AP_POSTGRES_URL: database.url,
    AP_REDIS_URL: REDIS_URL,
    AP_JWT_SECRET: SECRET,
    AP_ENCRYPTION_KEY: 'abcdefabcdefabcdefabcdefabcdefab',
    AP_LOG_LEVEL: 'info',
    AP_DEFAULT_CONCURRENT_JOBS_LIMIT: '6',
  })
const launchWorker = (index: number): Promise<Mortal> =>
  startWorker(join(folder.path, `worker-${index}`), {
    AP_FRONTEND_URL: `http://127.0.0.1:${ports[index % ports.length]}`,
    AP_WORKER_TOKEN: token,
    AP_WORKER_CONCURRENCY: '2',
  })

const alive: Mortal[] = []
try {
  const apps = await Promise.all([startApp(0), startApp(1)])
  const workers = await Promise.all(Array.from({ length: WORKERS }, (_, index) => launchWorker(index)))
  alive.push(...apps, ...workers)
  const ledger = join(folder.path, 'ledger.txt')
  const flowId = await (await signIn(`http://127.0.0.1:${ports[0]}/api`)).liveFlow(ledgerSteps(ledger))

  const accepted = new Set<string>()
  const tried = { count: 0 }
  const state = { alive: true }
  const callers = ports.flatMap((port) =>
    Array.from({ length: CALLERS_PER_APP }, () =>
      keepCalling(`http://127.0.0.1:${port}/api/v1/webhooks/${flowId}`, accepted, tried, state, PAUSE_MS),
    ),
  )
  const events = { 'apps killed': 0, 'workers killed': 0, 'times Redis was wiped': 0 }
  const end = Date.now() + seconds * 1000
  while (Date.now() < end) {
    await sleep(Math.random() * LONGEST_PEACE_MS)
    const dice = Math.random()
    const index = Math.floor(Math.random() * (dice < 0.3 ? apps.length : WORKERS))
    if (dice < 0.3) {
      await apps[index]?.kill()
      apps[index] = await startApp(index)
      alive.push(apps[index])
      events['apps killed']++
    } else if (dice < 0.75) {
      await workers[index]?.kill()
      const next = await launchWorker(index)
      workers[index] = next
      alive.push(next)
      events['workers killed']++
    } else {
      await redis.flushdb()
      events['times Redis was wiped']++
    }
  }
  state.alive = false
  await Promise.all(callers)
  const client = await signIn(`http://127.0.0.1:${ports[0]}/api`)
  const quiet = performance.now()
  await until(async () => (await unfinished(client)) === 0)
  const recoveredMs = performance.now() - quiet
  const kills = events['apps killed'] + events['workers killed']
  const report = judge(kills, accepted, await allRuns(client), await readFile(ledger, 'utf8'))
  const counts = {
    ...events,
    'calls accepted': report.accepted,
    'step starts': report.starts,
    'accepted calls lost': report.lost.length,
    'calls that ran twice': report.doubled.length,
    'finished steps that ran again': report.rerun.length,
    'steps in flight that ran again': report.repeated,
    'seconds until all was done': Math.round(recoveredMs / 1000),
  }
  for (const [name, count] of Object.entries(counts)) console.log(`${name.padEnd(34)}${count}`)
  if (report.lost.length + report.doubled.length + report.rerun.length > 0) {
    console.log(report)
    process.exitCode = 1
  }
} finally {
  await Promise.all(alive.map((one) => one.kill().catch(() => {})))
  await redis.flushdb()
  await redis.quit()
  await database.drop()
  await folder.remove()
}
