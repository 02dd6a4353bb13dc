import { type BackOff, delayOf } from '@piecework/model/back-off'
import type { Db } from '../database/open.ts'
import { createRounds } from '../rounds.ts'
import { waitAtMost, withTimeout } from '../time-limit.ts'
import type { Outbox } from './outbox.ts'
import {
  type ClaimedEvent,
  claimEvents,
  deleteEvents,
  deleteOldEvents,
  postponeEvent,
  releaseEvents,
  selectNames,
} from './store.ts'
import { readEvent, withNames } from './stored-event.ts'
import type { Subscriber } from './subscriber.ts'

/** Brings what is in the outbox to its subscribers: at least once, oldest first, and each in its own time. */
export interface OutboxDelivery {
  start(): Promise<void>
  /** Waits a while for what is being delivered; the rest stays. */
  stop(): Promise<void>
}

interface Parts {
  db: Db
  outbox: Outbox
  subscribers: readonly Subscriber[]
  /** No other app delivers from this database. */
  alone: boolean
  log: { warn(details: object, message: string): void; error(details: object, message: string): void }
  /** Others than usual, for tests. */
  limits?: Partial<typeof LIMITS>
}

const BATCH = 100
const LIMITS = {
  /** How long a subscriber may take over what it is given. */
  deliverMs: 20_000,
  /** How long others leave alone what was taken: an app that was killed delivers nothing more. */
  leaseMs: 30_000,
  /** Looking at the table finds the events that another app stored before it was killed. */
  lookEveryMs: 10_000,
  retries: { firstMs: 1000, longestMs: 3_600_000, spread: [0.5, 1] } as BackOff,
  /** With these retries, a subscriber may fail for 8 hours at least; then the event is a dead letter. */
  maxAttempts: 28,
}
/** Dead letters, and events of subscribers that are not there any more, are kept for so long. */
const KEEP_MS = 30 * 24 * 3_600_000
const PURGE_EVERY_MS = 3_600_000
const STOP_MS = 5000
const MAX_ERROR_LENGTH = 500

export function createOutboxDelivery({ db, outbox, subscribers, alone, log, limits }: Parts): OutboxDelivery {
  const { deliverMs, leaseMs, lookEveryMs, retries, maxAttempts } = { ...LIMITS, ...limits }
  let timers: NodeJS.Timeout[] = []
  let isStopped = true

  const rounds = subscribers.map((subscriber) => {
    const one = createRounds(
      async () => {
        if (isStopped) return
        const claimed = await claimEvents(db, subscriber.name, { limit: BATCH, leaseMs })
        if (claimed.length === BATCH) one.wake()
        const [again, first] = [claimed.filter(isRepetition), claimed.filter((event) => !isRepetition(event))]
        // An event that has failed before goes alone: it may be the one that makes the others fail.
        for (const events of [first, ...again.map((event) => [event])]) await deliver(subscriber, events)
      },
      (err) => log.warn({ err, subscriber: subscriber.name }, 'the outbox could not be read'),
    )
    return one
  })

  const wake = (): void => {
    if (!isStopped) for (const one of rounds) one.wake()
  }

  const deliver = async (subscriber: Subscriber, events: readonly ClaimedEvent[]): Promise<void> => {
    if (events.length === 0 || isStopped) return
    try {
      const read = events.map(readEvent)
      const names = await selectNames(db, {
        userIds: idsOf(read, 'userId'),
        projectIds: idsOf(read, 'projectId'),
      })
      const signal = AbortSignal.timeout(deliverMs)
      const delivering = subscriber.deliver(
        read.map((event) => withNames(event, names)),
        signal,
      )
      await withTimeout(
        delivering,
        deliverMs,
        () => new Error(`It was not delivered within ${deliverMs / 1000} seconds`),
      )
    } catch (error) {
      for (const event of events) await postpone(event, error)
      return
    }
    await deleteEvents(db, events)
  }

  const postpone = async (event: ClaimedEvent, error: unknown): Promise<void> => {
    const { id, subscriber, name, attempt } = event
    const isDead = attempt >= maxAttempts
    const delayMs = isDead ? null : delayOf(retries, attempt)
    const message = (error instanceof Error ? error.message : String(error)).slice(0, MAX_ERROR_LENGTH)
    await postponeEvent(db, event, { error: message, delayMs })
    const details = { err: error, eventId: id, event: name, subscriber, attempt }
    if (isDead) log.error(details, 'an event was given up: it stays in the outbox for 30 days')
    else log.warn(details, 'an event could not be delivered; it is tried again')
    if (delayMs !== null && delayMs < lookEveryMs) setTimeout(wake, delayMs).unref()
  }

  const purge = (): Promise<unknown> =>
    deleteOldEvents(db, new Date(Date.now() - KEEP_MS)).catch((err: unknown) =>
      log.warn({ err }, 'old events could not be removed from the outbox; it is tried again'),
    )

  return {
    async start() {
      isStopped = false
      // Nobody else can hold an event of an embedded database.
      if (alone) await releaseEvents(db)
      outbox.onStored(wake)
      timers = [setInterval(wake, lookEveryMs).unref(), setInterval(purge, PURGE_EVERY_MS).unref()]
      wake()
    },
    async stop() {
      isStopped = true
      for (const timer of timers) clearInterval(timer)
      await waitAtMost(Promise.all(rounds.map((one) => one.settled())), STOP_MS)
    },
  }
}

const isRepetition = ({ attempt }: ClaimedEvent): boolean => attempt > 1

const idsOf = <K extends string>(events: readonly { [P in K]?: string | undefined }[], key: K): string[] => [
  ...new Set(events.flatMap((event) => event[key] ?? [])),
]
