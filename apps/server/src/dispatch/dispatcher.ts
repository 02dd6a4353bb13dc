import { AppError } from '@piecework/model/errors'
import type { Task, TaskEvents } from '@piecework/worker/task'
import type { RunningTask } from '@piecework/worker/worker'
import type { Logger } from 'pino'
import type { ClaimedJob, JobKind } from '../queue/job.ts'
import type { Queue } from '../queue/queue.ts'
import { createFairQueue } from './fair-queue.ts'
import type { Quota } from './limits.ts'

/** A worker as the dispatcher sees it: in this process, or at the other end of a connection. */
export interface WorkerLink {
  readonly id: string
  readonly concurrency: number
  execute(task: Task, events: TaskEvents): RunningTask
}

/** Work that is ready for a slot. */
export interface WorkItem {
  /** The id of the run or job; two items of one id never run at the same time in one process. */
  id: string
  projectId: string
  priority: number
  /** Held under lease, so that the lease is renewed while the item waits and runs. */
  leased: boolean
  /** The pool or project whose limit it counts against; null for none. */
  bucket: string | null
  /** For what was not claimed: how many of its bucket may run at a time. */
  cap?: number
  start(link: WorkerLink): Running
}

export interface Running {
  /** Resolves when the worker has nothing to do with the item any more; its slot is free then. Never rejects. */
  left: Promise<void>
  /** Resolves when everything about the item is written. Never rejects. */
  done: Promise<void>
  cancel(): void
}

/** Turns claimed jobs of one kind into work; null for a job that needs none any more. */
export type JobHandler = (jobs: ClaimedJob[]) => Promise<(WorkItem | null)[]>

export interface Dispatcher {
  attach(link: WorkerLink): void
  /** The link gets nothing more; it ends what it has with LOST. */
  detach(linkId: string): void
  /**
   * Queues work of a caller who waits.
   * @throws AppError SANDBOX_CAPACITY_EXCEEDED when MAX_WAITING items wait already.
   */
  submit(item: WorkItem): void
  /** Promises a free slot for an item that is about to be submitted; false when others wait. */
  reserve(quota: Quota | null): boolean
  /** Submits the item of a reservation. */
  submitReserved(item: WorkItem): void
  unreserve(quota: Quota | null): void
  /** Whether workers are attached here. */
  readonly hasWorkers: boolean
  /** Whether a slot is free for what may come. */
  readonly hasRoom: boolean
  /** There may be new jobs in the queue. */
  wake(): void
  /** Stops waiting or running work. @returns false when this process does not hold it. */
  cancel(id: string): boolean
  load(): { links: { id: string; slots: number; busy: number }[]; waiting: number }
  start(): void
  /** Takes no new work, waits for what runs, at most `graceMs`. */
  stop(graceMs: number): Promise<void>
}

interface DispatcherOptions {
  queue: Queue
  owner: string
  leaseMs: number
  handlers: Record<JobKind, JobHandler>
  /** Whether other apps may take the jobs of a bucket, so that its room can change unseen. */
  others(): boolean
  log: Logger
}

/** Work of waiting callers held in memory at most; beyond it they are told to come back. */
const MAX_WAITING = 10_000
/**
 * Claimed jobs held ahead of free slots, so that a finished slot need not wait for the database: as many as end
 * within the time of a claim, so that short runs flow and long ones do not queue up behind a busy worker.
 */
const MAX_PREFETCH = 16
const CLAIM_TIME_MS = 8
/** Weight of the last gap between two ends in their running average. */
const GAP_WEIGHT = 0.1
const REMEMBERED_PROJECTS = 256
/** How often the queue is looked at all the same, should a message have been lost. */
const IDLE_POLL_MS = 1000
const SHORTEST_PROMOTE_MS = 5
const RETRY_AFTER_ERROR_MS = 1000

/** Work that runs or whose end is being written, at most: when the database falls behind, workers wait for it. */
const MAX_ACTIVE = 2000

interface Slot {
  link: WorkerLink
  item: WorkItem
  running: Running
}

export function createDispatcher({ queue, owner, leaseMs, handlers, others, log }: DispatcherOptions): Dispatcher {
  const links = new Map<string, { link: WorkerLink; busy: number }>()
  const waiting = createFairQueue<WorkItem>()
  const claimed = createFairQueue<WorkItem>()
  const active = new Map<string, Slot>()
  /** Until when the leases of what waits in `claimed` last, by the clock of this machine. */
  const leasedUntil = new Map<string, number>()
  /** What counts against each bucket: claimed, reserved and running. */
  const occupied = new Map<string, number>()
  let blocked: ReadonlySet<string> = new Set()
  let recent: string[] = []
  let lastEnd = 0
  let averageGapMs = 1000
  let reserved = 0
  let claiming = false
  let mayHaveMore = true
  let stopped = true
  let timers: NodeJS.Timeout[] = []
  let promotion: NodeJS.Timeout | undefined

  const occupy = (bucket: string | null, change: 1 | -1) => {
    if (bucket === null) return
    const count = (occupied.get(bucket) ?? 0) + change
    if (count > 0) occupied.set(bucket, count)
    else occupied.delete(bucket)
  }

  const hasQuota = (bucket: string | null, cap: number | undefined): boolean =>
    bucket === null || cap === undefined || (occupied.get(bucket) ?? 0) < cap

  const prefetch = () => Math.min(MAX_PREFETCH, Math.floor(CLAIM_TIME_MS / averageGapMs))

  const noteEnd = () => {
    const now = performance.now()
    averageGapMs += GAP_WEIGHT * (now - lastEnd - averageGapMs)
    lastEnd = now
  }

  const remember = (projectIds: readonly string[]) => {
    const served = new Set(projectIds)
    recent = [...recent.filter((id) => !served.has(id)), ...served].slice(-REMEMBERED_PROJECTS)
  }

  const freeSlots = () => {
    let free = 0
    for (const { link, busy } of links.values()) free += Math.max(0, link.concurrency - busy)
    return free
  }

  const freestLink = () => {
    let best: { link: WorkerLink; busy: number } | undefined
    for (const entry of links.values())
      if (
        entry.busy < entry.link.concurrency &&
        (!best || entry.busy / entry.link.concurrency < best.busy / best.link.concurrency)
      )
        best = entry
    return best
  }

  /** The next work, counted against its bucket; what was claimed is counted already. */
  const next = (): WorkItem | undefined => {
    const direct = waiting.pop((item) => hasQuota(item.bucket, item.cap))
    if (direct) occupy(direct.bucket, 1)
    return direct ?? nextClaimed()
  }

  /** A lease that ran out while it waited, because the process slept or the database was away, is somebody else's. */
  const nextClaimed = (): WorkItem | undefined => {
    for (let item = claimed.pop(); item; item = claimed.pop()) {
      const until = leasedUntil.get(item.id) ?? 0
      leasedUntil.delete(item.id)
      if (Date.now() < until) return item
      occupy(item.bucket, -1)
    }
    return undefined
  }

  const hold = (item: WorkItem, since: number) => {
    leasedUntil.set(item.id, since + leaseMs)
    claimed.push(item)
  }

  const begin = (item: WorkItem, entry: { link: WorkerLink; busy: number }) => {
    entry.busy++
    const running = item.start(entry.link)
    active.set(item.id, { link: entry.link, item, running })
    void running.done.finally(() => {
      active.delete(item.id)
      if (active.size === MAX_ACTIVE - 1) pump()
    })
    void running.left.finally(() => {
      entry.busy--
      occupy(item.bucket, -1)
      noteEnd()
      // Room in a bucket is news for those who wait for it.
      if (item.bucket !== null && (blocked.has(item.bucket) || others())) mayHaveMore = true
      pump()
    })
  }

  const pump = () => {
    if (stopped) return
    while (active.size < MAX_ACTIVE) {
      const entry = freestLink()
      const item = entry && next()
      if (!entry || !item) break
      begin(item, entry)
    }
    if (mayHaveMore && !claiming && links.size > 0 && wanted() > 0) void claimMore()
  }

  /** How many jobs a claim asks for; none while enough are ahead. */
  const wanted = (): number => {
    const free = Math.max(0, freeSlots() - reserved - claimed.size)
    if (free > 0) return free + prefetch()
    return claimed.size < prefetch() / 2 ? prefetch() - claimed.size : 0
  }

  const claimMore = async () => {
    const limit = wanted()
    claiming = true
    mayHaveMore = false
    const asked = Date.now()
    try {
      const claim = await queue.claim({ owner, limit, leaseMs, running: occupied, recent })
      // Fewer than asked for may also mean that another app was quicker.
      if (claim.jobs.length > 0) mayHaveMore = true
      blocked = new Set(claim.blocked)
      remember(claim.jobs.map((job) => job.projectId))
      for (const [kind, group] of Map.groupBy(claim.jobs, (job) => job.kind))
        for (const item of await handlers[kind](group)) {
          if (!item) continue
          occupy(item.bucket, 1)
          hold(item, asked)
        }
    } catch (error) {
      log.error({ err: error }, 'claiming jobs failed')
      timers.push(setTimeout(wake, RETRY_AFTER_ERROR_MS))
    } finally {
      claiming = false
      pump()
    }
  }

  const wake = () => {
    mayHaveMore = true
    pump()
  }

  const held = () => [
    ...[...active.values()].filter(({ item }) => item.leased).map(({ item }) => item.id),
    ...claimedIds(),
  ]
  const claimedIds = () => {
    const items = claimed.remove(() => true)
    for (const item of items) claimed.push(item)
    return items.map((item) => item.id)
  }

  /** Renews every lease; work whose lease somebody else has is stopped here. */
  const renew = async () => {
    const ids = held()
    if (ids.length === 0) return
    const asked = Date.now()
    try {
      const kept = await queue.extend({ owner, ids, leaseMs })
      for (const id of ids) {
        if (kept.has(id) && leasedUntil.has(id)) leasedUntil.set(id, asked + leaseMs)
        // A run that is recorded behind its execution has no job row yet; it is lost only if it was there before.
        if (kept.has(id) || !renewed.has(id)) continue
        drop(claimed, id)
        active.get(id)?.running.cancel()
      }
      renewed = kept
    } catch (error) {
      log.error({ err: error }, 'renewing leases failed')
    }
  }
  let renewed = new Set<string>()

  /** Takes an item out of a line, wherever it stands. @returns whether it was there. */
  const drop = (line: typeof claimed, id: string): boolean => {
    const items = line.remove((item) => item.id === id)
    if (line === claimed) {
      leasedUntil.delete(id)
      for (const item of items) occupy(item.bucket, -1)
    }
    return items.length > 0
  }

  const promote = async () => {
    let pauseMs = IDLE_POLL_MS
    try {
      const { promoted, next } = await queue.promote()
      if (promoted > 0) {
        queue.announce()
        wake()
      }
      if (next) pauseMs = Math.min(pauseMs, Math.max(SHORTEST_PROMOTE_MS, next.getTime() - Date.now()))
    } catch (error) {
      log.error({ err: error }, 'looking for jobs that came due failed')
    }
    if (!stopped) promotion = setTimeout(() => void promote(), pauseMs)
  }

  const recover = async () => {
    try {
      if ((await queue.releaseExpired()) > 0) {
        queue.announce()
        wake()
      }
    } catch (error) {
      log.error({ err: error }, 'releasing expired leases failed')
    }
  }

  return {
    attach(link) {
      links.set(link.id, { link, busy: 0 })
      wake()
    },
    detach(linkId) {
      links.delete(linkId)
    },
    submit(item) {
      if (waiting.size >= MAX_WAITING)
        throw new AppError('SANDBOX_CAPACITY_EXCEEDED', {
          message: 'Too many calls wait for a free worker. Try again later.',
        })
      waiting.push(item)
      pump()
    },
    reserve(quota) {
      if (stopped || waiting.size + claimed.size > 0 || freeSlots() - reserved <= 0) return false
      // Those who wait in the queue go first.
      if (quota && (blocked.has(quota.bucket) || !hasQuota(quota.bucket, quota.cap))) return false
      reserved++
      occupy(quota?.bucket ?? null, 1)
      return true
    },
    submitReserved(item) {
      reserved--
      hold(item, Date.now())
      pump()
    },
    unreserve(quota) {
      reserved--
      occupy(quota?.bucket ?? null, -1)
    },
    get hasWorkers() {
      return [...links.values()].some(({ link }) => link.concurrency > 0)
    },
    get hasRoom() {
      return freeSlots() - reserved > claimed.size + waiting.size
    },
    wake,
    cancel(id) {
      const dropped = [drop(waiting, id), drop(claimed, id)].includes(true)
      const slot = active.get(id)
      slot?.running.cancel()
      return dropped || slot !== undefined
    },
    load: () => ({
      links: [...links.values()].map(({ link, busy }) => ({ id: link.id, slots: link.concurrency, busy })),
      waiting: waiting.size + claimed.size,
    }),
    start() {
      stopped = false
      timers = [
        setInterval(() => void renew(), leaseMs / 3),
        setInterval(() => void recover(), leaseMs / 3),
        setInterval(wake, IDLE_POLL_MS),
      ]
      void promote()
      pump()
    },
    async stop(graceMs) {
      stopped = true
      for (const timer of timers) clearTimeout(timer)
      clearTimeout(promotion)
      const done = Promise.all([...active.values()].map(({ running }) => running.done))
      let timer: NodeJS.Timeout | undefined
      const grace = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, graceMs)
      })
      await Promise.race([done, grace])
      clearTimeout(timer)
    },
  }
}
