import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { clientConfig, type Db, type PostgresConnection } from '../database/open.ts'
import type { Settings } from '../settings.ts'
import { type Bus, createBus } from './bus.ts'
import { createMemoryHub } from './memory.ts'
import { openPostgresCarrier } from './postgres.ts'
import { openRedisCarrier } from './redis.ts'

interface Parts {
  appId: string
  db: Db
  settings: Settings
  connection: PostgresConnection
  /** Absent without Redis. */
  connectRedis: (() => Redis) | undefined
  log: Logger
}

/** The bus that fits the settings: Redis where there is one, else the database; an embedded one has no other apps. */
export function openBus({ appId, db, settings, connection, connectRedis, log }: Parts): Promise<Bus> {
  return createBus({
    appId,
    log,
    open: (events) => {
      if (settings.dbType === 'PGLITE') return createMemoryHub().open(appId, events)
      if (connectRedis) return openRedisCarrier({ appId, events, connect: connectRedis })
      return openPostgresCarrier({ db, appId, events, connection: clientConfig(connection) })
    },
  })
}
