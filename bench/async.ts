import { until } from '../test/support/client.ts'
import { load } from './support/load.ts'
import { benchServer, referenceBody, referenceSteps, startFloor } from './support/reference.ts'

/** `npm run bench async [seconds]`: asynchronous calls accepted per second, and the time until all have run. */
const seconds = Number(process.argv[2] ?? 5)
const connections = 50

let floor = 0
{
  await using process = await startFloor()
  floor = (await load(process.url, { connections, seconds, body: referenceBody })).rate
}
await using bench = await benchServer()
const flowId = await bench.client.liveFlow(referenceSteps())
const result = await load(`${bench.server.base}/v1/webhooks/${flowId}`, { connections, seconds, body: referenceBody })
const began = performance.now()
await until(async () => (await bench.client.runs({ status: ['QUEUED', 'RUNNING'], limit: 1 })).data.length === 0)
const behind = (performance.now() - began) / 1000
const { api, projectId } = bench.client
const { data } = await api.flowRuns.countByStatus({ query: { projectId } })
console.log(
  `accepted per second        ${result.rate.toFixed(0)}  (${(result.rate / floor).toFixed(2)} of the floor's ${floor.toFixed(0)})`,
)
console.log(`p50 / p99 ms               ${result.p50} / ${result.p99}`)
console.log(`refused or failed          ${result.errors}`)
console.log(`all finished after         ${behind.toFixed(1)} s more`)
console.log(`runs by status             ${data.map((entry) => `${entry.status} ${entry.count}`).join(', ')}`)
