import { createTestPostgres } from '@piecework/server/database/testing'
import { temporaryFolder } from '../test/support/process.ts'
import { loadReads } from './support/load.ts'
import { cpuMs, treeOf } from './support/processes.ts'
import { benchServer, referenceSteps, spawnFloor } from './support/reference.ts'

/**
 * `npm run bench api [seconds]`: authenticated reads, by session and by key, compared with a bare Fastify route with
 * one query. `cpu ms` is the processor time of the server for a request; on PostgreSQL, the time of the database is not
 * included.
 */
const seconds = Number(process.argv[2] ?? 5)
const CONNECTIONS = 10
const WARM_UP_SECONDS = 2
const FLOWS_IN_LIST = 10

const row = (name: string, ...cells: (string | number)[]): void =>
  console.log(name.padEnd(20) + cells.map((cell) => String(cell).padStart(10)).join(''))

async function measure(pid: number, url: string, headers: Record<string, string> = {}) {
  await loadReads(url, { connections: CONNECTIONS, seconds: WARM_UP_SECONDS, headers })
  const before = cpuMs(treeOf(pid))
  const result = await loadReads(url, { connections: CONNECTIONS, seconds, headers })
  return { ...result, cpu: (cpuMs(treeOf(pid)) - before) / result.total }
}

type Measured = Awaited<ReturnType<typeof measure>>

for (const type of ['embedded', 'PostgreSQL'] as const) {
  row(type, 'req/s', 'p50 ms', 'p99 ms', 'errors', 'cpu ms', 'of floor')
  let floor: Measured | undefined
  const report = (name: string, result: Measured): void => {
    floor ??= result
    const { rate, p50, p99, errors, cpu } = result
    row(name, rate.toFixed(0), p50, p99, errors, cpu.toFixed(3), (rate / floor.rate).toFixed(2))
  }
  {
    const program = new URL('./support/api-floor.ts', import.meta.url)
    const database = type === 'embedded' ? await temporaryFolder() : await createTestPostgres()
    const bare = await spawnFloor(program, 'path' in database ? `${database.path}/pglite` : database.url)
    report('bare', await measure(bare.pid, bare.url))
    await bare[Symbol.asyncDispose]()
    await ('path' in database ? database.remove() : database.drop())
  }
  const database = type === 'embedded' ? undefined : await createTestPostgres()
  {
    await using bench = await benchServer(database ? { AP_POSTGRES_URL: database.url } : {})
    const { client, server } = bench
    const flowId = await client.liveFlow(referenceSteps())
    for (let made = 1; made < FLOWS_IN_LIST; made++) await client.draft()
    const key = await client.api.apiKeys.create({ body: { displayName: 'bench' } })
    const reads = {
      'get flow': `${server.base}/v1/flows/${flowId}`,
      'list flows': `${server.base}/v1/flows?projectId=${client.projectId}&limit=${FLOWS_IN_LIST}`,
    }
    const callers = Object.entries({ session: client.token, key: key.value }).flatMap(([who, token]) =>
      Object.entries(reads).map(([what, url]) => ({ name: `${who} ${what}`, url, authorization: `Bearer ${token}` })),
    )
    // The first measurement would otherwise include compilation that all share.
    for (const { url, authorization } of callers)
      await loadReads(url, { connections: CONNECTIONS, seconds: WARM_UP_SECONDS, headers: { authorization } })
    for (const { name, url, authorization } of callers) report(name, await measure(server.pid, url, { authorization }))
  }
  await database?.drop()
}
