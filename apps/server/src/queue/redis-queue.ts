import { Queue as BullQueue, Worker as BullWorker } from 'bullmq'
import type { Redis } from 'ioredis'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Db } from '../database/open.ts'
import { atMost } from '../patience.ts'
import type { Claim, ClaimRequest } from './claim.ts'
import type { QueueOptions } from './job.ts'
import type { Announcement, Queue } from './queue.ts'
import { createQueue } from './queue.ts'

/** The one queue of all kinds of work (spec: docs/install/troubleshooting/bullboard). */
export const BULL_QUEUE = 'workerJobs'
export const BULL_PREFIX = 'piecework'

interface RedisQueueOptions extends QueueOptions {
  connect(): Redis
  /** Keys begin with it. */
  prefix?: string
  keepFailedDays: number
  keepFailedCount: number
  log: Logger
}

/** What Redis holds: the word that a project has due jobs. There is at most one per project and priority. */
interface Ticket {
  projectId: string
}

/** How often due jobs are looked for that Redis does not know of, because it was wiped or away. */
const SWEEP_MS = 2000
const SWEPT_AT_ONCE = 2000
/** Tickets taken at a time, so that projects at their limit do not cost a round each. */
const TICKETS_AT_ONCE = 8
/** A ticket whose app died with it in its hands comes back after this time. */
const TICKET_LOCK_MS = 5000
/** Longer than a healthy Redis ever takes; then the database is asked alone. */
const PATIENCE_MS = 1000
/** How long a Redis that did not answer in time is left alone. */
const SHUN_MS = 5000
const DAY_SECONDS = 24 * 60 * 60

/**
 * Delivery through Redis. The rows stay the truth of what is to be done and who does it; BullMQ tells the apps which
 * projects have something to do, in order of priority and then of turn: a project has one ticket in the queue
 * however many jobs it has, and goes to its end when it was served. So the queue is as fair as the claim, small, and
 * nothing is lost with it: what Redis forgot is announced again by a sweep, and while Redis is away apps claim from
 * the database as they do without it.
 */
export function createRedisQueue(db: Db, options: RedisQueueOptions): Queue {
  const { log, prefix = BULL_PREFIX } = options
  const rows = createQueue(db, options)
  const connection = options.connect()
  const blocking = options.connect()
  const bull = new BullQueue<Ticket>(BULL_QUEUE, {
    connection,
    prefix,
    defaultJobOptions: {
      removeOnComplete: true,
      removeOnFail: { age: options.keepFailedDays * DAY_SECONDS, count: options.keepFailedCount },
    },
  })
  const taker = new BullWorker<Ticket>(BULL_QUEUE, null, {
    connection: blocking,
    prefix,
    autorun: false,
    lockDuration: TICKET_LOCK_MS,
    stalledInterval: TICKET_LOCK_MS,
    // A ticket does no harm, however often it comes.
    maxStalledCount: 1_000_000,
  })
  const note = (error: unknown) => log.debug({ err: error }, 'the queue in Redis reports an error')
  bull.on('error', note)
  taker.on('error', note)
  const watched = taker.startStalledCheckTimer().catch(() => {})

  let announcing: Promise<unknown> = Promise.resolve()
  let sweeping: Promise<void> | undefined
  let tokens = 0
  let closed = false
  let shunnedUntil = 0

  const reachable = () =>
    !closed && connection.status === 'ready' && blocking.status === 'ready' && performance.now() >= shunnedUntil

  const addTickets = async (tickets: readonly (Announcement & { kind?: string | undefined })[]): Promise<void> => {
    if (tickets.length === 0 || !reachable()) return
    await bull.addBulk(
      tickets.map(({ projectId, priority, kind }) => ({
        name: jobType(kind),
        data: { projectId },
        opts: { jobId: `${projectId}-${priority}`, priority },
      })),
    )
  }

  /** Announces every project that has due jobs; those that are announced already stay where they are. */
  const sweep = (): Promise<void> => {
    sweeping ??= (async () => {
      if (reachable()) await patiently(addTickets(await waitingProjects(db)))
    })()
      .catch((error: unknown) => log.warn({ err: error }, 'due jobs could not be announced; it is tried again'))
      .finally(() => {
        sweeping = undefined
      })
    return sweeping
  }
  const timer = setInterval(() => void sweep(), SWEEP_MS)

  /** Takes tickets out of the queue: what happens to them from here on, the rows know. */
  const takeTickets = async (count: number): Promise<string[]> => {
    const projects: string[] = []
    while (projects.length < count) {
      const token = `${process.pid}-${tokens++}`
      const ticket = await taker.getNextJob(token, { block: false })
      if (!ticket) break
      // Gone before its rows are looked at, so that who adds a row from now on announces it anew.
      await ticket.moveToCompleted(null, token, false)
      projects.push(ticket.data.projectId)
    }
    return projects
  }

  /** @param claim gets what was claimed, so that it is not lost when Redis fails in between. */
  const claimAnnounced = async (request: ClaimRequest, claim: Claim): Promise<void> => {
    await patiently(announcing)
    const seen = new Set<string>()
    while (claim.jobs.length < request.limit) {
      const limit = request.limit - claim.jobs.length
      const taken = await patiently(takeTickets(Math.max(TICKETS_AT_ONCE, limit)))
      if (taken.length === 0) break
      for (const projectId of taken) seen.add(projectId)
      const part = await rows.claim({ ...request, limit, projects: [...new Set(taken)] })
      claim.jobs.push(...part.jobs)
      claim.blocked.push(...part.blocked)
    }
    // Those with more to do wait for their next turn.
    await patiently(waitingProjects(db, [...seen]).then(addTickets))
  }

  return {
    ...rows,
    async add(jobs) {
      await rows.add(jobs)
      const now = new Date()
      const due = jobs.filter((job) => job.dueAt <= now)
      announcing = addTickets(due).catch(() => {})
    },
    announce(job) {
      announcing = (job ? addTickets([job]) : sweep()).catch(() => {})
    },
    async claim(request) {
      if (!reachable()) return rows.claim(request)
      const claim: Claim = { jobs: [], blocked: [] }
      try {
        await claimAnnounced(request, claim)
        return claim
      } catch (error) {
        log.warn({ err: error }, 'Redis did not deliver; the database is asked instead')
        shunnedUntil = performance.now() + SHUN_MS
        return claim.jobs.length > 0 ? claim : rows.claim(request)
      }
    },
    async close() {
      closed = true
      clearInterval(timer)
      await sweeping
      await atMost(Promise.all([taker.close(true), bull.close(), watched]), PATIENCE_MS)
      connection.disconnect()
      blocking.disconnect()
    },
  }
}

/** The projects with due jobs, each with the best priority and the kind of its first one. */
async function waitingProjects(
  db: Db,
  among?: readonly string[],
): Promise<{ projectId: string; priority: number; kind: string }[]> {
  if (among?.length === 0) return []
  const projects = among
    ? sql`select unnest(${[...among]}::text[])`
    : sql`(select "projectId" from job where "leaseUntil" is null and ready order by "projectId" limit 1)
        union all
        select (
          select j."projectId" from job j where j."leaseUntil" is null and j.ready and j."projectId" > p.id
          order by j."projectId" limit 1
        ) from projects p where p.id is not null`
  const result = await sql<{ projectId: string; priority: number; kind: string }>`
    with recursive projects(id) as (${projects})
    select distinct on (j."projectId") j."projectId", j.priority, j.kind
    from projects p cross join (values (false), (true)) k(limited) cross join lateral (
      select "projectId", priority, kind from job
      where "leaseUntil" is null and ready and "projectId" = p.id and limited = k.limited
      order by priority, "dueAt", id limit 1
    ) j
    order by j."projectId", j.priority limit ${SWEPT_AT_ONCE}`.execute(db)
  return result.rows
}

/** The names that the queue dashboard shows. */
function jobType(kind: string | undefined): string {
  if (kind === 'TRIGGER_EVENT') return 'EXECUTE_WEBHOOK'
  if (kind === 'OPERATION') return 'EXECUTE_TRIGGER_HOOK'
  if (kind === 'POLL') return 'EXECUTE_POLLING'
  if (kind === 'RENEW') return 'RENEW_WEBHOOK'
  return kind === 'SYSTEM' ? 'SYSTEM' : 'EXECUTE_FLOW'
}

/** @throws Error when it takes longer than a healthy Redis does. */
async function patiently<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Redis does not answer')), PATIENCE_MS)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
