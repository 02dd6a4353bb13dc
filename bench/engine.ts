import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngine } from '../packages/engine/src/engine.ts'
import { runFlow } from '../packages/engine/src/flow/run.ts'
import type { RunPort } from '../packages/engine/src/protocol.ts'
import {
  BOTH_MODES,
  code,
  configOf,
  loop,
  noConnections,
  operationOf,
  prepare,
  versionOf,
} from '../packages/engine/src/testing/harness.ts'

/**
 * The cost of the engine alone: a loop with a code step at growing numbers of iterations (cost per iteration must be
 * flat), and short runs one after the other. The journal does not wait.
 *
 * node --no-node-snapshot bench/engine.ts
 */

const port: RunPort = {
  journal() {},
  flush: async () => undefined,
  respond() {},
  progress() {},
  connection: noConnections,
}
const SHORT_RUNS = 2_000

const folder = await mkdtemp(join(tmpdir(), 'engine-bench-'))
for (const executionMode of BOTH_MODES) {
  const config = configOf({ executionMode }, { maxLogSizeMb: 500 })
  const engine = createEngine({ config })
  const body = code('step_2', 'return i.n + 1', { n: '{{step_1.item}}', text: 'round {{step_1.index}}' })
  const looped = await prepare(folder, versionOf([loop('step_1', '{{trigger.items}}', [body])]))
  const short = await prepare(folder, versionOf([code('step_1', 'return { n: i.n * 2 }', { n: '{{trigger.n}}' })]))

  const runLoop = async (rounds: number): Promise<number> => {
    const triggerPayload = JSON.stringify({ items: Array.from({ length: rounds }, (_, n) => n) })
    const startedAt = performance.now()
    const { status } = await runFlow(operationOf(looped, { triggerPayload }), port, engine)
    if (status !== 'SUCCEEDED') throw new Error(status)
    return performance.now() - startedAt
  }
  await runLoop(1_000)
  for (const rounds of [100, 1_000, 10_000]) {
    const times = [await runLoop(rounds), await runLoop(rounds), await runLoop(rounds)].sort((a, b) => a - b)
    const perRound = ((times[1] ?? 0) / rounds).toFixed(4)
    console.log(`${executionMode.padEnd(18)} loop of ${String(rounds).padStart(6)}: ${perRound} ms per iteration`)
  }
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  for (let i = 0; i < SHORT_RUNS; i++) await runFlow(operationOf(short, { triggerPayload: `{"n":${i}}` }), port, engine)
  const { user, system } = process.cpuUsage(cpu)
  const wall = ((performance.now() - startedAt) / SHORT_RUNS).toFixed(3)
  const busy = ((user + system) / 1000 / SHORT_RUNS).toFixed(3)
  console.log(`${executionMode.padEnd(18)} run of one code step: ${wall} ms, ${busy} ms of CPU`)
}
await rm(folder, { recursive: true })
