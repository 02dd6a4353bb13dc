import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { redisConnector } from './redis.ts'
import { loadSettings } from './settings.ts'
import { eventually } from './testing/flows.ts'

let folder: string
const servers: ChildProcess[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'piecework-redis-'))
})
afterAll(async () => {
  for (const server of servers) {
    server.kill('SIGKILL')
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
  }
  await rm(folder, { recursive: true, force: true })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

/** A Redis server of this test. @param lines of its configuration. */
async function startRedis(lines: string[], args: string[] = []): Promise<void> {
  const file = join(folder, `${servers.length}.conf`)
  await writeFile(file, [`dir ${folder}`, 'save ""', 'bind 127.0.0.1', ...lines].join('\n'))
  servers.push(spawn('redis-server', [file, ...args], { stdio: 'ignore' }))
}

/** Connects as the settings say, and asks for a word and the number of the database. */
async function greet(env: Record<string, string>): Promise<{ pong: string; db: string | undefined }> {
  const { settings } = loadSettings({ AP_FRONTEND_URL: 'http://localhost', ...env })
  const redis = redisConnector(settings, { warn: () => {}, info: () => {} })()
  try {
    return await eventually(async () => {
      const pong = await redis.ping()
      const info = String(await redis.call('CLIENT', 'INFO'))
      return { pong, db: /\bdb=(\d+)/.exec(info)?.[1] }
    }, 'an answer of Redis')
  } finally {
    redis.disconnect()
  }
}

test('host, port, user, password and database', async () => {
  const port = await freePort()
  await startRedis([`port ${port}`, 'user default off', 'user ada on >s3cret ~* &* +@all'])
  const env = {
    AP_REDIS_HOST: '127.0.0.1',
    AP_REDIS_PORT: String(port),
    AP_REDIS_USER: 'ada',
    AP_REDIS_PASSWORD: 's3cret',
  }
  expect(await greet({ ...env, AP_REDIS_DB: '3' })).toEqual({ pong: 'PONG', db: '3' })
  // A URL wins over everything else.
  const url = `redis://ada:s3cret@127.0.0.1:${port}/5`
  expect(await greet({ AP_REDIS_URL: url, AP_REDIS_HOST: 'nowhere.invalid', AP_REDIS_DB: '1' })).toEqual({
    pong: 'PONG',
    db: '5',
  })
})

test('TLS, with the certificate of an authority of one’s own', async () => {
  const port = await freePort()
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate],
  ])
  await startRedis([
    'port 0',
    `tls-port ${port}`,
    `tls-cert-file ${certificate}`,
    `tls-key-file ${key}`,
    `tls-ca-cert-file ${certificate}`,
    'tls-auth-clients no',
  ])
  const ca = { AP_REDIS_SSL_CA_FILE: certificate }
  const host = { AP_REDIS_HOST: 'localhost', AP_REDIS_PORT: String(port), AP_REDIS_USE_SSL: 'true' }
  expect(await greet({ ...host, ...ca })).toMatchObject({ pong: 'PONG' })
  expect(await greet({ AP_REDIS_URL: `rediss://localhost:${port}`, ...ca })).toMatchObject({ pong: 'PONG' })
})

test('sentinels name the server to use', async () => {
  const [port, sentinelPort] = [await freePort(), await freePort()]
  await startRedis([`port ${port}`])
  await startRedis([`port ${sentinelPort}`, `sentinel monitor pieces 127.0.0.1 ${port} 1`], ['--sentinel'])
  const answer = await greet({
    AP_REDIS_TYPE: 'SENTINEL',
    AP_REDIS_SENTINEL_HOSTS: `127.0.0.1:1,127.0.0.1:${sentinelPort}`,
    AP_REDIS_SENTINEL_NAME: 'pieces',
  })
  expect(answer).toEqual({ pong: 'PONG', db: '0' })
})
