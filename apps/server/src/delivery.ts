import type { Logger } from 'pino'
import type { Bus } from './bus/bus.ts'
import { createDueClock } from './database/clock.ts'
import type { Db } from './database/open.ts'
import { createApps } from './dispatch/apps.ts'
import { coalesce } from './dispatch/coalesce.ts'
import { createDispatcher } from './dispatch/dispatcher.ts'
import { createJobHandlers } from './dispatch/handlers.ts'
import { createInteractive } from './dispatch/operations.ts'
import { createPlacements } from './dispatch/placements.ts'
import { createOperationRelay } from './dispatch/relay.ts'
import type { Events } from './events/events.ts'
import type { QueueOptions } from './queue/job.ts'
import type { Announcement, Queue } from './queue/queue.ts'
import type { Settings } from './settings.ts'

/** How long a job is held without a sign of life before somebody else may take it. */
export const LEASE_MS = 30_000
/** Other apps hear of new jobs at most this often. */
const TELL_OTHERS_MS = 10

interface Parts {
  db: Db
  bus: Bus
  settings: Settings
  events: Events
  makeQueue(options: QueueOptions): Queue
  log: Logger
}

/** The queue, and what brings its jobs to workers. */
export type Delivery = ReturnType<typeof createDelivery>

export function createDelivery({ db, bus, settings, events, makeQueue, log }: Parts) {
  const owner = bus.appId
  const embedded = settings.dbType === 'PGLITE'
  const defaultLimit = settings.projectRateLimiterEnabled ? settings.defaultConcurrentJobsLimit : null
  const apps = createApps({ db, bus, embedded })
  const clock = createDueClock(embedded)
  const placements = createPlacements(db, defaultLimit)
  const queue = makeQueue({
    clock,
    shared: !embedded,
    defaultLimit,
    groupOf: async (id) => (await placements.of(id)).group,
  })
  const handlers = createJobHandlers()
  const dispatcher = createDispatcher({
    queue,
    owner,
    leaseMs: LEASE_MS,
    handlers: handlers.of,
    others: () => !apps.alone,
    clock,
    log,
  })
  const tellOthers = coalesce(() => bus.publish('JOBS_ADDED', {}), TELL_OTHERS_MS)

  /** Jobs were stored: a free slot here takes them, else one elsewhere. */
  const wake = (jobs?: Announcement): void => {
    queue.announce(jobs)
    dispatcher.wake()
    if (!embedded && !dispatcher.hasRoom) tellOthers()
  }

  const relay = createOperationRelay({ db, queue, owner, bus, wake, log })
  handlers.add({
    OPERATION: relay.handler,
    async SYSTEM(jobs) {
      await queue.remove({ ids: jobs.map((job) => job.id) })
      return jobs.map(() => null)
    },
  })

  bus.on('LIMITS_CHANGED', placements.forget)
  bus.on('JOBS_ADDED', () => dispatcher.wake())
  bus.onGap(() => {
    placements.forget()
    dispatcher.wake()
  })
  events.on('LIMITS_CHANGED', () => {
    placements.forget()
    bus.publish('LIMITS_CHANGED', {})
    wake()
  })

  return {
    owner,
    embedded,
    apps,
    clock,
    placements,
    queue,
    handlers,
    dispatcher,
    relay,
    interactive: createInteractive(dispatcher, placements, relay.ask),
    wake,
  }
}
