import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Registry } from 'prom-client'
import type { Db } from '../../database/open.ts'
import type { Dispatcher } from '../../dispatch/dispatcher.ts'
import { withFallback } from '../../observability/with-fallback.ts'
import { answers } from '../health/store.ts'
import { createGauges, LOOP_RESOLUTION_MS, type Timed } from './gauges.ts'
import { type OutboxState, outboxState, type QueueState, queueState } from './store.ts'

/** The content of `/metrics`. */
export interface Metrics {
  /** In the text format of Prometheus. */
  text(): Promise<string>
  contentType: string
  close(): void
}

interface Parts {
  db: Db
  dispatcher: Pick<Dispatcher, 'load'>
  /** Holds the metrics of runs already. */
  registry: Registry
  release: string
  /** Asks Redis for an answer; absent where there is none. */
  pingRedis?: (() => Promise<unknown>) | undefined
}

/** However many scrapers there are, queue and outbox are counted once in this time. */
const FRESH_MS = 5000

export function createMetrics({ db, dispatcher, registry, release, pingRedis }: Parts): Metrics {
  const set = createGauges(registry, release)
  const loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS })
  loop.enable()
  let counted: { at: number; state: Promise<[QueueState[], OutboxState[]]> } | undefined

  const stored = (): Promise<[QueueState[], OutboxState[]]> => {
    if (!counted || Date.now() - counted.at > FRESH_MS) {
      const state = Promise.all([withFallback(queueState(db), []), withFallback(outboxState(db), [])])
      counted = { at: Date.now(), state }
    }
    return counted.state
  }

  return {
    contentType: registry.contentType,
    async text() {
      const [[jobs, outbox], database, redis] = await Promise.all([
        stored(),
        timed(() => answers(db)),
        pingRedis ? timed(() => pingRedis().then(() => true)) : undefined,
      ])
      const dependencies = { database, ...(redis ? { redis } : {}) }
      set({ jobs, outbox, load: dispatcher.load(), dependencies, loop })
      loop.reset()
      // The library separates metrics by empty lines; scrapers other than Prometheus may not expect them.
      return (await registry.metrics()).replaceAll('\n\n', '\n')
    },
    close: () => void loop.disable(),
  }
}

async function timed(ask: () => Promise<boolean>): Promise<Timed> {
  const begin = performance.now()
  const ok = await ask().catch(() => false)
  return { ok, seconds: (performance.now() - begin) / 1000 }
}
