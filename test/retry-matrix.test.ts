import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { code, until } from './support/client.ts'
import { startRuns } from './support/runs.ts'

/** Every way in which a run may end, tried again in both ways. */
const { folder, client, runs, stop } = await startRuns({
  AP_FLOW_TIMEOUT_SECONDS: '15',
  AP_MAX_FLOW_RUN_LOG_SIZE_MB: '2',
  AP_SANDBOX_MEMORY_LIMIT: String(256 * 1024),
  AP_WORKER_CONCURRENCY: '4',
})
afterAll(stop)

/** The code of the second step while it has to fail, by the status in which the run then ends. */
const CODE_BY_STATUS = {
  SUCCEEDED: `return 'fine'`,
  FAILED: `throw new Error('down')`,
  TIMEOUT: `await new Promise(() => { setInterval(() => {}, 1000) })`,
  CANCELED: `await new Promise(() => { setInterval(() => {}, 1000) })`,
  MEMORY_LIMIT_EXCEEDED: `const held = []; for (;;) held.push(Buffer.alloc(10_000_000, 1))`,
  LOG_SIZE_EXCEEDED: `return 'y'.repeat(3_000_000)`,
} as const

const CASES = Object.entries(CODE_BY_STATUS).flatMap(([status, failing]) =>
  (['FROM_FAILED_STEP', 'ON_LATEST_VERSION'] as const).map((strategy) => ({ status, failing, strategy })),
)

describe.concurrent('a run that ended', () => {
  test.each(CASES)('as $status is tried again $strategy', async ({ status, failing, strategy }) => {
    const ledger = join(folder, `${status}-${strategy}`)
    await writeFile(`${ledger}.bad`, '')
    const flowId = await client.liveFlow([
      code(
        'step_1',
        `export const code = async ({ ledger }) => { (await import('node:fs')).appendFileSync(ledger, '1'); return 'once' }`,
        { ledger },
      ),
      code(
        'step_2',
        `export const code = async ({ ledger }) => {
          const { appendFileSync, existsSync } = await import('node:fs')
          appendFileSync(ledger, '2')
          if (existsSync(ledger + '.bad')) { ${failing} }
          return 'well'
        }`,
        { ledger },
      ),
    ])
    const done = () => readFile(ledger, 'utf8').catch(() => '')
    await runs.fire(flowId)
    if (status === 'CANCELED') {
      await until(async () => (await done()) === '12')
      await client.api.flowRuns.cancelAll({ body: { projectId: client.projectId, flowId: [flowId] } })
    }
    const ended = await runs.runIn(flowId, ...Object.keys(CODE_BY_STATUS))
    expect(ended.status).toBe(status)

    await rm(`${ledger}.bad`)
    const body = { strategy, projectId: client.projectId }
    const again = await client.api.flowRuns.retry({ params: { id: ended.id }, body })
    const isNew = strategy === 'ON_LATEST_VERSION'
    expect(again.id !== ended.id).toBe(isNew)
    const { steps } = await runs.ended(again.id)
    const kept = status === 'SUCCEEDED' && !isNew
    expect(steps).toMatchObject({ step_1: { output: 'once' }, step_2: { output: kept ? 'fine' : 'well' } })
    expect((await client.run(again.id)).status).toBe('SUCCEEDED')
    // Steps that had succeeded do not run again, unless all do.
    expect(await done()).toBe(isNew ? '1212' : kept ? '12' : '122')
    expect((await client.run(ended.id)).status).toBe(isNew ? status : 'SUCCEEDED')
  })
})
