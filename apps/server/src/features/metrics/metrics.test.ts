import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { composeServer } from '../../compose.ts'
import { createTestPostgres } from '../../database/testing.ts'
import { createLog } from '../../log.ts'
import { createRunLog } from '../../observability/run-log.ts'
import { loadSettings } from '../../settings.ts'
import { startCutProxy } from '../../testing/cut-proxy.ts'
import { codeAction, eventually, flowMaker, webhookTrigger } from '../../testing/flows.ts'
import { signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'
import { newRun } from '../runs/new-run.ts'

const TOKEN = 'a-token-for-the-scraper'

const Attribute = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) })
const SpanShape = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  startTimeUnixNano: z.coerce.number(),
  endTimeUnixNano: z.coerce.number(),
  attributes: z.array(Attribute),
  status: z.object({ code: z.number().optional(), message: z.string().optional() }),
})
type SpanShape = z.infer<typeof SpanShape>
const Export = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(Attribute) }),
      scopeSpans: z.array(z.object({ spans: z.array(SpanShape) })),
    }),
  ),
})

/** Takes traces as a collector does. */
const spans: SpanShape[] = []
const services = new Set<unknown>()
const collector = createServer(async (request, response) => {
  let text = ''
  for await (const part of request) text += part
  if (request.method === 'POST' && request.url === '/v1/traces')
    for (const { resource, scopeSpans } of Export.parse(JSON.parse(text)).resourceSpans) {
      services.add(resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue)
      spans.push(...scopeSpans.flatMap((scope) => scope.spans))
    }
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
})

let server: TestServer
let plain: TestServer
let runId: string
let failedRunId: string
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metrics-'))
  await new Promise<void>((done) => collector.listen(0, '127.0.0.1', done))
  server = await startTestServer({
    AP_CONTAINER_TYPE: 'WORKER_AND_APP',
    AP_METRICS_TOKEN: TOKEN,
    AP_OTEL_ENABLED: 'true',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_SERVICE_NAME: 'flows',
  })
  plain = await startTestServer()
  const owner = await signUpOwner(server)
  const make = flowMaker(server, owner)
  const run = async (code: string): Promise<string> => {
    const flow = await make.create(webhookTrigger(), [
      codeAction('step_1', code),
      codeAction('step_2', 'export const code = async () => 2'),
    ])
    await make.publish(flow.id)
    await server.call('POST', `/v1/webhooks/${flow.id}/sync`, { body: {} })
    const [finished] = await make.finishedRuns(flow.id, 1)
    return finished?.id ?? ''
  }
  runId = await run('export const code = async () => { await new Promise((done) => setTimeout(done, 30)); return 1 }')
  failedRunId = await run(`export const code = async () => { throw new Error('no') }`)
}, 120_000)
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await plain?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
  collector.closeAllConnections()
  collector.close()
})

describe('metrics', () => {
  const scrape = (origin: string, headers: Record<string, string> = {}) => fetch(`${origin}/metrics`, { headers })

  test('tell of runs, queue, sandboxes, database and process', async () => {
    const answer = await scrape(server.origin, { authorization: `Bearer ${TOKEN}` })
    expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4')
    const text = await answer.text()
    const value = (sample: string) =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${sample} `))
          ?.split(' ')[1],
      )
    expect(value('piecework_runs_total{status="SUCCEEDED"}')).toBe(1)
    expect(value('piecework_runs_total{status="FAILED"}')).toBe(1)
    expect(value('piecework_run_duration_seconds_count')).toBe(2)
    expect(value('piecework_run_duration_seconds_sum')).toBeGreaterThan(0.03)
    expect(value('piecework_run_latency_seconds_bucket{le="+Inf"}')).toBe(2)
    expect(value('piecework_steps_total')).toBeGreaterThanOrEqual(3)
    expect(value('piecework_queue_jobs{kind="RUN",state="waiting"}')).toBe(0)
    expect(value('piecework_queue_oldest_seconds{kind="POLL"}')).toBe(0)
    expect(value('piecework_sandbox_slots')).toBe(5)
    expect(value('piecework_dependency_up{dependency="database"}')).toBe(1)
    expect(value('piecework_dependency_latency_seconds{dependency="database"}')).toBeGreaterThan(0)
    expect(value('piecework_event_loop_lag_seconds{quantile="0.99"}')).toBeGreaterThanOrEqual(0)
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(10_000_000)
    // Every line is a comment or a sample, as scrapers want it.
    for (const line of text.trimEnd().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? -?[\d.e+-]+)$/)
  })

  test('are for those with the token; without one, for the same machine alone', async () => {
    expect((await scrape(server.origin)).status).toBe(401)
    expect((await scrape(server.origin, { authorization: 'Bearer wrong' })).status).toBe(401)
    expect((await scrape(plain.origin)).status).toBe(200)
    expect((await scrape(plain.origin, { 'x-forwarded-for': '203.0.113.9' })).status).toBe(403)
  })
})

describe('traces', () => {
  const traceOf = (id: string) =>
    eventually(async () => {
      const own = spans.filter(({ attributes }) => attributes.some(({ value }) => value.stringValue === id))
      const [first] = own
      const all = spans.filter((span) => span.traceId === first?.traceId)
      return all.some((span) => span.name === 'run') && all.some((span) => span.name === 'webhook') ? all : undefined
    }, `the trace of run ${id}`)

  test('go from the webhook over dispatch and engine to the steps, in one tree', { timeout: 60_000 }, async () => {
    const trace = await traceOf(runId)
    const [root] = trace.filter((span) => span.parentSpanId === undefined)
    const engine = trace.find((span) => span.name === 'engine')
    expect(root?.name).toBe('run')
    expect(services).toEqual(new Set(['flows']))
    const under = (parent: SpanShape | undefined) =>
      trace.filter((span) => span.parentSpanId === parent?.spanId).map((span) => span.name)
    expect(under(root).sort()).toEqual(['dispatch', 'engine', 'webhook'])
    expect(under(engine)).toEqual(expect.arrayContaining(['step step_1', 'step step_2']))
    const step = trace.find((span) => span.name === 'step step_1')
    expect((step?.endTimeUnixNano ?? 0) - (step?.startTimeUnixNano ?? 0)).toBeGreaterThan(25_000_000)
    for (const span of trace)
      expect(span.startTimeUnixNano, span.name).toBeGreaterThanOrEqual(root?.startTimeUnixNano ?? 0)
  })

  test('show which step failed', { timeout: 60_000 }, async () => {
    const trace = await traceOf(failedRunId)
    const failed = trace.filter((span) => span.status.code === 2).map((span) => span.name)
    expect(failed.sort()).toEqual(['engine', 'run', 'step step_1'])
  })
})

test('health tells live from ready', async () => {
  const { settings } = loadSettings({ AP_CONTAINER_TYPE: 'APP', AP_PORT: '0', AP_CONFIG_PATH: folder })
  const cold = await composeServer(settings, createLog({ ...settings, logLevel: 'error' }))
  const ask = async (url: string) => (await cold.app.inject({ url: `/api/v1/health/${url}` })).statusCode
  expect([await ask('live'), await ask('ready')]).toEqual([200, 503])
  await cold.start()
  expect([await ask('live'), await ask('ready')]).toEqual([200, 200])
  const closed = cold.close()
  expect(await ask('ready').catch(() => 503)).toBe(503)
  await closed
})

test('health and metrics answer within seconds when the database hangs, and tell when it is back', async () => {
  const database = await createTestPostgres()
  const url = new URL(database.url)
  const proxy = await startCutProxy(url.hostname, Number(url.port || 5432))
  url.hostname = '127.0.0.1'
  url.port = String(proxy.port)
  const hung = await startTestServer({
    AP_POSTGRES_URL: url.toString(),
    AP_ENCRYPTION_KEY: 'a'.repeat(32),
    AP_JWT_SECRET: 'b'.repeat(32),
    AP_POSTGRES_POOL_SIZE: '2',
  })
  const statusOf = async (path: string) => (await hung.call('GET', `/v1/health${path}`)).status
  expect(await statusOf('')).toBe(200)
  proxy.hang()
  // The result of a moment ago still counts.
  await expect.poll(() => statusOf('')).toBe(503)
  const since = performance.now()
  // More of them than there are connections.
  const [unwell, metrics] = await Promise.all([
    Promise.all([...Array(10).fill(''), '/ready', '/live'].map(statusOf)),
    fetch(`${hung.origin}/metrics`).then((response) => response.text()),
  ])
  expect(performance.now() - since).toBeLessThan(4000)
  expect(unwell).toEqual([...Array(11).fill(503), 200])
  expect(metrics).toContain('piecework_dependency_up{dependency="database"} 0')
  proxy.goOn()
  await expect.poll(() => statusOf(''), { timeout: 10_000 }).toBe(200)
  await hung[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
  await database.drop()
})

test('the log tells of a run with its ids', async () => {
  const lines: Record<string, unknown>[] = []
  const log = createLog({ logLevel: 'debug', logPretty: false }, { write: (line) => lines.push(JSON.parse(line)) })
  const ids = { runId: 'run', attempt: 2, projectId: 'project', flowId: 'flow', executionType: 'RESUME' } as const
  const facts = newRun({ projectId: 'project', flowId: 'flow', flowVersionId: 'version', payload: '{}', priority: 3 })
  const attempt = { ...ids, version: { version: { displayName: 'A flow' } }, facts, startTime: null }
  const outcome = { status: 'FAILED', finishTime: null, failedStep: null, tags: [], stepsCount: 3, log: '{}' } as const
  createRunLog(log)
    .started(attempt)
    .ended({ ...outcome, tags: [] })
  expect(lines).toMatchObject([{ ...ids, status: 'FAILED', stepsCount: 3 }])
})
