import { type BackOff, delayOf } from '@piecework/model/back-off'
import { z } from 'zod'
import type { Db } from '../../database/open.ts'
import type { Encryption } from '../../encryption.ts'
import type { Outbound } from '../../http/outbound.ts'
import { createRounds } from '../../rounds.ts'
import { waitAtMost } from '../../time-limit.ts'
import {
  type ClaimedDelivery,
  claimDeliveries,
  deleteOldDeliveries,
  hasDelivered,
  releaseDeliveries,
  settleDelivery,
} from './delivery-store.ts'
import { type Attempt, sendEvent } from './send.ts'

/** Sends what waits for receivers: at least once, and one slow receiver holds up no other. */
export interface Deliveries {
  start(): Promise<void>
  /** There is something to send. */
  wake(): void
  stop(): Promise<void>
}

interface Parts {
  db: Db
  encryption: Encryption
  outbound: Outbound
  timeoutMs: number
  /** No other app sends from this database. */
  alone: boolean
  /** Switches a receiver off that takes nothing any more. */
  disable(destinationId: string, reason: string): Promise<void>
  log: { warn(details: object, message: string): void }
  limits?: Partial<typeof LIMITS>
}

const LIMITS = {
  /** Events that one receiver gets at a time, and all of them from one app. */
  each: 4,
  most: 32,
  lookEveryMs: 10_000,
  retries: { firstMs: 5000, longestMs: 3_600_000, spread: [0.75, 1] } as BackOff,
}
/** How long a failed event is tried again. */
export const RETRY_MS = 24 * 3_600_000
const LEASE_SPARE_MS = 20_000
const KEEP_MS = 7 * 24 * 3_600_000
const PURGE_EVERY_MS = 3_600_000
const PURGE_BATCH = 1000
const STOP_MS = 5000
const GONE = 410
const MAX_SILENT = 10_000

const Headers = z.record(z.string(), z.string())

export function createDeliveries({
  db,
  encryption,
  outbound,
  timeoutMs,
  alone,
  disable,
  log,
  limits,
}: Parts): Deliveries {
  const { each, most, lookEveryMs, retries } = { ...LIMITS, ...limits }
  /** By receiver: what this app sends to it at the moment. */
  const sending = new Map<string, Promise<unknown>>()
  /** Receivers that did not answer when they were last asked: thousands of them must not hold up those that do. */
  const silent = new Set<string>()
  const stopping = new AbortController()
  let timers: NodeJS.Timeout[] = []
  let isStarted = false

  const claims = createRounds(
    async () => {
      const receivers = Math.floor(most / each)
      await begin(receivers - sending.size, { busy: [...sending.keys(), ...silent] })
      // Some of them may answer again. Half of the room is for those that do.
      const sent = [...sending.keys()].filter((id) => silent.has(id)).length
      const free = Math.min(receivers - sending.size, Math.ceil(receivers / 2) - sent)
      if (silent.size > 0) await begin(free, { busy: [...sending.keys()], only: [...silent] })
    },
    (err) => log.warn({ err }, 'events for receivers could not be read; it is tried again'),
  )

  const begin = async (free: number, choice: { busy: string[]; only?: string[] }): Promise<void> => {
    if (stopping.signal.aborted || free <= 0) return
    const limit = { each, most: free * each, leaseMs: timeoutMs + LEASE_SPARE_MS }
    const claimed = await claimDeliveries(db, { ...choice, ...limit })
    const byReceiver = Map.groupBy(claimed, ({ destinationId }) => destinationId)
    for (const [destinationId, deliveries] of byReceiver) {
      const done = Promise.all(deliveries.map(attempt)).finally(() => {
        sending.delete(destinationId)
        wake()
      })
      sending.set(destinationId, done)
    }
  }

  function wake(): void {
    if (isStarted) claims.wake()
  }

  const attempt = async (delivery: ClaimedDelivery): Promise<void> => {
    try {
      const result = await sendOnce(delivery)
      silent.delete(delivery.destinationId)
      if (result.status === null && silent.size < MAX_SILENT) silent.add(delivery.destinationId)
      // A server that stops has not been refused: the event is sent again after the next start.
      if (result.error === null || !stopping.signal.aborted) await settle(delivery, result)
    } catch (err) {
      log.warn({ err, eventId: delivery.eventId }, 'the outcome of an event could not be stored; it is sent again')
    }
  }

  const sendOnce = async ({ url, eventId, event, secret, headers }: ClaimedDelivery): Promise<Attempt> => {
    try {
      return await sendEvent(outbound, {
        ...{ url, id: eventId, body: event, timeoutMs, signal: stopping.signal },
        secret: z.string().parse(encryption.decrypt(secret)),
        headers: headers === null ? {} : Headers.parse(encryption.decrypt(headers)),
      })
    } catch (error) {
      return { status: null, error: `its secrets cannot be read: ${error instanceof Error ? error.message : error}` }
    }
  }

  const settle = async (delivery: ClaimedDelivery, { status, error, retryAfterMs = 0 }: Attempt): Promise<void> => {
    const { destinationId, eventId, retryUntil } = delivery
    const isLast = status === GONE || Date.now() >= Date.parse(retryUntil)
    const delayMs =
      error === null || isLast
        ? null
        : Math.max(delayOf(retries, delivery.attempt), Math.min(retryAfterMs, retries.longestMs))
    await settleDelivery(db, delivery, { status, error, delayMs })
    if (error === null) return
    if (delayMs !== null) {
      if (delayMs < lookEveryMs) setTimeout(wake, delayMs).unref()
      return
    }
    log.warn({ destinationId, eventId, status, error }, 'an event was given up: its receiver did not take it')
    if (status === GONE) await disable(destinationId, 'The receiver answered that it is gone (status 410).')
    else if (!(await hasDelivered(db, destinationId, new Date(Date.now() - RETRY_MS))))
      await disable(destinationId, `The receiver has taken no event for a day. Last error: ${error}`)
  }

  const purge = async (): Promise<void> => {
    try {
      const before = new Date(Date.now() - KEEP_MS)
      while ((await deleteOldDeliveries(db, before, PURGE_BATCH)) === PURGE_BATCH);
    } catch (err) {
      log.warn({ err }, 'old deliveries of events could not be removed; it is tried again')
    }
  }

  return {
    async start() {
      if (alone) await releaseDeliveries(db)
      isStarted = true
      timers = [setInterval(wake, lookEveryMs).unref(), setInterval(() => void purge(), PURGE_EVERY_MS).unref()]
      wake()
    },
    wake,
    async stop() {
      isStarted = false
      for (const timer of timers) clearInterval(timer)
      const rest = Promise.all([claims.settled(), ...sending.values()])
      await waitAtMost(rest, STOP_MS)
      stopping.abort()
      await waitAtMost(rest, STOP_MS)
    },
  }
}
