import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Db } from '../../database/open.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import type { StoppedRun } from '../runs/executing/stopped-runs.ts'
import { recordRunEvents } from '../runs/run-events-store.ts'
import { type Clock, clockWatch } from './clock-watch.ts'
import { type OutsideFiles, purgeExecutionData, purgeKeptState, purgeOperations } from './purge.ts'
import { expirePausedRuns, rescueStuckRuns } from './sweep-store.ts'

/** Regular work on the data itself. Every app may do it: each task can be done twice at once without harm. */
export interface Upkeep {
  /** One round of every task, as of the given time. */
  tick(now: Date): Promise<void>
  /** @param settledBefore nobody else changed anything since */
  start(settledBefore: Date | undefined): void
  /** Waits a while for what the start has begun. */
  stop(): Promise<void>
}

interface Parts {
  db: Db
  outbox: Outbox
  storage: OutsideFiles
  retentionDays: number
  pausedDays: number
  /** How long a run may go without a job before that counts as an accident. */
  quietMs: number
  /** Does what a crash left undone behind pauses and ends of runs; resolves to how many got a job. */
  settle(): Promise<number>
  /** Runs were ended here. */
  onEnded(runs: readonly StoppedRun[]): Promise<void>
  /** Makes ticks agree with what is enabled; changes after the given time may still be under way. */
  reconcileTriggers(settledBefore: Date, stopped: AbortSignal): Promise<number>
  /** Does the maintenance that the database needs now and then. */
  tidyDatabase(): Promise<unknown>
  wake(): void
  clock: Clock
  log: Logger
}

const DAY_MS = 24 * 60 * 60 * 1000
/** How long a client may be away, and still learn what was done to a flow step by step. */
const OPERATION_DAYS = 7
const EVERY_MS = 10 * 60_000
/** Registering a trigger with its app, and taking out the one before, is over in this time. */
const REGISTRATION_MS = 15 * 60_000
const STOP_MS = 5000
/** Runs wait for what a crash left undone, so that is looked after more often. */
const SETTLE_EVERY_MS = 60_000
const TIDY_EVERY_MS = 30_000
/** A schedule that a wrong clock has put off misses its minutes until that is noticed. */
const CLOCK_EVERY_MS = 5000

export function createUpkeep(parts: Parts): Upkeep {
  const { db, outbox, log } = parts
  let timers: NodeJS.Timeout[] = []
  let beginning: Promise<unknown> | undefined
  const stopping = new AbortController()

  const attempt = async (task: string, work: () => Promise<number>): Promise<number> => {
    try {
      const count = await work()
      if (count > 0) log.info({ count }, task)
      return count
    } catch (err) {
      log.error({ err }, `upkeep failed: ${task}`)
      return 0
    }
  }

  const reconcile = (settledBefore: Date) =>
    attempt('triggers were repaired', () => parts.reconcileTriggers(settledBefore, stopping.signal))

  let tidying = false
  const tidy = async (): Promise<void> => {
    if (tidying) return
    tidying = true
    // Nothing that an operator must hear of, unless it fails.
    await attempt('tables of the database were vacuumed', async () => {
      await parts.tidyDatabase()
      return 0
    })
    tidying = false
  }

  const wasSetBack = clockWatch(parts.clock)
  /** A clock that was ahead has put ticks off, which are due later than their schedules have it. */
  const lookAtClock = async (): Promise<void> => {
    if (!wasSetBack()) return
    log.warn('the clock was set back; schedules are corrected')
    if ((await reconcile(new Date(Date.now() - REGISTRATION_MS))) > 0) parts.wake()
  }

  const settle = async (): Promise<void> => {
    const settled = await attempt('paused runs that were forgotten continue', parts.settle)
    if (settled > 0) parts.wake()
  }

  const tick = async (now: Date): Promise<void> => {
    const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS)
    const rescued = await attempt('runs without a job were given one', () =>
      rescueStuckRuns(db, new Date(now.getTime() - parts.quietMs)),
    )
    if (rescued > 0) parts.wake()
    await settle()
    await reconcile(new Date(now.getTime() - REGISTRATION_MS))
    await attempt('paused runs expired', async () => {
      const expired = await outbox.transaction(async (trx, recordEvent) => {
        const ended = await expirePausedRuns(trx, daysAgo(parts.pausedDays), parts.pausedDays)
        const ids = ended.map(({ id }) => id)
        await recordRunEvents({ trx, recordEvent, outbox }, 'flow.run.finished', ids)
        await recordRunEvents({ trx, recordEvent, outbox }, 'flow.run.failed', ids)
        return ended
      })
      await parts.onEnded(expired)
      return expired.length
    })
    await attempt('the data for retries was removed from old runs', () =>
      purgeKeptState(db, daysAgo(parts.retentionDays)),
    )
    await attempt('files of old executions were removed', () =>
      purgeExecutionData(db, parts.storage, daysAgo(parts.retentionDays)),
    )
    await attempt('old operations on flows were removed', () => purgeOperations(db, daysAgo(OPERATION_DAYS)))
    await tidy()
  }

  return {
    tick,
    start(settledBefore) {
      beginning = reconcile(settledBefore ?? new Date(Date.now() - REGISTRATION_MS))
      timers = [
        setInterval(() => void tick(new Date()), EVERY_MS).unref(),
        setInterval(() => void settle(), SETTLE_EVERY_MS).unref(),
        setInterval(() => void tidy(), TIDY_EVERY_MS).unref(),
        setInterval(() => void lookAtClock(), CLOCK_EVERY_MS).unref(),
      ]
    },
    async stop() {
      for (const timer of timers) clearInterval(timer)
      stopping.abort()
      await Promise.race([beginning, sleep(STOP_MS, undefined, { ref: false })])
    },
  }
}
