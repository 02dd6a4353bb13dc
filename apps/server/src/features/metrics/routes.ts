import { timingSafeEqual } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Db } from '../../database/open.ts'
import type { Dispatcher } from '../../dispatch/dispatcher.ts'
import { openAccess } from '../../http/route.ts'
import { isOperator } from '../../observability/caller.ts'
import { CONTENT_TYPE, snapshot } from '../../observability/exposition.ts'
import { patiently } from '../../observability/patience.ts'
import type { RunMetrics } from '../../observability/run-metrics.ts'
import { JOB_KINDS } from '../../queue/job.ts'
import { answers } from '../health/store.ts'
import { type QueueState, queueState } from './store.ts'

interface Parts {
  db: Db
  dispatcher: Pick<Dispatcher, 'load'>
  runs: RunMetrics
  release: string
  /** AP_METRICS_TOKEN; without it only this machine may read. */
  token: string | undefined
  /** Requests of flows may come from this process, which runs the egress proxy. */
  proxiesFlows: boolean
  /** Asks Redis for an answer; absent where there is none. */
  pingRedis?: (() => Promise<unknown>) | undefined
}

/** However many scrapers there are, the queue is counted once in this time. */
const QUEUE_FRESH_MS = 5000
const LOOP_RESOLUTION_MS = 20

/** `GET /metrics` for Prometheus. */
export function metricsRoutes(app: FastifyInstance, parts: Parts): void {
  const { db, dispatcher, runs, release, token, pingRedis } = parts
  const loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS })
  loop.enable()
  app.addHook('onClose', async () => {
    loop.disable()
  })
  let counted: { at: number; state: Promise<QueueState[]> } | undefined

  const queue = (): Promise<QueueState[]> => {
    if (!counted || Date.now() - counted.at > QUEUE_FRESH_MS)
      counted = { at: Date.now(), state: patiently(queueState(db), []) }
    return counted.state
  }

  app.route({
    method: 'GET',
    url: '/metrics',
    config: openAccess('guarded by AP_METRICS_TOKEN, or open to the same machine only'),
    handler: async (request, reply) => {
      if (!(await mayRead(request, token, parts.proxiesFlows))) {
        return reply.code(token === undefined ? 403 : 401).send({
          statusCode: token === undefined ? 403 : 401,
          code: token === undefined ? 'AUTHORIZATION' : 'INVALID_BEARER_TOKEN',
          params: {
            message:
              'Metrics are read by programs of the same machine (of Linux) that are no flows, or with AP_METRICS_TOKEN as a bearer token.',
          },
        })
      }
      const [jobs, database, redis] = await Promise.all([
        queue(),
        timed(() => answers(db)),
        pingRedis ? timed(() => pingRedis().then(() => true)) : undefined,
      ])
      const text = [
        runs.text(),
        queueText(jobs),
        workersText(dispatcher.load()),
        dependencyText({ database, ...(redis ? { redis } : {}) }),
        loopText(loop),
        processText(release),
      ].join('')
      loop.reset()
      return reply.type(CONTENT_TYPE).send(text)
    },
  })
}

/** Proxies of the same machine speak for others, so what they forward is not taken for local; nor are flows. */
async function mayRead(
  { headers, socket }: FastifyRequest,
  token: string | undefined,
  proxiesFlows: boolean,
): Promise<boolean> {
  if (token !== undefined) {
    const given = Buffer.from(headers.authorization ?? '')
    const wanted = Buffer.from(`Bearer ${token}`)
    return given.length === wanted.length && timingSafeEqual(given, wanted)
  }
  const forwarded = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'].some((name) => headers[name] !== undefined)
  return !forwarded && (await isOperator(socket, proxiesFlows))
}

interface Timed {
  ok: boolean
  seconds: number
}

async function timed(ask: () => Promise<boolean>): Promise<Timed> {
  const begin = performance.now()
  const ok = await ask().catch(() => false)
  return { ok, seconds: (performance.now() - begin) / 1000 }
}

function queueText(jobs: readonly QueueState[]): string {
  const states = JOB_KINDS.map(
    (kind) =>
      jobs.find((state) => state.kind === kind) ?? { kind, waiting: 0, active: 0, delayed: 0, oldestSeconds: 0 },
  )
  const samples = states.flatMap(({ kind, waiting, active, delayed }) =>
    Object.entries({ waiting, active, delayed }).map(([state, value]) => ({ labels: { kind, state }, value })),
  )
  const ages = states.map(({ kind, oldestSeconds }) => ({ labels: { kind }, value: Math.max(0, oldestSeconds) }))
  return (
    snapshot('piecework_queue_jobs', 'Jobs of the whole deployment, by kind and state.', samples) +
    snapshot('piecework_queue_oldest_seconds', 'How long the first job of a kind has waited.', ages)
  )
}

function workersText({ links, waiting }: ReturnType<Dispatcher['load']>): string {
  const sum = (of: 'slots' | 'busy') => links.reduce((total, link) => total + link[of], 0)
  return (
    snapshot('piecework_workers', 'Workers attached to this app.', [{ value: links.length }]) +
    snapshot('piecework_sandbox_slots', 'Sandboxes of those workers at most.', [{ value: sum('slots') }]) +
    snapshot('piecework_sandbox_busy', 'Sandboxes of those workers that run something.', [{ value: sum('busy') }]) +
    snapshot('piecework_dispatch_waiting', 'Work in memory that waits for a sandbox.', [{ value: waiting }])
  )
}

function dependencyText(parts: Record<string, Timed>): string {
  const all = Object.entries(parts)
  return (
    snapshot(
      'piecework_dependency_up',
      'Whether the database and Redis answer.',
      all.map(([dependency, { ok }]) => ({ labels: { dependency }, value: ok ? 1 : 0 })),
    ) +
    snapshot(
      'piecework_dependency_latency_seconds',
      'How long one small question takes.',
      all.map(([dependency, { seconds }]) => ({ labels: { dependency }, value: seconds })),
    )
  )
}

function loopText(loop: ReturnType<typeof monitorEventLoopDelay>): string {
  const seconds = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - LOOP_RESOLUTION_MS / 1000) || 0
  return snapshot('piecework_event_loop_lag_seconds', 'Lag of the event loop since the last scrape.', [
    { labels: { quantile: '0.5' }, value: seconds(loop.percentile(50)) },
    { labels: { quantile: '0.99' }, value: seconds(loop.percentile(99)) },
    { labels: { quantile: '1' }, value: seconds(loop.max) },
  ])
}

function processText(release: string): string {
  const { rss, heapUsed, external } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  return (
    snapshot('process_resident_memory_bytes', 'Resident memory.', [{ value: rss }]) +
    snapshot('nodejs_heap_used_bytes', 'Memory of JavaScript objects.', [{ value: heapUsed }]) +
    snapshot('nodejs_external_memory_bytes', 'Memory outside of the heap.', [{ value: external }]) +
    snapshot('process_cpu_seconds_total', 'Processor time.', [{ value: (user + system) / 1e6 }], 'counter') +
    snapshot('process_start_time_seconds', 'When the process started.', [
      { value: Math.round(performance.timeOrigin / 1000) },
    ]) +
    snapshot('piecework_info', 'The release.', [{ labels: { release, node: process.version }, value: 1 }])
  )
}
