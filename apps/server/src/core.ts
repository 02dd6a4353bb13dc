import { newId } from '@piecework/model/ids'
import type { Logger } from 'pino'
import packageJson from '../package.json' with { type: 'json' }
import { createAccess } from './access/access.ts'
import { createCodes } from './access/codes.ts'
import { createTokens } from './access/tokens.ts'
import { openBus } from './bus/open.ts'
import { openForServer } from './database/open-for-server.ts'
import { postgresConnection } from './database/options.ts'
import { createEncryption } from './encryption.ts'
import { createEvents } from './events/events.ts'
import { openStorage } from './features/files/open-storage.ts'
import { createFiles } from './features/files/service.ts'
import { createCatalogue, readBuiltInPieces } from './features/pieces/catalogue.ts'
import { createApiLimits } from './http/api-limits.ts'
import { guardDatabase } from './http/database-gate.ts'
import { createOutbound } from './http/outbound.ts'
import { createHttpServer } from './http/server.ts'
import { loadKeys } from './keys.ts'
import { createDatabaseCounts, createRedisCounts } from './limits/count-store.ts'
import { createLocalCounters } from './limits/rate-limits.ts'
import { createSharedCounters } from './limits/shared-counters.ts'
import { openRedis, openTracing, queueMaker } from './optional-parts.ts'
import { createOutbox } from './outbox/outbox.ts'
import type { Settings } from './settings.ts'

/** The services that everything else uses: the database, the bus, the keys, the HTTP server. */
export type Core = Awaited<ReturnType<typeof openCore>>

/**
 * Opens what the server stands on; it does not listen yet.
 * @param checksAnswers see createHttpServer
 * @throws KeyError, or StartError when the database does not open.
 */
export async function openCore(settings: Settings, log: Logger, checksAnswers: boolean) {
  const keys = await loadKeys(settings)
  const database = await openForServer(settings, keys, log)
  const { db, availability } = database
  const release = packageJson.version
  const tokens = createTokens(keys.jwtSecret)
  const access = createAccess({ db, tokens, sessionIdleMs: settings.sessionIdleMinutes * 60_000 })
  const { app, closing } = await createHttpServer({ settings, log, access, checksAnswers })
  guardDatabase(app, availability)
  const connectRedis = await openRedis(settings, log)
  const redis = connectRedis?.()
  const counters = createSharedCounters(redis ? createRedisCounts(redis) : createDatabaseCounts(db), log)
  // An app that is alone needs nobody to add its counts up with.
  const isAlone = settings.dbType === 'PGLITE' && !redis
  const { apiRateLimitEnabled, apiRateLimitMax: max, apiRateLimitWindow: windowMs } = settings
  if (apiRateLimitEnabled)
    app.apiLimits = createApiLimits(isAlone ? createLocalCounters() : counters, { max, windowMs })
  return {
    ...{ settings, log, release, db, availability, tokens, access, app, closing, connectRedis },
    codes: createCodes(keys.jwtSecret),
    counters,
    encryption: createEncryption(keys.encryptionKey),
    events: createEvents(log),
    outbox: createOutbox(db),
    bus: await openBus({ appId: newId(), db, settings, connection: postgresConnection(settings), connectRedis, log }),
    makeQueue: await queueMaker(db, connectRedis, log),
    tracing: await openTracing(settings, release, log),
    files: createFiles({ db, storage: await openStorage(settings, log) }),
    catalogue: createCatalogue({ db, builtIn: readBuiltInPieces(), maxEntries: settings.piecesCacheMaxEntries }),
    outbound: createOutbound({
      allowList: settings.ssrfAllowList,
      trusted: [settings.npmRegistryUrl, settings.piecesRegistryUrl].filter((url) => url !== undefined),
    }),
    closeDatabase: database.close,
  }
}
