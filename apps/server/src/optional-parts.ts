import type { FastifyInstance } from 'fastify'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Db } from './database/open.ts'
import type { Tracing } from './observability/tracing.ts'
import type { QueueOptions } from './queue/job.ts'
import { createQueue, type Queue } from './queue/queue.ts'
import type { Settings } from './settings.ts'

const REDIS_PATIENCE_MS = 1000

/** Nothing of tracing is loaded unless it is wanted. */
export async function openTracing(settings: Settings, release: string, log: Logger): Promise<Tracing | undefined> {
  const { otelEnabled, otelEndpoint: endpoint, otelProtocol: protocol, otelServiceName: serviceName } = settings
  if (!otelEnabled) return undefined
  if (endpoint === undefined) {
    log.warn('AP_OTEL_ENABLED has no effect, because OTEL_EXPORTER_OTLP_ENDPOINT is not set')
    return undefined
  }
  const { startTracing } = await import('./observability/tracing.ts')
  return startTracing({ release, endpoint, protocol, serviceName })
}

/** Makes connections to Redis. Its libraries take 20 MB, so that a server without Redis does without them. */
export async function openRedis(settings: Settings, log: Logger): Promise<(() => Redis) | undefined> {
  if (settings.redisType === 'MEMORY') return undefined
  const { redisConnector } = await import('./redis.ts')
  return redisConnector(settings, log)
}

export async function queueMaker(
  db: Db,
  connect: (() => Redis) | undefined,
  log: Logger,
): Promise<(options: QueueOptions) => Queue> {
  if (!connect) return (options) => createQueue(db, options)
  const { createRedisQueue } = await import('./queue/redis-queue.ts')
  return (options) => createRedisQueue(db, { ...options, connect, log })
}

/** A connection of its own, made with the first question. */
export function redisPing(app: FastifyInstance, connect: () => Redis): () => Promise<unknown> {
  let redis: Redis | undefined
  app.addHook('onClose', async () => redis?.disconnect())
  return () => {
    redis ??= connect()
    const late = new Promise((_, reject) => setTimeout(reject, REDIS_PATIENCE_MS).unref())
    return Promise.race([redis.ping(), late])
  }
}
