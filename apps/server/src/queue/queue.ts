import { sql } from 'kysely'
import type { Db } from '../database/open.ts'
import { type Claim, type ClaimRequest, claim } from './claim.ts'
import { type JobKind, type NewJob, PLATFORM_WORK, type QueueOptions } from './job.ts'
import { releaseLost, releaseUnbegun } from './release.ts'

/**
 * Delivery of jobs from their rows: at least once, at or after their due time, under a lease. Correctness never
 * rests on it: the fenced row of the run does that.
 */
export interface Queue {
  add(jobs: readonly NewJob[]): Promise<void>
  /** Jobs of a project have come in, by whatever way; without a project, of any. */
  announce(jobs?: Announcement): void
  /** Takes due jobs under a lease: best priority first, fairly among projects, within the limits of each. */
  claim(request: ClaimRequest): Promise<Claim>
  /** Renews the leases of the jobs that the owner still holds. @returns their ids. */
  extend(request: { owner: string; ids: readonly string[]; leaseMs: number }): Promise<Set<string>>
  /** The job is done. No effect when somebody else holds it by now. */
  complete(request: { owner: string; id: string }): Promise<void>
  /** Gives the job back, due at the given time by the clock by which jobs fall due. `uncounted`: this delivery was none. */
  retryAt(request: { owner: string; id: string; dueAt: Date; uncounted?: boolean }): Promise<void>
  /** The job was lost with what it ran in, or with what it needs; it waits for so long at least. */
  lose(request: { owner: string; id: string; afterMs?: number }): Promise<void>
  /** Nobody can carry the job out, now or later: it is kept apart, with the reason. */
  bury(request: { owner: string; id: string; reason: string }): Promise<void>
  remove(request: { ids: readonly string[] }): Promise<void>
  removeKey(request: { key: string }): Promise<void>
  /** Makes jobs that the owner holds deliverable at once, in the place that they had. */
  giveBack(request: { owner: string; ids: readonly string[] }): Promise<void>
  /** Makes jobs whose lease ran out deliverable again. @returns how many. */
  releaseExpired(): Promise<number>
  /** Makes the jobs that the owner holds deliverable: at its end. */
  releaseOwned(request: { owner: string }): Promise<number>
  /** Makes every leased job deliverable: only for the sole owner of an embedded database, at its start. */
  releaseAll(): Promise<number>
  /**
   * Makes jobs deliverable whose time has come.
   * @returns how many, in how many milliseconds the next one is due, and the time, by the clock of the database.
   */
  promote(): Promise<{ promoted: number; nextMs: number | null; now: number }>
  /** By group of workers and kind; `waiting` counts what is due. */
  counts(): Promise<JobCount[]>
  close(): Promise<void>
}

export interface JobCount {
  group: string | null
  kind: string
  waiting: number
  active: number
}

/** The name of the queue that the dashboard shows for all kinds of work; each group of workers has its own. */
export const queueName = (group: string | null): string => (group === null ? 'workerJobs' : `${group}WorkerJobs`)

export interface Announcement {
  projectId: string
  priority: number
}

/** The driver that needs nothing but the database. */
export function createQueue(db: Db, options: QueueOptions): Queue {
  const clock = options.clock ?? Date
  const isDue = (dueAt: Date): boolean => dueAt.getTime() <= clock.now()
  return {
    announce() {},
    async close() {},
    async add(jobs) {
      if (jobs.length === 0) return
      await db
        .insertInto('job')
        .values(
          jobs.map((job) => ({
            ...job,
            key: job.key ?? null,
            data: job.data ?? null,
            // Work that an app accepts is due by its own clock; ticks go by the clock of the database.
            ready: isDue(job.dueAt) || (!TICKS.has(job.kind) && job.dueAt.getTime() <= Date.now()),
          })),
        )
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
    claim: (request) => claim(db, options, request),
    async extend({ owner, ids, leaseMs }) {
      if (ids.length === 0) return new Set()
      const rows = await db
        .updateTable('job')
        .set({ leaseUntil: sql`now() + ${leaseMs} * interval '1 millisecond'` })
        .where('id', '=', sql<string>`any(${[...ids]})`)
        .where('owner', '=', owner)
        .returning('id')
        .execute()
      return new Set(rows.map((row) => row.id))
    },
    async complete({ owner, id }) {
      await db.deleteFrom('job').where('id', '=', id).where('owner', '=', owner).execute()
    },
    async retryAt({ owner, id, dueAt, uncounted = false }) {
      await db
        .updateTable('job')
        .set({
          ...{ leaseUntil: null, owner: null, dueAt, ready: isDue(dueAt), lost: 0, firstDueAt: null },
          ...(uncounted ? { attempt: sql<number>`greatest(attempt - 1, 0)` } : {}),
        })
        .where('id', '=', id)
        .where('owner', '=', owner)
        .execute()
    },
    async lose({ owner, id, afterMs }) {
      await releaseLost(db, sql`id = ${id} and owner = ${owner}`, afterMs)
    },
    async bury({ owner, id, reason }) {
      await sql`
        with gone as (delete from job where id = ${id} and owner = ${owner} returning *)
        insert into dead_job (id, created, kind, "projectId", priority, attempt, reason, data)
        select id, created, kind, "projectId", priority, attempt, left(${reason}, ${REASON_CHARACTERS}), data from gone
        on conflict (id) do nothing`.execute(db)
    },
    async remove({ ids }) {
      if (ids.length > 0)
        await db
          .deleteFrom('job')
          .where('id', '=', sql<string>`any(${[...ids]})`)
          .execute()
    },
    async removeKey({ key }) {
      await db.deleteFrom('job').where('key', '=', key).execute()
    },
    async giveBack({ owner, ids }) {
      await releaseUnbegun(db, sql`owner = ${owner} and id = any(${[...ids]}::text[])`)
    },
    async releaseExpired() {
      // No lease is that long: the clock of the database was set back. Who holds it renews it before that.
      await sql`update job set "leaseUntil" = now() + ${SHORT_LEASE}::interval
        where "leaseUntil" > now() + ${LONGEST_LEASE}::interval`.execute(db)
      return releaseLost(db, sql`"leaseUntil" < now()`)
    },
    async releaseOwned({ owner }) {
      return releaseUnbegun(db, sql`owner = ${owner}`)
    },
    async releaseAll() {
      return releaseLost(db, sql`"leaseUntil" is not null`)
    },
    async promote() {
      const result = await sql<{ promoted: number; nextMs: number | null; now: number }>`
        with due as (
          select id from job where not ready and "leaseUntil" is null and "dueAt" <= now()
          order by "dueAt" limit ${PROMOTED_AT_ONCE} for update skip locked
        ), promoted as (
          update job set ready = true where id in (select id from due) returning id
        )
        select (select count(*)::integer from promoted) as promoted,
          (extract(epoch from now()) * 1000)::float8 as now,
          (select (extract(epoch from min("dueAt") - now()) * 1000)::float8 from job
            where not ready and "leaseUntil" is null and id not in (select id from due)) as "nextMs"`.execute(db)
      const [row] = result.rows
      return row ?? { promoted: 0, nextMs: null, now: Date.now() }
    },
    async counts() {
      const result = await sql<JobCount>`
        select f."workerGroupId" as "group", j.kind, sum(j.waiting)::integer as waiting, sum(j.active)::integer as active
        from (
          select kind, "projectId", count(*) filter (where "leaseUntil" is null and ready) as waiting,
            count(*) filter (where "leaseUntil" is not null) as active
          from job group by 1, 2
        ) j
        left join project p on p.id = j."projectId"
        left join platform f on f.id = coalesce(p."platformId", substr(j."projectId", ${PLATFORM_WORK.length + 1}::integer))
        group by 1, 2`.execute(db)
      return result.rows
    },
  }
}

/** The kinds of job that fall due by a schedule. */
const TICKS: ReadonlySet<JobKind> = new Set(['POLL', 'RENEW'])
const PROMOTED_AT_ONCE = 1000
const REASON_CHARACTERS = 1000
const SHORT_LEASE = '30 seconds'
const LONGEST_LEASE = '5 minutes'
