import type { Logger } from 'pino'
import type { DueClock } from '../database/clock.ts'
import type { JobKind } from '../queue/job.ts'
import type { Queue } from '../queue/queue.ts'
import { waitAtMost } from '../time-limit.ts'
import { type Buckets, createLane, type Lane } from './lane.ts'
import type { JobHandler, Running, WorkerLink, WorkItem } from './work.ts'

/** Brings work to the workers of this app, and keeps the leases of what it holds. */
export interface Dispatcher {
  /** A worker has come; work of its group begins to flow here. */
  attach(link: WorkerLink): void
  /** The link gets nothing more; it ends what it has with LOST. */
  detach(linkId: string): void
  /** The lane of a group's workers (null: those of no group); undefined when none of them ever came. */
  lane(group: string | null): Lane | undefined
  /** Whether a slot is free for what may come. */
  readonly hasRoom: boolean
  /** There may be new jobs in the queue. */
  wake(): void
  /** Stops waiting or running work. @returns false when this process does not hold it. */
  cancel(id: string): boolean
  load(): ReturnType<Lane['load']>
  start(): void
  /** Begins no more runs, and gives those back that have not begun; what runs and operations go on. */
  retire(): Promise<void>
  /** Whether the work is with a worker. */
  isActive(id: string): boolean
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
  /** Gets the time of the database. */
  clock: Pick<DueClock, 'set'>
  log: Logger
}

/** The dispatcher also looks at the queue without a message this often, because one may have been lost. */
const IDLE_POLL_MS = 1000
const SHORTEST_PROMOTE_MS = 5

/**
 * Work that workers are done with and whose end is being written, at most: when the database falls behind, workers
 * wait for it. Callers who wait are answered before that, so this is also what a crash can take from the history.
 */
export const MAX_RECORDING = 128

// Over 120 lines: the lanes, what is active and the leases are one state, which each of its short functions changes.
export function createDispatcher({
  queue,
  owner,
  leaseMs,
  handlers,
  others,
  clock,
  log,
}: DispatcherOptions): Dispatcher {
  const lanes = new Map<string | null, Lane>()
  const active = new Map<string, { item: WorkItem; running: Running }>()
  /** Work whose next attempt waits for the end of the one that is active. */
  const awaited = new Set<string>()
  const buckets = createBuckets()
  let stopped = true
  let retired = false
  let timers: NodeJS.Timeout[] = []
  let promotion: NodeJS.Timeout | undefined
  let renewed = new Set<string>()
  let recording = 0

  const begin = (item: WorkItem, link: WorkerLink): Running => {
    const running = item.start(link)
    active.set(item.id, { item, running })
    void running.left.finally(() => recording++)
    void running.done.finally(() => {
      if (active.get(item.id)?.running === running) active.delete(item.id)
      const wasFull = recording-- === MAX_RECORDING
      if (awaited.delete(item.id) || wasFull) for (const lane of lanes.values()) lane.pump()
    })
    return running
  }

  const laneFor = (group: string | null): Lane => {
    const known = lanes.get(group)
    if (known) return known
    const lane = createLane({
      ...{ group, queue, owner, leaseMs, handlers, buckets, others, begin, log },
      stopped: () => stopped,
      retired: () => retired,
      giveBack,
      mayBegin: () => recording < MAX_RECORDING,
      isActive: (id) => active.has(id),
      supersede(id) {
        const earlier = active.get(id)
        if (earlier) awaited.add(id)
        earlier?.running.cancel()
      },
    })
    lanes.set(group, lane)
    return lane
  }

  const wake = () => {
    for (const lane of lanes.values()) lane.wake()
  }

  /** Renews every lease; work whose lease somebody else has is stopped here. */
  const renew = async () => {
    const ids = [
      ...[...active.values()].filter(({ item }) => item.leased).map(({ item }) => item.id),
      ...[...lanes.values()].flatMap((lane) => lane.leased()),
    ]
    if (ids.length === 0) return
    const asked = Date.now()
    try {
      const kept = await queue.extend({ owner, ids, leaseMs })
      for (const id of ids) {
        if (kept.has(id)) for (const lane of lanes.values()) lane.renewed(id, asked + leaseMs)
        // A run that is recorded behind its execution has no job row yet; it is lost only if it was there before.
        if (kept.has(id) || !renewed.has(id)) continue
        for (const lane of lanes.values()) lane.drop(id)
        active.get(id)?.running.cancel()
      }
      renewed = kept
    } catch (error) {
      log.error({ err: error }, 'renewing leases failed')
    }
  }

  const giveBack = async (ids: readonly string[]): Promise<void> => {
    if (ids.length === 0) return
    try {
      await queue.giveBack({ owner, ids })
      queue.announce()
    } catch (error) {
      log.warn({ err: error }, 'jobs could not be given back; other apps take them when their leases expire')
    }
  }

  /** Claims that are under way at a stop end before the database closes, so that their jobs can be given back. */
  const claims = () => Promise.all([...lanes.values()].map((lane) => lane.claimed()))

  const promote = async () => {
    let pauseMs = IDLE_POLL_MS
    try {
      const { promoted, nextMs, now } = await queue.promote()
      clock.set(now)
      if (promoted > 0) {
        queue.announce()
        wake()
      }
      if (nextMs !== null) pauseMs = Math.min(pauseMs, Math.max(SHORTEST_PROMOTE_MS, nextMs))
    } catch (error) {
      log.error({ err: error }, 'looking for due jobs failed')
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
    attach: (link) => laneFor(link.group).attach(link),
    detach(linkId) {
      for (const lane of lanes.values()) lane.detach(linkId)
    },
    lane: (group) => lanes.get(group),
    get hasRoom() {
      return [...lanes.values()].some((lane) => lane.hasRoom)
    },
    wake,
    cancel(id) {
      const dropped = [...lanes.values()].map((lane) => lane.drop(id)).includes(true)
      const slot = active.get(id)
      slot?.running.cancel()
      return dropped || slot !== undefined
    },
    load() {
      const loads = [...lanes.values()].map((lane) => lane.load())
      return {
        links: loads.flatMap(({ links }) => links),
        waiting: loads.reduce((total, { waiting }) => total + waiting, 0),
      }
    },
    start() {
      stopped = false
      timers = [
        setInterval(() => void renew(), leaseMs / 3),
        setInterval(() => void recover(), leaseMs / 3),
        setInterval(wake, IDLE_POLL_MS),
      ]
      void promote()
      wake()
    },
    async retire() {
      retired = true
      await giveBack([...lanes.values()].flatMap((lane) => lane.retire()))
      await claims()
    },
    isActive: (id) => active.has(id),
    async stop(graceMs) {
      stopped = true
      for (const timer of timers) clearTimeout(timer)
      clearTimeout(promotion)
      const ends = [...active.values()].map(({ running }) => running.done)
      await waitAtMost(Promise.all([claims(), ...ends]), graceMs)
    },
  }
}

export function createBuckets(): Buckets {
  const counts = new Map<string, number>()
  return {
    counts,
    change(bucket, by) {
      if (bucket === null) return
      const count = (counts.get(bucket) ?? 0) + by
      if (count > 0) counts.set(bucket, count)
      else counts.delete(bucket)
    },
    hasRoom: (bucket, cap) => bucket === null || cap === undefined || (counts.get(bucket) ?? 0) < cap,
  }
}
