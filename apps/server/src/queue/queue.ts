import { sql } from 'kysely'
import type { Db } from '../database/open.ts'
import type { ClaimedJob, NewJob } from './job.ts'

/**
 * Delivery of jobs from their rows: at least once, at or after their due time, under a lease. Correctness never
 * rests on it: the fenced row of the run does that.
 */
export interface Queue {
  add(jobs: readonly NewJob[]): Promise<void>
  /** Takes due jobs under a lease, fairly among projects, best priority first. */
  claim(request: { owner: string; limit: number; leaseMs: number }): Promise<ClaimedJob[]>
  /** Renews the leases of the jobs that the owner still holds. @returns their ids. */
  extend(request: { owner: string; ids: readonly string[]; leaseMs: number }): Promise<Set<string>>
  /** The job is done. No effect when somebody else holds it by now. */
  complete(request: { owner: string; id: string }): Promise<void>
  /** Gives the job back, due at the given time. */
  retryAt(request: { owner: string; id: string; dueAt: Date }): Promise<void>
  remove(request: { ids: readonly string[] }): Promise<void>
  removeKey(request: { key: string }): Promise<void>
  /** Makes jobs whose lease ran out deliverable again. @returns how many. */
  releaseExpired(): Promise<number>
  /** Makes the jobs that the owner holds deliverable: at its end. */
  releaseOwned(request: { owner: string }): Promise<number>
  /** Makes every leased job deliverable: only for the sole owner of an embedded database, at its start. */
  releaseAll(): Promise<number>
  /** When the next job that nobody holds is due. */
  nextDue(): Promise<Date | null>
  counts(): Promise<{ kind: string; waiting: number; active: number }[]>
}

export function createQueue(db: Db): Queue {
  return {
    async add(jobs) {
      if (jobs.length === 0) return
      await db
        .insertInto('job')
        .values(jobs.map((job) => ({ ...job, key: job.key ?? null, data: job.data ?? null })))
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
    claim: (request) => claim(db, request),
    async extend({ owner, ids, leaseMs }) {
      if (ids.length === 0) return new Set()
      const rows = await db
        .updateTable('job')
        .set({ leaseUntil: sql`now() + ${leaseMs} * interval '1 millisecond'` })
        .where('id', 'in', [...ids])
        .where('owner', '=', owner)
        .returning('id')
        .execute()
      return new Set(rows.map((row) => row.id))
    },
    async complete({ owner, id }) {
      await db.deleteFrom('job').where('id', '=', id).where('owner', '=', owner).execute()
    },
    async retryAt({ owner, id, dueAt }) {
      await db
        .updateTable('job')
        .set({ leaseUntil: null, owner: null, dueAt })
        .where('id', '=', id)
        .where('owner', '=', owner)
        .execute()
    },
    async remove({ ids }) {
      if (ids.length > 0)
        await db
          .deleteFrom('job')
          .where('id', 'in', [...ids])
          .execute()
    },
    async removeKey({ key }) {
      await db.deleteFrom('job').where('key', '=', key).execute()
    },
    async releaseExpired() {
      return release(db, sql`"leaseUntil" < now()`)
    },
    async releaseOwned({ owner }) {
      return release(db, sql`owner = ${owner}`)
    },
    async releaseAll() {
      return release(db, sql`"leaseUntil" is not null`)
    },
    async nextDue() {
      const row = await db
        .selectFrom('job')
        .select((eb) => eb.fn.min('dueAt').as('due'))
        .where('leaseUntil', 'is', null)
        .executeTakeFirst()
      return row?.due ? new Date(row.due) : null
    },
    async counts() {
      return db
        .selectFrom('job')
        .select((eb) => [
          'kind',
          eb.fn.count<number>('id').filterWhere('leaseUntil', 'is', null).as('waiting'),
          eb.fn.count<number>('id').filterWhere('leaseUntil', 'is not', null).as('active'),
        ])
        .groupBy('kind')
        .execute()
    },
  }
}

async function release(db: Db, which: ReturnType<typeof sql>): Promise<number> {
  const result = await sql`update job set "leaseUntil" = null, owner = null where ${which}`.execute(db)
  return Number(result.numAffectedRows ?? 0)
}

/**
 * The hot query of delivery. A loose index scan finds the projects that have waiting work (its cost grows with
 * the projects that wait, not with the jobs), each contributes its first jobs, and turns interleave them, so that
 * a project with 10,000 jobs is one of many. Claiming a run's job raises the attempt of the run in the same
 * statement: from that moment no earlier worker can write.
 */
async function claim(
  db: Db,
  { owner, limit, leaseMs }: { owner: string; limit: number; leaseMs: number },
): Promise<ClaimedJob[]> {
  const result = await sql<ClaimedJob>`
    with recursive projects(id) as (
      (select "projectId" from job where "leaseUntil" is null order by "projectId" limit 1)
      union all
      select (
        select j."projectId" from job j
        where j."leaseUntil" is null and j."projectId" > p.id order by j."projectId" limit 1
      ) from projects p where p.id is not null
    ), picked as (
      select c.id from projects p cross join lateral (
        select j.id, j.priority, row_number() over (order by j.priority, j."dueAt", j.id) as turn
        from (
          select id, priority, "dueAt" from job
          where "leaseUntil" is null and "projectId" = p.id and "dueAt" <= now()
          order by priority, "dueAt", id limit ${limit}
        ) j
      ) c
      where p.id is not null order by c.priority, c.turn, c.id limit ${limit}
    ), locked as (
      select id from job where id in (select id from picked) and "leaseUntil" is null for update skip locked
    ), claimed as (
      update job set owner = ${owner}, attempt = attempt + 1,
        "leaseUntil" = now() + ${leaseMs} * interval '1 millisecond'
      where id in (select id from locked)
      returning id, kind, "projectId", priority, attempt, data
    ), raised as (
      update flow_run set attempt = flow_run.attempt + 1, status = 'RUNNING',
        "startTime" = coalesce("startTime", now()), updated = now()
      from claimed where flow_run.id = claimed.id and claimed.kind = 'RUN'
        and flow_run.status in ('QUEUED', 'RUNNING', 'PAUSED')
      returning flow_run.id
    )
    select * from claimed order by priority, id`.execute(db)
  return result.rows
}
