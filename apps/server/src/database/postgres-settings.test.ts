import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSettings } from '../settings.ts'
import { openDatabase } from './open.ts'
import { databaseOptions } from './options.ts'
import { createTestPostgres } from './testing.ts'

/** A real database, reached as the settings say. */
let database: Awaited<ReturnType<typeof createTestPostgres>>
let folder: string
let parts: Record<string, string>

beforeAll(async () => {
  database = await createTestPostgres()
  folder = await mkdtemp(join(tmpdir(), 'piecework-tls-'))
  const { hostname, port, username, password, pathname } = new URL(database.url)
  parts = {
    AP_POSTGRES_HOST: hostname,
    AP_POSTGRES_PORT: port || '5432',
    AP_POSTGRES_USERNAME: decodeURIComponent(username),
    AP_POSTGRES_PASSWORD: decodeURIComponent(password),
    AP_POSTGRES_DATABASE: pathname.slice(1),
  }
})
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

const open = (env: Record<string, string>) => openDatabase(databaseOptions(loadSettings(env).settings))

async function nameOf(env: Record<string, string>): Promise<string | undefined> {
  const db = await open(env)
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db)
  await db.destroy()
  return rows[0]?.name
}

test('by URL and by parts', async () => {
  const name = parts.AP_POSTGRES_DATABASE
  expect(await nameOf({ AP_POSTGRES_URL: database.url })).toBe(name)
  expect(await nameOf(parts)).toBe(name)
})

test('plans are not compiled, whatever the server is set to', async () => {
  const db = await open(parts)
  const { rows } = await sql<{ jit: string }>`show jit`.execute(db)
  expect(rows).toEqual([{ jit: 'off' }])
  await db.destroy()
})

test('no more connections than the pool may have, and idle ones are closed', async () => {
  const db = await open({ ...parts, AP_POSTGRES_POOL_SIZE: '2', AP_POSTGRES_IDLE_TIMEOUT_MS: '50' })
  const mine = async () => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::integer as count from pg_stat_activity where datname = current_database()`.execute(db)
    return rows[0]?.count ?? 0
  }
  const ask = () => sql<{ pid: number }>`select pg_backend_pid() as pid from pg_sleep(0.02)`.execute(db)
  const answers = await Promise.all(Array.from({ length: 10 }, ask))
  expect(new Set(answers.map(({ rows }) => rows[0]?.pid)).size).toBe(2)
  // One to ask with.
  await expect.poll(mine, { interval: 100, timeout: 10_000 }).toBe(1)
  await db.destroy()
})

/** Speaks TLS before the real server, as PostgreSQL itself does: first a request in clear text, then the handshake. */
async function withTls(use: (port: string, ca: string) => Promise<void>): Promise<void> {
  const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', keyFile, '-out', certificateFile],
  ])
  const [key, cert] = [await readFile(keyFile), await readFile(certificateFile)]
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    sockets.add(near.on('error', () => {}))
    near.once('data', () => {
      near.write('S')
      const secure = new TLSSocket(near, { isServer: true, key, cert })
      const far = connect(Number(parts.AP_POSTGRES_PORT), parts.AP_POSTGRES_HOST ?? '')
      for (const socket of [secure, far]) sockets.add(socket.on('error', () => near.destroy()))
      secure.pipe(far).pipe(secure)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  try {
    await use(String(typeof address === 'object' ? address?.port : ''), String(cert))
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}

test('TLS, with the certificate of an authority of one’s own', async () => {
  await withTls(async (port, ca) => {
    const name = parts.AP_POSTGRES_DATABASE
    const tls = { ...parts, AP_POSTGRES_HOST: 'localhost', AP_POSTGRES_PORT: port, AP_POSTGRES_USE_SSL: 'true' }
    expect(await nameOf({ ...tls, AP_POSTGRES_SSL_CA: ca.replaceAll('\n', '\\n') })).toBe(name)
    const url = new URL(database.url)
    url.hostname = 'localhost'
    url.port = port
    url.searchParams.set('sslmode', 'verify-full')
    expect(await nameOf({ AP_POSTGRES_URL: url.toString(), AP_POSTGRES_SSL_CA: ca })).toBe(name)
    // Nobody vouches for it: the message names what to check.
    await expect(nameOf(tls)).rejects.toThrow(/self-signed certificate.*AP_POSTGRES_SSL_CA/)
  })
})

test('a server that is not there is named, with the settings to check', async () => {
  await expect(nameOf({ AP_POSTGRES_URL: 'postgres://u:s3cret@127.0.0.1:1/x' })).rejects.toThrow(
    /^The database server 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED.* Check AP_POSTGRES_URL/,
  )
  await expect(nameOf({ ...parts, AP_POSTGRES_DATABASE: 'nobody_made_it' })).rejects.toThrow('does not exist. Check')
})
