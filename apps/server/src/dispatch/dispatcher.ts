import { AppError } from '@piecework/model/errors'
import type { Task, TaskEvents } from '@piecework/worker/task'
import type { RunningTask } from '@piecework/worker/worker'
import type { Logger } from 'pino'
import type { ClaimedJob, JobKind } from '../queue/job.ts'
import type { Queue } from '../queue/queue.ts'
import { createFairQueue } from './fair-queue.ts'

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
  start(link: WorkerLink): Running
}

export interface Running {
  /** Resolves when everything about the item is written. Never rejects. */
  done: Promise<void>
  cancel(): void
}

/** Turns claimed jobs of one kind into work; null for a job that needs none any more. */
export type JobHandler = (jobs: ClaimedJob[]) => Promise<(WorkItem | null)[]>

export interface Dispatcher {
  attach(link: WorkerLink): void
  /** The link's running work counts as lost: its leases run out and the work is delivered again. */
  detach(linkId: string): void
  /**
   * Queues work of a caller who waits.
   * @throws AppError SANDBOX_CAPACITY_EXCEEDED when MAX_WAITING items wait already.
   */
  submit(item: WorkItem): void
  /** Promises a free slot for an item that is about to be submitted; false when others wait. */
  reserve(): boolean
  /** Submits the item of a reservation. */
  submitReserved(item: WorkItem): void
  unreserve(): void
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
  log: Logger
}

/** Work of waiting callers held in memory at most; beyond it they are told to come back. */
const MAX_WAITING = 10_000
/** Claimed jobs held ahead of free slots, so that a finished slot need not wait for the database. */
const PREFETCH = 16
/** How often the queue is looked at for jobs that came due or that another process added. */
const IDLE_POLL_MS = 1000
const RETRY_AFTER_ERROR_MS = 1000

interface Slot {
  link: WorkerLink
  item: WorkItem
  running: Running
}

export function createDispatcher({ queue, owner, leaseMs, handlers, log }: DispatcherOptions): Dispatcher {
  const links = new Map<string, { link: WorkerLink; busy: number }>()
  const waiting = createFairQueue<WorkItem>()
  const claimed = createFairQueue<WorkItem>()
  const active = new Map<string, Slot>()
  let reserved = 0
  let claiming = false
  let mayHaveMore = true
  let stopped = true
  let timers: NodeJS.Timeout[] = []

  const freeSlots = () => {
    let free = 0
    for (const { link, busy } of links.values()) free += link.concurrency - busy
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

  const next = (): WorkItem | undefined => waiting.pop() ?? claimed.pop()

  const begin = (item: WorkItem, entry: { link: WorkerLink; busy: number }) => {
    entry.busy++
    const running = item.start(entry.link)
    active.set(item.id, { link: entry.link, item, running })
    void running.done.finally(() => {
      entry.busy--
      active.delete(item.id)
      pump()
    })
  }

  const pump = () => {
    if (stopped) return
    for (;;) {
      const entry = freestLink()
      const item = entry && next()
      if (!entry || !item) break
      begin(item, entry)
    }
    if (mayHaveMore && !claiming && links.size > 0 && claimed.size < PREFETCH / 2) void claimMore()
  }

  const claimMore = async () => {
    const limit = Math.max(0, freeSlots() - reserved) + PREFETCH - claimed.size
    claiming = true
    mayHaveMore = false
    try {
      const jobs = await queue.claim({ owner, limit, leaseMs })
      if (jobs.length === limit) mayHaveMore = true
      for (const [kind, group] of Map.groupBy(jobs, (job) => job.kind))
        for (const item of await handlers[kind](group)) if (item) claimed.push(item)
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
    try {
      const kept = await queue.extend({ owner, ids, leaseMs })
      for (const id of ids) {
        // A run that is recorded behind its execution has no job row yet; it is lost only if it was there before.
        if (kept.has(id) || !renewed.has(id)) continue
        claimed.remove((item) => item.id === id)
        active.get(id)?.running.cancel()
      }
      renewed = kept
    } catch (error) {
      log.error({ err: error }, 'renewing leases failed')
    }
  }
  let renewed = new Set<string>()

  const recover = async () => {
    try {
      if ((await queue.releaseExpired()) > 0) wake()
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
      for (const [id, slot] of active) if (slot.link.id === linkId) active.delete(id)
    },
    submit(item) {
      if (waiting.size >= MAX_WAITING)
        throw new AppError('SANDBOX_CAPACITY_EXCEEDED', {
          message: 'Too many calls wait for a free worker. Try again later.',
        })
      waiting.push(item)
      pump()
    },
    reserve() {
      if (stopped || waiting.size + claimed.size > 0 || freeSlots() - reserved <= 0) return false
      reserved++
      return true
    },
    submitReserved(item) {
      reserved--
      claimed.push(item)
      pump()
    },
    unreserve() {
      reserved--
    },
    wake,
    cancel(id) {
      const dropped = [...waiting.remove((item) => item.id === id), ...claimed.remove((item) => item.id === id)]
      const slot = active.get(id)
      slot?.running.cancel()
      return dropped.length > 0 || slot !== undefined
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
      pump()
    },
    async stop(graceMs) {
      stopped = true
      for (const timer of timers) clearTimeout(timer)
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
