import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrations } from './database/migrations/index.ts'
import { createTestPostgres } from './database/testing.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'piecework-main-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Ended {
  code: number | null
  output: string
}

/** Runs the server process; `whenReady` gets its port, and the process is asked to stop when it resolves. */
async function run(env: Record<string, string>, whenReady: (origin: string) => Promise<void>): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env.PATH,
      AP_CONFIG_PATH: folder,
      AP_PORT: '0',
      AP_HOST: '127.0.0.1',
      AP_CONTAINER_TYPE: 'APP',
      ...env,
    },
  })
  const lines: string[] = []
  const ended = once(child, 'exit')
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line))
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    const { port, msg } = JSON.parse(line) as { port?: number; msg: string }
    if (port === undefined || msg !== 'Piecework is ready') return
    whenReady(`http://127.0.0.1:${port}`)
      .catch((error: unknown) => lines.push(String(error)))
      .finally(() => child.kill('SIGTERM'))
  })
  const [code] = (await ended) as [number | null]
  return { code, output: lines.join('\n') }
}

test('the process serves, keeps what it was given, and ends cleanly on SIGTERM', async () => {
  const person = { email: 'a@example.com', password: 'Long-enough-1', firstName: 'A', lastName: 'B' }
  const post = (origin: string, path: string) =>
    fetch(`${origin}/api/v1/authentication/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(person),
    })
  const statuses: number[] = []
  const shown: unknown[] = []
  const first = await run({}, async (origin) => {
    const { WEBHOOK_URL_PREFIX } = (await (await fetch(`${origin}/api/v1/flags`)).json()) as Record<string, unknown>
    shown.push(WEBHOOK_URL_PREFIX, `${origin.replace('127.0.0.1', 'localhost')}/api/v1/webhooks`)
    statuses.push((await fetch(`${origin}/api/v1/health`)).status, (await post(origin, 'sign-up')).status)
  })
  expect(first).toMatchObject({ code: 0 })
  // The system chose the port; the address for webhooks has it, too.
  expect(shown[0]).toBe(shown[1])
  const second = await run({}, async (origin) => {
    statuses.push((await post(origin, 'sign-in')).status)
  })
  expect(second).toMatchObject({ code: 0 })
  expect(statuses).toEqual([200, 200, 200])

  const never = async () => {
    throw new Error('it started')
  }
  const otherKey = await run({ AP_ENCRYPTION_KEY: 'a'.repeat(32) }, never)
  expect(otherKey).toMatchObject({ code: 1, output: expect.stringContaining('made with another encryption key') })
  await rm(join(folder, 'keys.json'))
  const keyless = await run({}, never)
  expect(keyless).toMatchObject({
    code: 1,
    output: expect.stringContaining('keys.json is missing, but there is a database'),
  })
})

test('settings that are wrong stop the start with their names', async () => {
  const ended = await run({ AP_PORT: 'x', AP_WORKER_CONCURRENCY: '0' }, async () => {})
  expect(ended.code).toBe(1)
  expect(ended.output).toContain('AP_PORT must be a whole number')
  expect(ended.output).toContain('AP_WORKER_CONCURRENCY must be a whole number from 1 to 1000')
})

test('a port that is taken and a database that is away end the start in a sentence that names the setting', async () => {
  const database = await createTestPostgres()
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const address = holder.address()
  const port = String(typeof address === 'object' ? address?.port : '')
  try {
    const keys = { AP_ENCRYPTION_KEY: 'b'.repeat(32), AP_JWT_SECRET: 'c'.repeat(32) }
    const taken = await run({ ...keys, AP_POSTGRES_URL: database.url, AP_PORT: port }, async () => {})
    expect(taken).toMatchObject({ code: 1, output: expect.stringContaining('choose another AP_PORT') })
    const away = await run({ ...keys, AP_POSTGRES_URL: 'postgres://127.0.0.1:1/x' }, async () => {})
    expect(away).toMatchObject({ code: 1, output: expect.stringContaining('Check AP_POSTGRES_URL') })
    expect(taken.output + away.output).not.toContain('    at ')
  } finally {
    holder.close()
    await database.drop()
  }
})

test('two processes that start at once on an empty PostgreSQL make one schema and one platform, over one connection each', async () => {
  const database = await createTestPostgres()
  const keys = { AP_ENCRYPTION_KEY: 'b'.repeat(32), AP_JWT_SECRET: 'c'.repeat(32) }
  const env = { ...keys, AP_POSTGRES_URL: database.url, AP_POSTGRES_POOL_SIZE: '1' }
  const both = Promise.withResolvers<string[]>()
  const origins: string[] = []
  const founded: number[] = []
  const founding = (origin: string, email: string) =>
    fetch(`${origin}/api/v1/authentication/sign-up`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: 'Long-enough-1', firstName: 'A', lastName: 'B' }),
    })
  const found = async (origin: string) => {
    origins.push(origin)
    if (origins.length === 2) both.resolve(origins)
    await both.promise
    expect((await fetch(`${origin}/api/v1/health`)).status).toBe(200)
    founded.push((await founding(origin, `${new URL(origin).port}@example.com`)).status)
  }
  try {
    const ends = await Promise.all([run(env, found), run(env, found)])
    expect(ends.map(({ code }) => code)).toEqual([0, 0])
    expect(ends.map(({ output }) => output).join('\n')).not.toContain('"level":50')
    expect(founded.toSorted()).toEqual([200, 403])
    const { rows } = await query(
      database.url,
      `select (select count(*)::int from migration) as migrations, (select count(*)::int from platform) as platforms`,
    )
    expect(rows).toEqual([{ migrations: migrations.length, platforms: 1 }])
  } finally {
    await database.drop()
  }
})

test('of two processes that start at once on an empty PostgreSQL with different keys one does not start', async () => {
  const database = await createTestPostgres()
  try {
    const start = (key: string) => {
      const keys = { AP_ENCRYPTION_KEY: key.repeat(32), AP_JWT_SECRET: 'c'.repeat(32) }
      return run({ ...keys, AP_POSTGRES_URL: database.url }, async () => {})
    }
    const ends = await Promise.all([start('a'), start('b')])
    expect(ends.map(({ code }) => code).toSorted()).toEqual([0, 1])
    expect(ends.find(({ code }) => code === 1)?.output).toContain('another encryption key')
  } finally {
    await database.drop()
  }
})

async function query(connectionString: string, text: string) {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return await client.query(text)
  } finally {
    await client.end()
  }
}
