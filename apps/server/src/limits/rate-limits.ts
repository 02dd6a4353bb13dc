import { LRUCache } from 'lru-cache'

/** The state of a limit, as the headers of an answer show it. */
export interface Allowance {
  allowed: boolean
  limit: number
  remaining: number
  /** The start of the next window, in milliseconds since 1970. */
  resetAt: number
}

/** Counts of a window, which all apps share. */
export interface Counters {
  /** Counts one request. @returns how many there were in the window, with this one */
  count(key: string, window: { start: number; lengthMs: number }): number | Promise<number>
}

/** How many requests a key has in each stretch of time of a length. */
export interface Window {
  limit: number
  lengthMs: number
}

export interface RateLimits {
  take(key: string, windows: readonly [Window, ...Window[]]): Promise<Allowance>
}

/** Counts requests in all windows, and reports the one that refuses, else the one that has the least left. */
export function createRateLimits(counters: Counters, now: () => number = Date.now): RateLimits {
  return {
    async take(key, windows) {
      const at = now()
      const [first, ...others] = windows
      const take = async ({ limit, lengthMs }: Window): Promise<Allowance> => {
        const start = at - (at % lengthMs)
        const used = await counters.count(key, { start, lengthMs })
        return { allowed: used <= limit, limit, remaining: Math.max(0, limit - used), resetAt: start + lengthMs }
      }
      const taken = await Promise.all(others.map(take))
      // One that refuses has nothing left.
      return taken.reduce(
        (known, other) => (!other.allowed || other.remaining < known.remaining ? other : known),
        await take(first),
      )
    },
  }
}

/** The most keys and addresses that are counted; those with the oldest requests go first. */
const MAX_COUNTED = 20_000

/** The counts of one process. */
export function createLocalCounters(): Counters {
  const counts = new LRUCache<string, { start: number; used: number }>({ max: MAX_COUNTED })
  return {
    count(key, { start, lengthMs }) {
      const name = `${lengthMs}:${key}`
      const known = counts.get(name)
      const used = (known?.start === start ? known.used : 0) + 1
      counts.set(name, { start, used })
      return used
    },
  }
}
