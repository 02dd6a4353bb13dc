import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Db } from '../../database/open.ts'
import type { StoppedRun } from '../runs/executing/aftermath.ts'
import { type Clock, clockWatch } from './clock-watch.ts'
import { type OutsideFiles, purgeExecutionData, purgeKeptState } from './purge.ts'
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
  /** What the database needs now and then. */
  tidyDatabase(): Promise<unknown>
  wake(): void
  clock: Clock
  log: Logger
}

const DAY_MS = 24 * 60 * 60 * 1000
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
  const { db, log } = parts
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
    attempt('triggers were put right', () => parts.reconcileTriggers(settledBefore, stopping.signal))

  let tidying = false
  const tidy = async (): Promise<void> => {
    if (tidying) return
    tidying = true
    // Nothing that an operator must hear of, unless it fails.
    await attempt('tables of the database were tidied', async () => {
      await parts.tidyDatabase()
      return 0
    })
    tidying = false
  }

  const wasSetBack = clockWatch(parts.clock)
  /** A clock that was ahead has put ticks off, which are due later than their schedules have it. */
  const lookAtClock = async (): Promise<void> => {
    if (!wasSetBack()) return
    log.warn('the clock was set back; schedules are put right')
    if ((await reconcile(new Date(Date.now() - REGISTRATION_MS))) > 0) parts.wake()
  }

  const settle = async (): Promise<void> => {
    const settled = await attempt('paused runs that were forgotten go on', parts.settle)
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
      const expired = await expirePausedRuns(db, daysAgo(parts.pausedDays), parts.pausedDays)
      await parts.onEnded(expired)
      return expired.length
    })
    await attempt('runs lost what they had kept for a retry', () => purgeKeptState(db, daysAgo(parts.retentionDays)))
    await attempt('files of old executions were removed', () =>
      purgeExecutionData(db, parts.storage, daysAgo(parts.retentionDays)),
    )
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
