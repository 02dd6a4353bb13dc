import type { TriggerMetadata } from '@piecework/model/piece/metadata'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { DueClock } from '../../database/clock.ts'
import type { Db } from '../../database/open.ts'
import type { Events } from '../../events/events.ts'
import type { Queue } from '../../queue/queue.ts'
import { defaultSchedule, nextTick } from './schedule.ts'
import { claimSource, ownSchedule, type RegisteredSource, type Source, selectAbandonedTests } from './store.ts'
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

const BATCH = 500
/** For how long a test listens for an event. */
const LISTENING_MS = 60 * 60_000
const REMEMBERED_DAYS = 7
/** A tick this much later than its schedule has it was computed by a clock that was wrong. */
const TOLERANCE_MS = 1000

interface Ticking extends RegisteredSource {
  flowStatus: string
  flowUpdated: Date
  publishedVersionId: string | null
  jobId: string | null
  dueAt: Date | null
  data: string | null
}

export function createReconcile(parts: Parts): Reconcile {
  const { db, queue, log } = parts

  /** Registered triggers that are in service, with their flow and job, a page at a time. */
  const ticking = async (after: string): Promise<Ticking[]> => {
    const { rows } = await sql<Ticking>`
      select s.*, p."platformId", f.status as "flowStatus", f.updated as "flowUpdated", f."publishedVersionId", j.id as "jobId",
        case when j."leaseUntil" is null then j."dueAt" end as "dueAt", j.data
      from trigger_source s join project p on p.id = s."projectId" join flow f on f.id = s."flowId"
      left join job j on j.key = case s.type when 'POLLING' then 'tick:' else 'renew:' end || s.id
      where s.deleted is null and not s.simulate and s.id > ${after}
      order by s.id limit ${BATCH}`.execute(db)
    return rows
  }

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
    const { schedule } = TickData.parse(JSON.parse(data ?? ''))
    const next = nextTick({ flowId, schedule, everyMinutes: parts.everyMinutes }, now)
    if (new Date(dueAt).getTime() <= next.getTime() + TOLERANCE_MS) return false
    const moved = await db
      .updateTable('job')
      .set({ dueAt: next })
      .where('id', '=', jobId)
      .where('leaseUntil', 'is', null)
      .where('ready', '=', false)
      .executeTakeFirst()
    return moved.numUpdatedRows > 0n
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

  /** Enabled flows of which nothing is registered, nor was a short while ago. */
  const silent = async (settledBefore: Date): Promise<{ id: string; projectId: string }[]> => {
    const before = settledBefore.toISOString()
    // Whoever changes the row restores the flow: another app that looks at the same time does not see it any more.
    const { rows } = await sql<{ id: string; projectId: string }>`
      update flow f set updated = now() where f.status = 'ENABLED' and f."operationStatus" = 'NONE'
        and f.updated < ${before} and not exists (
          select 1 from trigger_source s where s."flowId" = f.id and not s.simulate
            and (s.deleted is null or s.deleted >= ${before}))
      returning f.id, f."projectId"`.execute(db)
    return rows
  }

  const endTest = async ({ id, flowId, projectId }: Source, settledBefore: Date): Promise<boolean> => {
    if (!(await claimSource(db, id, settledBefore))) return false
    await parts.endSimulation({ id: flowId, projectId })
    return true
  }

  const forget = async (): Promise<number> => {
    const jobs = await sql`
      delete from job j where j.kind in ('POLL', 'RENEW') and j."leaseUntil" is null and not exists (
        select 1 from trigger_source s where s.id = split_part(j.key, ':', 2) and s.deleted is null)`.execute(db)
    await sql`
      delete from trigger_source where deleted < now() - ${REMEMBERED_DAYS} * interval '1 day'`.execute(db)
    return Number(jobs.numAffectedRows ?? 0)
  }

  /** The default rhythm may have been changed with the settings. */
  const renameDefault = async (): Promise<void> => {
    const wanted = defaultSchedule(parts.everyMinutes)
    await sql`
      update trigger_source set schedule = schedule || ${JSON.stringify(wanted)}::jsonb
      where deleted is null and schedule @> '{"isDefault": true}' and not schedule @> ${JSON.stringify(wanted)}::jsonb`.execute(
      db,
    )
  }

  /** What cannot be put right for one flow must not keep the others from it. */
  const careful = async (flowId: string, work: () => Promise<boolean>): Promise<number> => {
    try {
      return (await work()) ? 1 : 0
    } catch (err) {
      log.warn({ err, flowId }, 'the trigger of a flow could not be put right')
      return 0
    }
  }

  return async (settledBefore, stopped) => {
    let mended = await forget()
    await renameDefault()
    for (let page = await ticking(''); page.length > 0; page = await ticking(page.at(-1)?.id ?? ''))
      for (const source of page) {
        if (stopped.aborted) return mended
        mended += await careful(source.flowId, () => settle(source, settledBefore))
      }
    const listeningSince = new Date(Date.now() - LISTENING_MS)
    for (const source of await selectAbandonedTests(db, { listeningSince, settledBefore })) {
      if (stopped.aborted) return mended
      mended += await careful(source.flowId, () => endTest(source, settledBefore))
    }
    for (const { id, projectId } of await silent(settledBefore)) {
      if (stopped.aborted) return mended
      mended += await careful(id, () => parts.domain.emit('TRIGGER_MISSED', { projectId, flowId: id }).then(() => true))
    }
    return mended
  }
}
