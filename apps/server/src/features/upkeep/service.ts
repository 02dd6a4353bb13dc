import type { Logger } from 'pino'
import type { Db } from '../../database/open.ts'
import { type OutsideFiles, purgeExecutionData } from './purge.ts'
import { expirePausedRuns, rescueStuckRuns } from './sweep.ts'

/** Regular work on the data itself. Every app may do it: each task can be done twice at once without harm. */
export interface Upkeep {
  /** One round of every task, as of the given time. */
  tick(now: Date): Promise<void>
  start(): void
  stop(): void
}

interface Parts {
  db: Db
  storage: OutsideFiles
  retentionDays: number
  pausedDays: number
  /** How long a run may go without a job before that counts as an accident. */
  quietMs: number
  /** Pauses that a crash left without their job; resolves to how many got one. */
  settlePauses(): Promise<number>
  wake(): void
  log: Logger
}

const DAY_MS = 24 * 60 * 60 * 1000
const EVERY_MS = 10 * 60_000

export function createUpkeep(parts: Parts): Upkeep {
  const { db, log } = parts
  let timer: NodeJS.Timeout | undefined

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

  const tick = async (now: Date): Promise<void> => {
    const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS)
    const rescued = await attempt('runs without a job were given one', () =>
      rescueStuckRuns(db, new Date(now.getTime() - parts.quietMs)),
    )
    const settled = await attempt('pauses without a job were given one', parts.settlePauses)
    if (rescued + settled > 0) parts.wake()
    await attempt('paused runs expired', () => expirePausedRuns(db, daysAgo(parts.pausedDays), parts.pausedDays))
    await attempt('files of old executions were removed', () =>
      purgeExecutionData(db, parts.storage, daysAgo(parts.retentionDays)),
    )
  }

  return {
    tick,
    start() {
      timer = setInterval(() => void tick(new Date()), EVERY_MS)
      timer.unref()
    },
    stop: () => clearInterval(timer),
  }
}
