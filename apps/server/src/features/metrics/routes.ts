import { timingSafeEqual } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Registry } from 'prom-client'
import type { Db } from '../../database/open.ts'
import type { Dispatcher } from '../../dispatch/dispatcher.ts'
import { openAccess } from '../../http/route.ts'
import { isOperator } from '../../observability/caller.ts'
import { patiently } from '../../observability/patience.ts'
import { answers } from '../health/store.ts'
import { createGauges, LOOP_RESOLUTION_MS, type Timed } from './gauges.ts'
import { type QueueState, queueState } from './store.ts'

interface Parts {
  db: Db
  dispatcher: Pick<Dispatcher, 'load'>
  /** Holds the metrics of runs already. */
  registry: Registry
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

/** `GET /metrics` for Prometheus. */
export function metricsRoutes(app: FastifyInstance, parts: Parts): void {
  const { db, dispatcher, registry, release, token, pingRedis } = parts
  const set = createGauges(registry, release)
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
      set({ jobs, load: dispatcher.load(), dependencies: { database, ...(redis ? { redis } : {}) }, loop })
      loop.reset()
      const text = await registry.metrics()
      // The library separates metrics by empty lines; scrapers other than Prometheus may not expect them.
      return reply.type(registry.contentType).send(text.replaceAll('\n\n', '\n'))
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

async function timed(ask: () => Promise<boolean>): Promise<Timed> {
  const begin = performance.now()
  const ok = await ask().catch(() => false)
  return { ok, seconds: (performance.now() - begin) / 1000 }
}
