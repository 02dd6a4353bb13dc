import { LRUCache } from 'lru-cache'
import { waitAtMost } from '../time-limit.ts'
import type { Counters } from './rate-limits.ts'

/** The requests of one key in one window. */
export interface Count {
  key: string
  /** The length and the start of the window, in milliseconds. */
  lengthMs: number
  start: number
  used: number
}

/** The place where apps add their counts up. */
export interface CountStore {
  /** Adds counts. @returns what all apps have counted in these windows, in the same order */
  add(counts: readonly Count[]): Promise<readonly number[]>
  close?(): void
}

export interface SharedCounters extends Counters {
  start(): void
  /** Adds up what this app has counted since the last time. */
  flush(): Promise<void>
  stop(): Promise<void>
}

interface Known extends Count {
  /** The count of all apps, as far as this one knows. */
  total: number
}

/** The most keys that are counted; those with the oldest requests go first. */
const MAX_COUNTED = 20_000
/** Apps learn of each other's counts so often; a crash forgets no more than this. */
const FLUSH_EVERY_MS = 2000
const MAX_BATCH = 1000
const STOP_MS = 2000

/**
 * Counts of all apps together. A request is counted in memory, and the counts of many requests are added up with one
 * write, so that a request costs none. People may therefore be a little over a limit when they use several apps.
 */
export function createSharedCounters(
  store: CountStore,
  log: { warn(details: object, message: string): void },
): SharedCounters {
  /** The counts that no other app knows of yet. */
  const pending = new Set<Known>()
  // A count that makes room for others, or whose window is over, is forgotten, stored or not.
  const counts = new LRUCache<string, Known>({ max: MAX_COUNTED, dispose: (known) => pending.delete(known) })
  let timer: NodeJS.Timeout | undefined
  let flushing: Promise<void> | undefined

  const addUp = async (): Promise<void> => {
    const batch = [...pending].slice(0, MAX_BATCH)
    if (batch.length === 0) return
    const sent = batch.map(({ key, lengthMs, start, used }) => ({ key, lengthMs, start, used }))
    const totals = await store.add(sent)
    for (const [index, known] of batch.entries()) {
      known.used -= sent[index]?.used ?? 0
      known.total = totals[index] ?? known.total
      if (known.used === 0) pending.delete(known)
    }
    if (batch.length === MAX_BATCH) await addUp()
  }

  const flush = (): Promise<void> => {
    flushing ??= addUp()
      .catch((err: unknown) => log.warn({ err }, 'requests could not be counted for all apps; it is tried again'))
      .finally(() => {
        flushing = undefined
      })
    return flushing
  }

  return {
    count(key, { start, lengthMs }) {
      const name = `${lengthMs}:${key}`
      let known = counts.get(name)
      if (known?.start !== start) {
        known = { key, lengthMs, start, used: 0, total: 0 }
        counts.set(name, known)
      }
      known.used++
      pending.add(known)
      return known.total + known.used
    },
    start() {
      timer = setInterval(() => void flush(), FLUSH_EVERY_MS).unref()
    },
    flush,
    async stop() {
      clearInterval(timer)
      // Redis may be away.
      await waitAtMost(flush(), STOP_MS)
      store.close?.()
    },
  }
}
