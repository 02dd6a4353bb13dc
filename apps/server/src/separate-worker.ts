import { join } from 'node:path'
import { newId } from '@piecework/model/ids'
import { startRemoteWorker } from '@piecework/worker/channel/client'
import type { Logger } from 'pino'
import type { Settings } from './settings.ts'

/** Kubernetes gives 30 seconds before it kills. */
const DRAIN_MS = 25_000

interface SeparateWorker {
  start(): Promise<undefined>
  /** Lets what runs come to its end for a while; the rest is taken up by others. */
  close(): Promise<void>
}

/** A process of AP_CONTAINER_TYPE=WORKER: no database, no Redis, no secrets but its token. */
export function composeWorker(settings: Settings, log: Logger): SeparateWorker {
  let worker: ReturnType<typeof startRemoteWorker> | undefined
  return {
    async start() {
      worker = startRemoteWorker({
        // Some write it with the path of the API.
        url: (settings.internalUrl ?? settings.frontendUrl).replace(/\/api$/, ''),
        token: settings.workerToken ?? '',
        workerId: newId(),
        concurrency: settings.workerConcurrency,
        group: settings.workerGroupId ?? null,
        cacheFolder: join(settings.configPath, 'cache'),
        cacheLimitBytes: settings.workerCacheSizeMb * 1024 * 1024,
        log,
      })
      return undefined
    },
    async close() {
      await worker?.stop(DRAIN_MS)
    },
  }
}
