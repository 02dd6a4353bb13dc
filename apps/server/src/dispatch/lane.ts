import { AppError } from '@piecework/model/errors'
import type { Logger } from 'pino'
import type { ClaimedJob, JobKind } from '../queue/job.ts'
import { type LastServed, nextServed } from '../queue/lines.ts'
import type { Queue } from '../queue/queue.ts'
import { createFairQueue } from './fair-queue.ts'
import { type WatchedLink, watchLink } from './link-watch.ts'
import type { Quota } from './placements.ts'
import type { JobHandler, Running, WorkerLink, WorkItem } from './work.ts'

/** The workers of one group (or of none) at this app, and the work that waits for them here. */
export interface Lane {
  attach(link: WorkerLink): void
  /** @returns whether it was attached here. */
  detach(linkId: string): boolean
  /** Whether workers are attached. */
  readonly hasWorkers: boolean
  /** Whether a slot is free for what may come. */
  readonly hasRoom: boolean
  /**
   * Queues work of a caller who waits.
   * @throws AppError SANDBOX_CAPACITY_EXCEEDED when too much waits already.
   */
  submit(item: WorkItem): void
  /** Promises a free slot for an item that is about to be submitted; false when others wait. */
  reserve(quota: Quota | null): boolean
  /** Submits the item of a reservation. */
  submitReserved(item: WorkItem): void
  unreserve(quota: Quota | null): void
  /** There may be new jobs in the queue. */
  wake(): void
  /** Gives waiting work to free slots. */
  pump(): void
  /** Takes an item out of what waits. @returns whether it was there. */
  drop(id: string): boolean
  /** Takes submitted work back that has not begun. @returns whether it was still waiting. */
  withdraw(item: WorkItem): boolean
  /**
   * Begins no more runs: refuses those that were submitted and lets go of those that were claimed. Operations go on,
   * because requests that are under way may need them.
   * @returns the ids of the jobs that are for others now.
   */
  retire(): string[]
  /** Resolves when no claim is under way; what it brought is held here by then, or given back. */
  claimed(): Promise<void>
  /** Ids of what waits under lease. */
  leased(): string[]
  /** The lease of what waits here lasts until then, by the clock of this machine. */
  renewed(id: string, until: number): void
  load(): { links: { id: string; slots: number; busy: number }[]; waiting: number }
}

/** The parts that the lanes of one app share. */
export interface LaneParts {
  group: string | null
  queue: Queue
  owner: string
  leaseMs: number
  handlers: Record<JobKind, JobHandler>
  buckets: Buckets
  /** Whether other apps may take the jobs of a bucket, so that its room can change unseen. */
  others(): boolean
  stopped(): boolean
  /** Whether no more runs begin here. */
  retired(): boolean
  /** Jobs that were claimed are for others after all. Never rejects. */
  giveBack(ids: readonly string[]): Promise<void>
  /** Whether one more may run in this app. */
  mayBegin(): boolean
  /** Whether an earlier attempt at the work is not over here: the next one waits for its end. */
  isActive(id: string): boolean
  /** Ends an earlier attempt that is active, because it may write nothing more. */
  supersede(id: string): void
  /** Starts an item on a worker. */
  begin(item: WorkItem, link: WorkerLink): Running
  log: Logger
}

/** The number of items that count against each pool or project: claimed, reserved and running. */
export interface Buckets {
  readonly counts: ReadonlyMap<string, number>
  change(bucket: string | null, by: 1 | -1): void
  hasRoom(bucket: string | null, cap: number | undefined): boolean
}

/** The most work of waiting callers that memory holds; callers beyond it are asked to come back. */
export const MAX_WAITING = { waiting: 10_000, bytes: 256 * 1024 * 1024 }
/**
 * Claimed jobs held ahead of free slots, so that a finished slot need not wait for the database: as many as end
 * while two claims are made, because the next one is made when half of them are left. So short runs flow, and long
 * ones do not queue up behind a busy worker.
 */
const MAX_PREFETCH = 16
/** The assumed time of a claim until some have been measured. */
const USUAL_CLAIM_MS = 4
/** Weight of the last one in a running average. */
const WEIGHT = 0.1
const RETRY_AFTER_ERROR_MS = 1000

/** To callers whose work cannot begin any more. */
export const stoppingError = (): AppError =>
  new AppError('SERVICE_UNAVAILABLE', {
    message: 'The server is stopping, and the work was not begun. Try again: another server may answer.',
  })

export const capacityError = (): AppError =>
  new AppError('SANDBOX_CAPACITY_EXCEEDED', { message: 'Too many calls wait for a free worker. Try again later.' })

// Over 120 lines: the slots, the work that waits and the claims of a lane are one state, which each of its short functions changes.
export function createLane(parts: LaneParts): Lane {
  const { group, queue, owner, leaseMs, handlers, buckets, log } = parts
  const links = new Map<string, WatchedLink & { busy: number }>()
  const waiting = createFairQueue<WorkItem>()
  const claimed = createFairQueue<WorkItem>()
  /** Until when the leases of what waits in `claimed` last, by the clock of this machine. */
  const leasedUntil = new Map<string, number>()
  let waitingBytes = 0
  let blocked: ReadonlySet<string> = new Set()
  let turns: LastServed = new Map()
  let lastEnd = 0
  let averageGapMs = 1000
  let averageClaimMs = USUAL_CLAIM_MS
  let reserved = 0
  let claiming: Promise<void> | undefined
  let mayHaveMore = true
  let retry: NodeJS.Timeout | undefined

  const prefetch = () => Math.min(MAX_PREFETCH, Math.floor((2 * averageClaimMs) / averageGapMs))

  const noteEnd = () => {
    const now = performance.now()
    averageGapMs += WEIGHT * (now - lastEnd - averageGapMs)
    lastEnd = now
  }

  /** Those that can do all that may come; when none can, every one. */
  const ableLinks = () => {
    const all = [...links.values()]
    const able = all.filter(isAble)
    return able.length > 0 ? able : all
  }

  const freeSlots = () => {
    let free = 0
    for (const { link, busy } of ableLinks()) free += Math.max(0, link.concurrency - busy)
    return free
  }

  const freestLink = () => {
    let best: (WatchedLink & { busy: number }) | undefined
    for (const entry of ableLinks())
      if (
        entry.busy < entry.link.concurrency &&
        (!best || entry.busy / entry.link.concurrency < best.busy / best.link.concurrency)
      )
        best = entry
    return best
  }

  /** The next work, counted against its bucket; what was claimed is counted already. */
  const next = (): WorkItem | undefined => {
    const direct = waiting.pop((item) => buckets.hasRoom(item.bucket, item.cap))
    if (!direct) return nextClaimed()
    waitingBytes -= direct.bytes ?? 0
    buckets.change(direct.bucket, 1)
    return direct
  }

  /** A lease that ran out while it waited, because the process slept or the database was away, is somebody else's. */
  const nextClaimed = (): WorkItem | undefined => {
    const isFree = ({ id }: WorkItem) => !parts.isActive(id)
    for (let item = claimed.pop(isFree); item; item = claimed.pop(isFree)) {
      const until = leasedUntil.get(item.id) ?? 0
      leasedUntil.delete(item.id)
      if (Date.now() < until) return item
      buckets.change(item.bucket, -1)
    }
    return undefined
  }

  const hold = (item: WorkItem, since: number) => {
    leasedUntil.set(item.id, since + leaseMs)
    claimed.push(item)
  }

  /** An item that is claimed again replaces all earlier attempts at it. */
  const supersede = (id: string) => {
    if (leasedUntil.has(id)) dropClaimed(id)
    parts.supersede(id)
  }

  const dropClaimed = (id: string): number => {
    const ahead = claimed.remove((item) => item.id === id)
    leasedUntil.delete(id)
    for (const { bucket } of ahead) buckets.change(bucket, -1)
    return ahead.length
  }

  const begin = (item: WorkItem, entry: WatchedLink & { busy: number }) => {
    entry.busy++
    const { left, done } = parts.begin(item, entry.link)
    void left.finally(() => {
      entry.busy--
      buckets.change(item.bucket, -1)
      noteEnd()
      pump()
    })
    // Room in a bucket is news for those who wait for it; claims see it when the end is written, and no sooner.
    void done.finally(() => {
      // A claim that is under way may still have seen it as running.
      if (item.bucket !== null && (claiming || blocked.has(item.bucket) || parts.others())) wake()
    })
  }

  const hasWorkers = () => [...links.values()].some(({ link }) => link.concurrency > 0)

  const pump = () => {
    if (parts.stopped()) return
    // The last worker has gone, or takes nothing more: another app may have one.
    if (claimed.size > 0 && !hasWorkers()) void parts.giveBack(letGo())
    while (parts.mayBegin()) {
      const entry = freestLink()
      const item = entry && next()
      if (!entry || !item) break
      begin(item, entry)
    }
    if (mayHaveMore && !claiming && !parts.retired() && hasWorkers() && wanted() > 0)
      claiming = claimMore(wanted()).finally(() => {
        claiming = undefined
        pump()
      })
  }

  /** How many jobs a claim asks for; none while enough are ahead. */
  const wanted = (): number => {
    const free = Math.max(0, freeSlots() - reserved - claimed.size)
    if (free > 0) return free + prefetch()
    return claimed.size < prefetch() / 2 ? prefetch() - claimed.size : 0
  }

  const claimMore = async (limit: number) => {
    mayHaveMore = false
    const asked = Date.now()
    const began = performance.now()
    /** The jobs that are claimed and not ready yet. */
    const raw = new Set<string>()
    try {
      const claim = await queue.claim({ owner, limit, leaseMs, group, running: buckets.counts, turns })
      for (const { id } of claim.jobs) raw.add(id)
      // Fewer than asked for may also mean that another app was quicker.
      if (claim.jobs.length > 0) mayHaveMore = true
      blocked = new Set(claim.blocked)
      turns = nextServed(turns, claim.jobs)
      for (const [kind, jobs] of Map.groupBy(claim.jobs, (job) => job.kind)) {
        if (givesUp()) break
        const items = await readied(kind, jobs)
        for (const { id } of items === undefined ? [] : jobs) raw.delete(id)
        for (const item of items ?? []) {
          if (!item) continue
          supersede(item.id)
          buckets.change(item.bucket, 1)
          hold(item, asked)
        }
      }
      averageClaimMs += WEIGHT * (performance.now() - began - averageClaimMs)
    } catch (error) {
      log.error({ err: error }, 'claiming jobs failed')
      clearTimeout(retry)
      retry = setTimeout(wake, RETRY_AFTER_ERROR_MS).unref()
    } finally {
      if (givesUp()) await parts.giveBack([...letGo(), ...raw])
    }
  }

  /** Jobs that cannot be made ready wait until their leases run out; those of other kinds do not wait for them. */
  const readied = async (kind: JobKind, jobs: ClaimedJob[]): Promise<(WorkItem | null)[] | undefined> => {
    try {
      return await handlers[kind](jobs)
    } catch (error) {
      log.error({ err: error, kind }, 'claimed jobs could not be made ready')
      return undefined
    }
  }

  /** Whether jobs claimed from now on have to begin at another app, or at the next start. */
  const givesUp = () => parts.retired() || parts.stopped()

  /** Lets go of what was claimed and has not begun. */
  const letGo = (): string[] => {
    const items = claimed.remove(() => true)
    leasedUntil.clear()
    for (const { bucket } of items) buckets.change(bucket, -1)
    return items.map(({ id }) => id)
  }

  const wake = () => {
    mayHaveMore = true
    pump()
  }

  return {
    attach(link) {
      const watched = watchLink(link, () => [...links.values()].some(isAble))
      links.set(link.id, Object.assign(watched, { busy: 0 }))
      wake()
    },
    detach(linkId) {
      const wasHere = links.delete(linkId)
      pump()
      return wasHere
    },
    get hasWorkers() {
      return hasWorkers()
    },
    get hasRoom() {
      return freeSlots() - reserved > claimed.size + waiting.size
    },
    submit(item) {
      if (parts.retired() && item.leased) throw stoppingError()
      const bytes = item.bytes ?? 0
      if (waiting.size >= MAX_WAITING.waiting || (waiting.size > 0 && waitingBytes + bytes > MAX_WAITING.bytes))
        throw capacityError()
      waitingBytes += bytes
      waiting.push(item)
      pump()
    },
    reserve(quota) {
      if (parts.stopped() || parts.retired() || waiting.size + claimed.size > 0 || freeSlots() - reserved <= 0)
        return false
      // Those who wait in the queue go first.
      if (quota && (blocked.has(quota.bucket) || !buckets.hasRoom(quota.bucket, quota.cap))) return false
      reserved++
      buckets.change(quota?.bucket ?? null, 1)
      return true
    },
    submitReserved(item) {
      reserved--
      hold(item, Date.now())
      if (parts.retired()) void parts.giveBack(letGo())
      else pump()
    },
    unreserve(quota) {
      reserved--
      buckets.change(quota?.bucket ?? null, -1)
    },
    wake,
    pump,
    withdraw(item) {
      if (!waiting.take(item)) return false
      waitingBytes -= item.bytes ?? 0
      return true
    },
    retire() {
      for (const item of waiting.remove(({ leased }) => leased)) {
        waitingBytes -= item.bytes ?? 0
        item.refuse?.()
      }
      return letGo()
    },
    drop(id) {
      const direct = waiting.remove((item) => item.id === id)
      for (const { bytes = 0 } of direct) waitingBytes -= bytes
      return direct.length + dropClaimed(id) > 0
    },
    claimed: () => claiming ?? Promise.resolve(),
    leased: () => claimed.items().map(({ id }) => id),
    renewed(id, until) {
      if (leasedUntil.has(id)) leasedUntil.set(id, until)
    },
    load: () => ({
      links: [...links.values()].map(({ link, busy }) => ({ id: link.id, slots: link.concurrency, busy })),
      waiting: waiting.size + claimed.size,
    }),
  }
}

const isAble = ({ link, ailing }: WatchedLink): boolean => !ailing && link.concurrency > 0
