import { API_PLANS, type ApiPlan } from '@piecework/api/graph/plans'
import { LRUCache } from 'lru-cache'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

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

export interface RateLimits {
  take(key: string, plan: ApiPlan): Promise<Allowance>
}

/** Counts requests in two windows and reports the one that has less left. */
export function createRateLimits(counters: Counters, now: () => number = Date.now): RateLimits {
  return {
    async take(key, plan) {
      const at = now()
      const { minute, day } = API_PLANS[plan]
      const windows = [
        { limit: minute, lengthMs: MINUTE_MS },
        { limit: day, lengthMs: DAY_MS },
      ]
      const taken = await Promise.all(
        windows.map(async ({ limit, lengthMs }) => {
          const start = at - (at % lengthMs)
          const used = await counters.count(key, { start, lengthMs })
          return { allowed: used <= limit, limit, remaining: Math.max(0, limit - used), resetAt: start + lengthMs }
        }),
      )
      const [first, second] = taken as [Allowance, Allowance]
      if (!second.allowed) return second
      return second.remaining < first.remaining ? { ...second, allowed: first.allowed } : first
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
