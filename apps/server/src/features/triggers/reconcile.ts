import type { TriggerMetadata } from '@piecework/model/piece/metadata'
import type { Logger } from 'pino'
import type { z } from 'zod'
import type { DueClock } from '../../database/clock.ts'
import type { Db } from '../../database/open.ts'
import type { Events } from '../../events/events.ts'
import type { Queue } from '../../queue/queue.ts'
import {
  claimSilent,
  forgetGone,
  postponeTo,
  selectTicking,
  type Ticking,
  updateDefaultSchedules,
} from './reconcile-store.ts'
import { defaultSchedule, nextTick } from './schedule.ts'
import { claimSource, ownSchedule, type Source, selectAbandonedTests } from './store.ts'
import { TickData, tickJob } from './tick-job.ts'

interface Parts {
  db: Db
  queue: Queue
  /** AP_TRIGGER_DEFAULT_POLL_INTERVAL. */
  everyMinutes: number
  /** By which ticks fall due. */
  clock: DueClock
  triggerOf(
    pieceName: string,
    pieceVersion: string,
    triggerName: string,
    platformId: string,
  ): Promise<TriggerMetadata | undefined>
  domain: Pick<Events, 'emit'>
  /** Ends the test that listens for an event of the flow's trigger. */
  endSimulation(flow: { id: string; projectId: string }): Promise<unknown>
  log: Logger
}

/**
 * Makes what ticks agree with what is enabled, where a crash in the middle of a change, a lost row or a clock that
 * was wrong left them apart:
 * - a registered trigger without its job gets one, and a tick that is further away than the schedule has it is moved;
 * - a trigger whose flow is not enabled is taken out of service, and an enabled flow without a trigger gets it back,
 *   as does one whose trigger was being changed, or is that of another version;
 * - a test that nobody ended listens no more;
 * - jobs and records of triggers that are gone go, too.
 * @param settledBefore changes after this time may still be under way, and are left alone
 * @param stopped ends it before it is through
 * @returns how many things were put right.
 */
export type Reconcile = (settledBefore: Date, stopped: AbortSignal) => Promise<number>

/** For how long a test listens for an event. */
const LISTENING_MS = 60 * 60_000
/** A tick this much later than its schedule has it was computed by a clock that was wrong. */
const TOLERANCE_MS = 1000

export function createReconcile(parts: Parts): Reconcile {
  const { db, queue, log } = parts

  const addJob = async (source: Ticking): Promise<boolean> => {
    const { pieceName, pieceVersion, triggerName, platformId } = source
    // Webhooks that need no renewal are most of all there are.
    const metadata = await parts.triggerOf(pieceName, pieceVersion, triggerName, platformId)
    if (!metadata) return false
    const { everyMinutes } = parts
    const job = tickJob(source, metadata, ownSchedule(source), everyMinutes, new Date(parts.clock.now()))
    if (!job) return false
    await queue.add([job])
    return true
  }

  const moveTick = async ({ jobId, dueAt, data, flowId }: Ticking): Promise<boolean> => {
    const now = new Date(parts.clock.now())
    if (jobId === null || dueAt === null || new Date(dueAt) <= now) return false
    const tick = tickOf(data)
    // Its handler puts it aside when it is due.
    if (!tick) return false
    const { schedule } = tick
    const next = nextTick({ flowId, schedule, everyMinutes: parts.everyMinutes }, now)
    if (new Date(dueAt).getTime() <= next.getTime() + TOLERANCE_MS) return false
    return postponeTo(db, jobId, next)
  }

  const settle = async (source: Ticking, settledBefore: Date): Promise<boolean> => {
    const { projectId, flowId } = source
    const isEnabled = source.flowStatus === 'ENABLED'
    if (!isEnabled || !source.settled || source.flowVersionId !== source.publishedVersionId) {
      const changed = [source.created, source.updated, source.flowUpdated].map((time) => new Date(time))
      if (changed.some((time) => time >= settledBefore)) return false
      if (!(await claimSource(db, source.id, settledBefore))) return false
      await parts.domain.emit(isEnabled ? 'TRIGGER_MISSED' : 'TRIGGER_FAILED', { projectId, flowId })
      return true
    }
    return source.jobId === null ? addJob(source) : moveTick(source)
  }

  const endTest = async ({ id, flowId, projectId }: Source, settledBefore: Date): Promise<boolean> => {
    if (!(await claimSource(db, id, settledBefore))) return false
    await parts.endSimulation({ id: flowId, projectId })
    return true
  }

  /** Puts one flow right; its failure must not stop the others. */
  const careful = async (flowId: string, work: () => Promise<boolean>): Promise<number> => {
    try {
      return (await work()) ? 1 : 0
    } catch (err) {
      log.warn({ err, flowId }, 'the trigger of a flow could not be repaired')
      return 0
    }
  }

  return async (settledBefore, stopped) => {
    let mended = await forgetGone(db)
    await updateDefaultSchedules(db, defaultSchedule(parts.everyMinutes))
    for (let page = await selectTicking(db, ''); page.length > 0; page = await selectTicking(db, page.at(-1)?.id ?? ''))
      for (const source of page) {
        if (stopped.aborted) return mended
        mended += await careful(source.flowId, () => settle(source, settledBefore))
      }
    const listeningSince = new Date(Date.now() - LISTENING_MS)
    for (const source of await selectAbandonedTests(db, { listeningSince, settledBefore })) {
      if (stopped.aborted) return mended
      mended += await careful(source.flowId, () => endTest(source, settledBefore))
    }
    for (const { id, projectId } of await claimSilent(db, settledBefore)) {
      if (stopped.aborted) return mended
      mended += await careful(id, () => parts.domain.emit('TRIGGER_MISSED', { projectId, flowId: id }).then(() => true))
    }
    return mended
  }
}

function tickOf(data: string | null): z.infer<typeof TickData> | undefined {
  try {
    return TickData.parse(JSON.parse(data ?? ''))
  } catch {
    return undefined
  }
}
