import { until } from '../test/support/client.ts'
import { type Deployment, deployApart, deployEmbedded, ROLES } from './support/deployments.ts'
import { loadAll } from './support/load.ts'
import { cpuMs } from './support/processes.ts'
import { referenceBody, referenceSteps, startFloor } from './support/reference.ts'
import { row } from './support/times.ts'

/**
 * `npm run bench scale [seconds]`: the reference workload, synchronous and asynchronous, in one process and in several,
 * compared with the floor. More processes cannot be faster when all share the same cores, so look at the processor time
 * of a run, by kind of process.
 */
const seconds = Number(process.argv[2] ?? 6)
const CONNECTIONS = 50
const WARM_UP_SECONDS = 3

const DEPLOYMENTS: Record<string, () => Promise<Deployment>> = {
  embedded: () => deployEmbedded(4),
  '1 app, 2 workers': () => deployApart({ apps: 1, workers: 2, slots: 2 }),
  '2 apps, 4 workers': () => deployApart({ apps: 2, workers: 4, slots: 2 }),
}

const measure = (urls: string[], duration: number) =>
  loadAll(urls, { connections: CONNECTIONS, seconds: duration, body: referenceBody })

row('', '', 'req/s', 'p50 ms', 'p99 ms', 'errors', 'of floor', 'of embedded', ...ROLES.map((role) => `${role} ms`))
let floor = 0
{
  await using process = await startFloor()
  await measure([process.url], WARM_UP_SECONDS)
  const { rate, p50, p99, errors } = await measure([process.url], seconds)
  floor = rate
  row('floor', 'sync', rate.toFixed(0), p50, p99, errors, '1.00')
}

const embedded = new Map<string, number>()
for (const [name, deploy] of Object.entries(DEPLOYMENTS)) {
  await using deployment = await deploy()
  const flowId = await deployment.client.liveFlow(referenceSteps())
  for (const form of ['sync', 'async']) {
    const urls = deployment.bases.map((base) => `${base}/v1/webhooks/${flowId}${form === 'sync' ? '/sync' : ''}`)
    await measure(urls, WARM_UP_SECONDS)
    await finished(deployment)
    const before = await cpuByRole(deployment)
    const began = performance.now()
    const { rate, p50, p99, errors, total } = await measure(urls, seconds)
    await finished(deployment)
    const after = await cpuByRole(deployment)
    // An asynchronous call counts when its run has ended.
    const runs = form === 'sync' ? rate : (total / (performance.now() - began)) * 1000
    if (!embedded.has(form)) embedded.set(form, runs)
    const shares = [runs / floor, runs / (embedded.get(form) ?? Number.NaN)].map((share) => share.toFixed(2))
    const cpu = ROLES.map((role) => ((after[role] - before[role]) / total).toFixed(2))
    row(name, form, runs.toFixed(0), p50, p99, errors, ...shares, ...cpu)
  }
}

/** Waits until nothing waits or runs any more. */
async function finished({ client }: Deployment): Promise<void> {
  await until(async () => (await client.runs({ status: ['QUEUED', 'RUNNING'], limit: 1 })).data.length === 0)
}

async function cpuByRole({ roles }: Deployment) {
  const { app, worker, engine, database, redis } = await roles()
  return {
    app: cpuMs(app),
    worker: cpuMs(worker),
    engine: cpuMs(engine),
    database: cpuMs(database),
    redis: cpuMs(redis),
  }
}
