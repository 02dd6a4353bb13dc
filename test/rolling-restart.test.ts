import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTestPostgres } from '@piecework/server/database/testing'
import { freePort } from '@piecework/server/testing/free-port'
import { expect, test } from 'vitest'
import { code, respond, signIn, until } from './support/client.ts'
import { unfinished } from './support/kill.ts'
import { type ServerProcess, startServer, temporaryFolder } from './support/process.ts'

const REDIS_URL = `${process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'}/12`
const KEYS = {
  AP_ENCRYPTION_KEY: '0123456789abcdef0123456789abcdef',
  AP_JWT_SECRET: 'a secret of the whole cluster, long',
}
const CALLERS = 12

/** Sends a call as a load balancer does: what was refused by the documented answers goes to the next app, at once. */
async function balanced(bases: readonly string[], first: number, path: string, call: string): Promise<string> {
  for (let turn = first; ; turn++) {
    try {
      const answer = await fetch(`${bases[turn % bases.length]}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ call }),
      })
      const text = await answer.text()
      if (answer.status !== 503) return `${answer.status} ${text}`
      const { code: what } = JSON.parse(text)
      if (what !== 'SERVICE_UNAVAILABLE' || answer.headers.get('retry-after') === null) return `503 ${text}`
    } catch (error) {
      const { cause } = Object(error)
      if (cause?.code !== 'ECONNREFUSED') return `broken: ${cause}`
    }
    await sleep(20)
  }
}

test.each([
  ['PostgreSQL', {}],
  ['PostgreSQL and Redis', { AP_REDIS_URL: REDIS_URL }],
])('a rolling restart of two apps on %s loses no call and runs none twice', async (_name, env) => {
  await using stack = new AsyncDisposableStack()
  const folder = await temporaryFolder()
  stack.defer(folder.remove)
  const database = await createTestPostgres()
  stack.defer(database.drop)
  // Each app keeps its port over its restarts.
  const ports = [await freePort(), await freePort()]
  const start = (index: number) =>
    startServer(join(folder.path, `app-${index}`), {
      ...{ ...KEYS, ...env, AP_POSTGRES_URL: database.url, AP_PORT: String(ports[index]) },
      ...{ AP_STOP_DELAY_SECONDS: '1', AP_WORKER_CONCURRENCY: '2' },
    })
  const apps: ServerProcess[] = await Promise.all([start(0), start(1)])
  stack.defer(async () => void (await Promise.all(apps.map((app) => app.kill().catch(() => {})))))
  const bases = apps.map(({ base }) => base)

  const ledger = join(folder.path, 'ledger')
  const client = await signIn(bases[0] ?? '')
  const writes = (ms: number) =>
    code(
      'step_1',
      `export const code = async ({ call, ledger }) => {
        const { appendFileSync } = await import('node:fs'); appendFileSync(ledger, call + '\\n')
        await new Promise((done) => setTimeout(done, ${ms})); return call }`,
      { ledger, call: '{{trigger.body.call}}' },
    )
  const accepted = await client.liveFlow([writes(20)])
  const answered = await client.liveFlow([writes(150), respond('step_2', '{{step_1}}')])

  const outcomes = new Map<string, string>()
  let calling = true
  // With four slots, some of those who wait for answers wait for a slot first.
  const callers = Array.from({ length: CALLERS }, async (_, caller) => {
    for (let count = 0; calling; count++) {
      const waits = caller % 3 > 0
      const call = `${waits ? 'sync' : 'async'}-${caller}-${count}`
      const path = waits ? `/v1/webhooks/${answered}/sync` : `/v1/webhooks/${accepted}`
      outcomes.set(call, await balanced(bases, caller + count, path, call))
      if (!waits) await sleep(100)
    }
  })
  await sleep(500)
  for (const index of [0, 1]) {
    expect(await apps[index]?.stop()).toBe(0)
    apps[index] = await start(index)
  }
  calling = false
  await Promise.all(callers)
  const later = await signIn(bases[0] ?? '')
  await until(async () => (await unfinished(later)) === 0)

  const wrong = [...outcomes].filter(([call, text]) => text !== (call.startsWith('sync') ? `200 ${call}` : '200 {}'))
  expect(wrong).toEqual([])
  const ran = (await readFile(ledger, 'utf8')).trimEnd().split('\n')
  expect(ran.toSorted()).toEqual([...outcomes.keys()].toSorted())
  expect(await Promise.all(apps.map((app) => app.stop()))).toEqual([0, 0])
})
