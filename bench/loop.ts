import type { FlowRun } from '@piecework/model/run/run'
import { code, loop, until } from '../test/support/client.ts'
import { load } from './support/load.ts'
import { benchServer, referenceBody, startFloor } from './support/reference.ts'

/**
 * `npm run bench loop`: the cost of an iteration of a loop with a code step, journalled one by one; compared with a
 * bare call that writes one row, made one after the other.
 */
const REPEATS = 3
const FLOOR_SECONDS = 3

let writeMs = 0
{
  await using floor = await startFloor()
  const rate = async () => (await load(floor.url, { connections: 1, seconds: FLOOR_SECONDS, body: referenceBody })).rate
  await rate()
  writeMs = 1000 / (await rate())
}

for (const mode of ['UNSANDBOXED', 'SANDBOX_CODE_ONLY']) {
  await using bench = await benchServer({ AP_EXECUTION_MODE: mode })
  const flowId = await bench.client.liveFlow([
    loop('step_1', '{{ Array.from({ length: trigger.body.n }, (_, i) => i) }}', [
      code('step_2', 'export const code = async (inputs) => inputs.n * 2', { n: '{{step_1.item}}' }),
    ]),
  ])
  const once = async (n: number): Promise<number> => {
    const seen = new Set((await bench.client.runs({ limit: 100 })).data.map((run) => run.id))
    await fetch(`${bench.server.base}/v1/webhooks/${flowId}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ n }),
    })
    const run = await until<FlowRun>(async () =>
      (await bench.client.runs({ limit: 100 })).data.find((one) => !seen.has(one.id) && one.finishTime !== null),
    )
    if (run.status !== 'SUCCEEDED') throw new Error(`The run ended as ${run.status}`)
    return Date.parse(run.finishTime ?? '') - Date.parse(run.startTime ?? '')
  }
  await once(100)
  const perIteration: number[] = []
  for (const n of [100, 1000, 10_000]) {
    const times = []
    for (let i = 0; i < REPEATS; i++) times.push(await once(n))
    perIteration.push(Math.min(...times) / n)
  }
  const [hundred = 0, thousand = 0, tenThousand = 0] = perIteration
  console.log(
    `${mode}: ms per iteration at 100 / 1,000 / 10,000: ${perIteration.map((ms) => ms.toFixed(3)).join(' / ')}`,
  )
  console.log(`  to a bare call that writes one row (${writeMs.toFixed(3)} ms): ${(tenThousand / writeMs).toFixed(2)}`)
  console.log(
    `  cost at 10,000 to cost at 1,000: ${(tenThousand / thousand).toFixed(2)}; at 1,000 to 100: ${(thousand / hundred).toFixed(2)}`,
  )
}
