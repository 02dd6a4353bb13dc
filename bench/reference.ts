import { load } from './support/load.ts'
import { benchServer, referenceBody, referenceSteps, startFloor } from './support/reference.ts'

/** `npm run bench reference [seconds]`: the reference workload compared with its floor, in both sandbox modes. */
const seconds = Number(process.argv[2] ?? 8)
const LEVELS = [1, 10, 50]

const row = (...cells: (string | number)[]) => console.log(cells.map((cell) => String(cell).padStart(12)).join(''))
row('', 'callers', 'req/s', 'p50 ms', 'p99 ms', 'errors', 'of floor')

const floor = new Map<number, number>()
{
  await using process = await startFloor()
  for (const connections of LEVELS) {
    const result = await load(process.url, { connections, seconds, body: referenceBody })
    floor.set(connections, result.rate)
    row('floor', connections, result.rate.toFixed(0), result.p50, result.p99, result.errors, '1.00')
  }
}

for (const mode of ['UNSANDBOXED', 'SANDBOX_CODE_ONLY']) {
  await using bench = await benchServer({ AP_EXECUTION_MODE: mode })
  const flowId = await bench.client.liveFlow(referenceSteps())
  for (const connections of LEVELS) {
    const url = `${bench.server.base}/v1/webhooks/${flowId}/sync`
    const result = await load(url, { connections, seconds, body: referenceBody })
    const share = (result.rate / (floor.get(connections) ?? Number.NaN)).toFixed(2)
    const name = mode === 'UNSANDBOXED' ? 'unsandboxed' : 'isolate'
    row(name, connections, result.rate.toFixed(0), result.p50, result.p99, result.errors, share)
  }
}
