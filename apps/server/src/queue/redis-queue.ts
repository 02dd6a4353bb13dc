import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Db } from '../database/open.ts'
import { waitAtMost } from '../time-limit.ts'
import type { Claim, ClaimRequest } from './claim.ts'
import type { QueueOptions } from './job.ts'
import { createQueue, type Queue } from './queue.ts'
import { createTickets, type Ticket, type Tickets } from './tickets.ts'
import { waitingLines } from './waiting-lines.ts'

interface RedisQueueOptions extends QueueOptions {
  connect(): Redis
  /** Keys begin with it. */
  prefix?: string
  log: Logger
}

/** How often due jobs are looked for that Redis does not know of, because it was wiped or away. */
const SWEEP_MS = 2000
/** Tickets taken at a time at least: a choice, so that who was just served need not come first again. */
const TICKETS_AT_ONCE = 2
/** Rounds of tickets that a claim takes; when too few of them lead to jobs, the database is asked who else waits. */
const ROUNDS = 4
/** Longer than a healthy Redis ever takes; then the database is asked alone. */
const PATIENCE_MS = 1000
/** How long a Redis that did not answer in time is left alone. */
const SHUN_MS = 5000

/**
 * Delivery through Redis. The rows stay the truth of what is to be done and who does it; BullMQ tells the apps which
 * projects have something to do, in order of priority and then of turn: a project has one ticket in the queue
 * however many jobs it has, and goes to its end when it was served. So the queue is as fair as the claim, small, and
 * nothing is lost with it: what Redis forgot is announced again by a sweep, and while Redis is away apps claim from
 * the database as they do without it.
 */
export function createRedisQueue(db: Db, options: RedisQueueOptions): Queue {
  const { log } = options
  const rows = createQueue(db, options)
  const connection = options.connect()
  const blocking = options.connect()
  const tickets: Tickets = createTickets({ ...options, connection, blocking })
  let announcing: Promise<unknown> = Promise.resolve()
  let sweeping: Promise<void> | undefined
  let sweptTo: Awaited<ReturnType<typeof waitingLines>>['next'] = new Map()
  let closed = false
  let shunnedUntil = 0

  const reachable = () =>
    !closed && connection.status === 'ready' && blocking.status === 'ready' && performance.now() >= shunnedUntil

  const announce = async (due: readonly Omit<Ticket, 'group'>[]): Promise<void> => {
    if (due.length === 0 || !reachable()) return
    await tickets.add(
      await Promise.all(due.map(async (one) => ({ ...one, group: await options.groupOf(one.projectId) }))),
    )
  }

  /** Announces projects that have due jobs; those that are announced already stay where they are. */
  const sweep = (): Promise<void> => {
    sweeping ??= (async () => {
      if (!reachable()) return
      const { lines, next } = await waitingLines(db, sweptTo)
      await withFallback(tickets.add(lines))
      sweptTo = next
    })()
      .catch((error: unknown) => log.warn({ err: error }, 'due jobs could not be announced; trying again'))
      .finally(() => {
        sweeping = undefined
      })
    return sweeping
  }
  const timer = setInterval(() => void sweep(), SWEEP_MS)

  /** @param claim gets what was claimed, so that it is not lost when Redis fails in between. */
  const claimAnnounced = async (request: ClaimRequest, claim: Claim): Promise<void> => {
    const claimRows = async (more: Pick<ClaimRequest, 'projects'>): Promise<void> => {
      const part = await rows.claim({ ...request, ...more, limit: request.limit - claim.jobs.length })
      claim.jobs.push(...part.jobs)
      claim.blocked.push(...part.blocked)
    }
    await withFallback(announcing)
    const seen = new Set<string>()
    for (let round = 0; claim.jobs.length < request.limit; round++) {
      if (round === ROUNDS) {
        await claimRows({})
        break
      }
      const count = Math.max(TICKETS_AT_ONCE, request.limit - claim.jobs.length)
      const taken = await withFallback(tickets.take(request.group, count))
      if (taken.length === 0) break
      for (const projectId of taken) seen.add(projectId)
      await claimRows({ projects: [...new Set(taken)] })
    }
    claim.blocked = [...new Set(claim.blocked)]
    // Those with more to do wait for their next turn, and those that had none now go before those that had one.
    if (seen.size > 0)
      await withFallback(announceAgain([...seen], new Set(claim.jobs.map(({ projectId }) => projectId))))
  }

  const announceAgain = async (seen: string[], served: ReadonlySet<string>): Promise<void> => {
    const { lines } = await waitingLines(db, new Map(), seen)
    const order = new Map([...seen.filter((id) => !served.has(id)), ...served].map((id, index) => [id, index]))
    await tickets.add(lines.toSorted((a, b) => (order.get(a.projectId) ?? 0) - (order.get(b.projectId) ?? 0)))
  }

  return {
    ...rows,
    async add(jobs) {
      await rows.add(jobs)
      const now = new Date()
      announcing = announce(jobs.filter((job) => job.dueAt <= now)).catch(() => {})
    },
    announce(job) {
      announcing = (job ? announce([job]) : sweep()).catch(() => {})
    },
    async claim(request) {
      if (!reachable()) return rows.claim(request)
      const claim: Claim = { jobs: [], blocked: [] }
      try {
        await claimAnnounced(request, claim)
        return claim
      } catch (error) {
        log.warn({ err: error }, 'Redis did not deliver; jobs are claimed from the database instead')
        shunnedUntil = performance.now() + SHUN_MS
        return claim.jobs.length > 0 ? claim : rows.claim(request)
      }
    },
    async close() {
      closed = true
      clearInterval(timer)
      await sweeping
      await waitAtMost(tickets.close(), PATIENCE_MS)
      connection.disconnect()
      blocking.disconnect()
    },
  }
}

/** @throws Error when it takes longer than a healthy Redis does. */
async function withFallback<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Redis does not respond')), PATIENCE_MS)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
