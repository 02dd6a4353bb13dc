import { readFileSync } from 'node:fs'
import { Redis, type RedisOptions } from 'ioredis'
import type { Settings } from './settings.ts'

export type RedisSettings = Pick<
  Settings,
  | 'redisType'
  | 'redisUrl'
  | 'redisHost'
  | 'redisPort'
  | 'redisUser'
  | 'redisPassword'
  | 'redisDb'
  | 'redisUseSsl'
  | 'redisSslCaFile'
  | 'redisSentinelHosts'
  | 'redisSentinelName'
  | 'redisSentinelRole'
>

const FIRST_RECONNECT_MS = 50
const LONGEST_RECONNECT_MS = 3000
const SENTINEL_PORT = 26_379

/** How to reach Redis: a URL wins over host and port, sentinels over both. */
export function redisOptions(settings: RedisSettings): RedisOptions {
  const { redisUser, redisPassword, redisDb } = settings
  const tls = tlsOptions(settings)
  const common: RedisOptions = {
    // Commands wait until the server is back, as BullMQ asks; who cannot wait sets a limit of its own.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(times * FIRST_RECONNECT_MS, LONGEST_RECONNECT_MS),
    ...(redisUser === undefined ? {} : { username: redisUser }),
    ...(redisPassword === undefined ? {} : { password: redisPassword }),
    db: redisDb,
  }
  if (settings.redisType === 'SENTINEL') {
    return {
      ...common,
      sentinels: (settings.redisSentinelHosts ?? []).map(sentinelAddress),
      name: settings.redisSentinelName ?? '',
      role: settings.redisSentinelRole,
      ...(tls ? { tls, sentinelTLS: tls, enableTLSForSentinelMode: true } : {}),
    }
  }
  if (settings.redisUrl !== undefined) return { ...common, ...fromUrl(settings.redisUrl, tls) }
  return { ...common, host: settings.redisHost ?? 'localhost', port: settings.redisPort, ...(tls ? { tls } : {}) }
}

/**
 * Makes connections, as many as the callers want. Each tries forever to connect again; one report covers all of them
 * when Redis is away.
 */
export function redisConnector(
  settings: RedisSettings,
  log: { warn(details: object, message: string): void; info(message: string): void },
): () => Redis {
  let reported = false
  return () => {
    const redis = new Redis(redisOptions(settings))
    redis.on('error', (error: unknown) => {
      if (!reported) log.warn({ err: error }, 'Redis is not reachable; jobs are claimed from the database')
      reported = true
    })
    redis.on('ready', () => {
      if (reported) log.info('Redis is reachable again')
      reported = false
    })
    return redis
  }
}

function tlsOptions({ redisUseSsl, redisSslCaFile }: RedisSettings): { ca?: string } | undefined {
  if (!redisUseSsl && redisSslCaFile === undefined) return undefined
  return redisSslCaFile === undefined ? {} : { ca: readFileSync(redisSslCaFile, 'utf8') }
}

/** The parts of the URL, and nothing else: "if a URL is specified, all other Redis settings are ignored". */
function fromUrl(text: string, tls: { ca?: string } | undefined): RedisOptions {
  const url = new URL(text)
  const database = Number(url.pathname.slice(1))
  const secure = url.protocol === 'rediss:'
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 6379 : Number(url.port),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    db: Number.isInteger(database) ? database : 0,
    ...(secure ? { tls: tls ?? {} } : {}),
  }
}

function sentinelAddress(text: string): { host: string; port: number } {
  const [, host = '', port] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(text) ?? []
  return { host, port: port === undefined ? SENTINEL_PORT : Number(port) }
}
