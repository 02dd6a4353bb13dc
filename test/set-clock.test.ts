import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectDatabase } from '@piecework/server/database/open'
import { createTestPostgres } from '@piecework/server/database/testing'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { code, signIn, until } from './support/client.ts'
import { startServer, temporaryFolder } from './support/process.ts'
import { runsOf } from './support/runs.ts'

const PRELOAD = new URL('./support/stepped-clock.ts', import.meta.url).href
const HOUR_MS = 60 * 60 * 1000
const MINUTE_MS = 60_000

const everyMinute = {
  ...{ name: 'trigger', displayName: 'Every minute', valid: true, lastUpdatedDate: new Date(0).toISOString() },
  type: 'PIECE_TRIGGER',
  settings: {
    ...{ pieceName: '@activepieces/piece-schedule', pieceVersion: '0.1.17', propertySettings: {} },
    triggerName: 'every_x_minutes',
    input: { minutes: 1 },
  },
}

/** A server whose clock the test sets, and a flow of every minute in it. */
async function start(stack: AsyncDisposableStack, env: Record<string, string> = {}) {
  const folder = await temporaryFolder()
  stack.defer(folder.remove)
  const file = join(folder.path, 'clock')
  let offset = 0
  const set = async (ms: number) => {
    offset = ms
    await writeFile(file, String(ms))
  }
  await set(Number(env.OFFSET ?? 0))
  // As an argument of the process it holds for its threads, too.
  const preloads = ['sh', '-c', `exec "$0" --import '${PRELOAD}?file=${file}' "$@"`]
  const server = await startServer(join(folder.path, 'config'), env, preloads)
  stack.defer(async () => void (await server.kill()))
  const client = await signIn(server.base)
  const flowId = await client.liveFlow([code('step_1', 'export const code = () => 1')], everyMinute)
  const runs = async () => (await runsOf(client).runsOf(flowId)).length
  /** Just before the next full minute. */
  const toNextMinute = () => set(offset + MINUTE_MS - ((Date.now() + offset) % MINUTE_MS) - 500)
  return { server, runs, set, toNextMinute }
}

test('a clock that is set back by hours, and forward again, neither stops a schedule nor repeats its ticks', async () => {
  await using stack = new AsyncDisposableStack()
  const { server, runs, set, toNextMinute } = await start(stack)
  await set(-3 * HOUR_MS)
  await until(async () => /was set back/.test(server.output()) && /triggers were repaired/.test(server.output()))
  await toNextMinute()
  await until(async () => (await runs()) === 1)
  // The minute is not over yet: another tick would be a repeated one.
  await sleep(1500)
  expect(await runs()).toBe(1)
  await set(0)
  await toNextMinute()
  await until(async () => (await runs()) >= 2)
  await sleep(1500)
  // The hours that never were are one tick at most, and the full minute is another.
  expect(await runs()).toBeLessThanOrEqual(3)
})

test.each([-3, 3])(
  'with PostgreSQL ticks fall due by its clock, though that of the app is off by %i hours',
  async (hours) => {
    await using stack = new AsyncDisposableStack()
    const database = await createTestPostgres()
    stack.defer(database.drop)
    const { runs } = await start(stack, { AP_POSTGRES_URL: database.url, OFFSET: String(hours * HOUR_MS) })
    const db = connectDatabase({
      type: 'POSTGRES',
      connection: database.url,
      ssl: false,
      poolSize: 1,
      idleTimeoutMs: 1000,
    })
    stack.defer(() => db.destroy())
    const next = async () => {
      const { rows } = await sql<{ ms: number }>`
        select (extract(epoch from "dueAt" - now()) * 1000)::float8 as ms from job
        where kind = 'POLL' and "leaseUntil" is null`.execute(db)
      return rows[0]?.ms
    }
    expect(Math.abs((await next()) ?? Number.NaN)).toBeLessThan(MINUTE_MS)
    await sql`update job set "dueAt" = now() where kind = 'POLL'`.execute(db)
    await until(async () => (await runs()) === 1)
    await expect.poll(next).toBeGreaterThan(0)
    expect(await next()).toBeLessThan(MINUTE_MS)
  },
)
