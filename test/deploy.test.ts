import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { SETTINGS } from '../apps/server/src/settings/table.ts'
import { loadSettings } from '../apps/server/src/settings.ts'
import { startTestServer } from '../apps/server/src/testing/server.ts'

const DEPLOY = new URL('../deploy/', import.meta.url).pathname
const CHART = join(DEPLOY, 'helm/piecework')

const read = (...path: string[]) => readFile(join(DEPLOY, ...path), 'utf8')

const Compose = z.object({
  services: z.record(
    z.string(),
    z.looseObject({
      environment: z.record(z.string(), z.string()).optional(),
      networks: z.array(z.string()),
      deploy: z.object({ replicas: z.number() }).optional(),
    }),
  ),
  networks: z.record(z.string(), z.object({ internal: z.boolean() }).nullable()),
})

/** The variables that an operator writes into .env. */
const ENV: Record<string, string> = {
  AP_FRONTEND_URL: 'https://flows.example.com',
  AP_ENCRYPTION_KEY: '0123456789abcdef0123456789abcdef',
  AP_JWT_SECRET: 'a'.repeat(64),
  AP_WORKER_TOKEN: 'token',
  AP_POSTGRES_PASSWORD: 'secret',
}

/** `${NAME}`, `${NAME:-default}` and `${NAME:?message}`, as Compose reads them. */
const substitute = (text: string): string =>
  text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind: string | undefined, rest: string) => {
    const value = ENV[name]
    if (value === undefined && kind === '?') throw new Error(`${name} is needed: ${rest}`)
    return value ?? (kind === '-' ? rest : '')
  })

test('docker-compose.yml: settings that the server accepts, five workers that cannot reach the database', async () => {
  const { services, networks } = Compose.parse(
    parse(await read('docker-compose.yml'), (_, value) => (typeof value === 'string' ? substitute(value) : value), {
      merge: true,
    }),
  )
  const { app, worker, postgres, redis } = services
  for (const service of [app, worker]) expect(loadSettings(service?.environment ?? {}).warnings).toEqual([])
  expect(loadSettings(app?.environment ?? {}).settings).toMatchObject({
    containerType: 'APP',
    dbType: 'POSTGRES',
    redisType: 'STANDALONE',
    executionMode: 'SANDBOX_CODE_ONLY',
    networkMode: 'STRICT',
  })
  expect(worker?.deploy?.replicas).toBe(5)
  for (const store of [postgres, redis])
    expect(store?.networks.filter((network) => worker?.networks.includes(network))).toEqual([])
  expect(networks.data).toEqual({ internal: true })
  const secrets = ['AP_JWT_SECRET', 'AP_ENCRYPTION_KEY', 'AP_POSTGRES_PASSWORD']
  expect(Object.keys(worker?.environment ?? {}).filter((name) => secrets.includes(name))).toEqual([])
})

test('the chart names settings that exist, and values that it has', async () => {
  const known = new Set<string>(Object.values(SETTINGS).map(({ env }) => env))
  const values: unknown = parse(await readFile(join(CHART, 'values.yaml'), 'utf8'))
  const problems: string[] = []
  for (const name of await readdir(join(CHART, 'templates'))) {
    const text = await readFile(join(CHART, 'templates', name), 'utf8')
    for (const [setting] of text.matchAll(/\b(AP|OTEL)_[A-Z0-9_]+\b/g))
      if (!known.has(setting) && setting !== 'OTEL_EXPORTER_OTLP_HEADERS') problems.push(`${name}: ${setting}`)
    for (const [, path = ''] of text.matchAll(/\.Values\.([\w.]+)/g)) {
      const value = path.split('.').reduce<unknown>((at, key) => Reflect.get(Object(at), key), values)
      if (value === undefined) problems.push(`${name}: .Values.${path}`)
    }
  }
  expect(problems).toEqual([])
})

test('the volume of a worker of the chart holds more than its cache may become', async () => {
  const worker = await readFile(join(CHART, 'templates', 'worker.yaml'), 'utf8')
  expect(worker).toMatch(/AP_WORKER_CACHE_SIZE_MB, value: \{\{ \.Values\.worker\.cacheSizeMb \| quote \}\}/)
  const [, room] =
    /sizeLimit: \{\{ printf "%dMi" \(add \(int \.Values\.worker\.cacheSizeMb\) (\d+)\) \}\}/.exec(worker) ?? []
  // Installs that go on, with a piece of the largest size for each slot, are not in the cache yet.
  const values = parse(await readFile(join(CHART, 'values.yaml'), 'utf8'))
  expect(Number(room)).toBeGreaterThanOrEqual(512 * values.worker.concurrency)
})

test('the health check of the image tells a server that takes calls from one that does not', {
  timeout: 60_000,
}, async () => {
  // The check runs in a process of its own, because the server answers from this one.
  const check = (env: Record<string, string>) =>
    new Promise((done) => {
      execFile(process.execPath, [join(DEPLOY, 'healthcheck.mjs')], { env }, (error) => done(error?.code ?? 0))
    })
  const server = await startTestServer()
  const AP_PORT = new URL(server.origin).port
  const status = await check({ AP_PORT })
  await server[Symbol.asyncDispose]()
  expect(status).toBe(0)
  expect(await check({ AP_PORT })).toBe(1)
  expect(await check({ AP_PORT, AP_CONTAINER_TYPE: 'WORKER' })).toBe(0)
})
