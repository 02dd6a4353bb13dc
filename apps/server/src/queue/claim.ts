import { type Kysely, sql } from 'kysely'
import type { Db } from '../database/open.ts'
import type { Database } from '../database/schema.ts'
import type { ClaimedJob, QueueOptions } from './job.ts'

export interface ClaimRequest {
  owner: string
  limit: number
  leaseMs: number
  /** What runs here by bucket: runs that were started without a claim may have no row yet. */
  running?: ReadonlyMap<string, number>
  /** Projects that were served before, the last one last: of projects that are level, the others go first. */
  recent?: readonly string[]
  /** Looks at these projects alone. */
  projects?: readonly string[]
}

export interface Claim {
  jobs: ClaimedJob[]
  /** Buckets with due jobs that have to wait until something of the bucket ends. */
  blocked: string[]
}

// Any constant: all apps of one database must agree on it.
const CLAIM_LOCK = 4_242_002

/**
 * Takes jobs. Where several apps share the database they take turns, so that what one counts as running is not
 * out of date when it takes more.
 */
export async function claim(db: Db, options: QueueOptions, request: ClaimRequest): Promise<Claim> {
  if (!options.shared || options.defaultLimit === null) return take(db, options, request)
  return db.transaction().execute(async (trx) => {
    // A statement of its own: the next one must see what the holder before has committed.
    await sql`select pg_advisory_xact_lock(${sql.lit(CLAIM_LOCK)})`.execute(trx)
    return take(trx, options, request)
  })
}

/**
 * The hot query of delivery. A loose index scan finds the lines of waiting jobs with the head of each (one line per
 * project, and one more for its jobs under its limit; the cost grows with the projects that wait, not with their
 * jobs). A job's turn is its place in the line plus what its project already has under lease, so that a project with
 * 10,000 jobs is one of many, and a newcomer is next. As no job is better than the head of its line, only the lines
 * of the best heads are looked into. Claiming a run's job raises the attempt of the run in the same statement: from
 * that moment no earlier worker can write.
 * Measured by bench/queue.ts; limits are constants, because the planner sorts whole lines for those it cannot see.
 */
async function take(
  db: Kysely<Database>,
  { defaultLimit }: QueueOptions,
  { owner, limit, leaseMs, running = new Map(), recent = [], projects }: ClaimRequest,
): Promise<Claim> {
  const enough = sql.lit(Math.trunc(limit))
  const lines = projects
    ? sql`select j."projectId", j.limited, j.priority, j.id
        from unnest(${[...projects]}::text[]) p(id) cross join (values (false), (true)) k(limited)
        cross join lateral (select "projectId", limited, priority, id from job
          where "leaseUntil" is null and ready and "projectId" = p.id and limited = k.limited
          order by priority, "dueAt", id limit 1) j`
    : sql`(select "projectId", limited, priority, id from job where "leaseUntil" is null and ready
          order by "projectId", limited, priority, "dueAt", id limit 1)
        union all
        select n."projectId", n.limited, n.priority, n.id from lines l cross join lateral (
          select j."projectId", j.limited, j.priority, j.id from job j
          where j."leaseUntil" is null and j.ready and (j."projectId", j.limited) > (l."projectId", l.limited)
          order by j."projectId", j.limited, j.priority, j."dueAt", j.id limit 1
        ) n`
  const result = await sql<{ jobs: ClaimedJob[]; blocked: string[] }>`
    with recursive lines("projectId", limited, priority, id) as (${lines}),
    leased as (
      select "projectId", count(*) as jobs, count(*) filter (where limited) as limited
      from job where "leaseUntil" is not null group by "projectId"
    ), running as (
      select coalesce(p."poolId", l."projectId") as bucket, sum(l.limited) as jobs
      from leased l left join project p on p.id = l."projectId" where l.limited > 0 group by 1
    ), here as (
      select * from unnest(${[...running.keys()]}::text[], ${[...running.values()]}::int[]) as h(bucket, jobs)
    ), served as (
      select s."projectId", max(s.at) as at from unnest(${[...recent]}::text[]) with ordinality as s("projectId", at) group by 1
    ), heads as materialized (
      select l."projectId", l.limited, l.priority, l.id, coalesce(p."poolId", l."projectId") as bucket,
        coalesce(a.jobs, 0) as active, s.at as served,
        case when l.limited then coalesce(pool."maxConcurrentJobs", p."maxConcurrentJobs", ${defaultLimit}::int)
          - greatest(coalesce(r.jobs, 0), coalesce(h.jobs, 0)) end as room
      from lines l
      left join project p on p.id = l."projectId"
      left join concurrency_pool pool on pool.id = p."poolId"
      left join leased a on a."projectId" = l."projectId"
      left join running r on r.bucket = coalesce(p."poolId", l."projectId")
      left join here h on h.bucket = coalesce(p."poolId", l."projectId")
      left join served s on s."projectId" = l."projectId"
    ), best as (
      select * from heads where ${defaultLimit === null ? sql`true` : sql`(room is null or room > 0)`}
      order by priority, active, served nulls first, id limit ${enough}
    ), ranked as (
      select h.bucket, h.limited, h.room, c.id, c.priority, h.active + c.turn as turn, h.served,
        row_number() over (partition by h.bucket, h.limited order by c.priority, h.active + c.turn, h.served nulls first, c.id) as nth
      from best h cross join lateral (
        select j.id, j.priority, row_number() over (order by j.priority, j."dueAt", j.id) as turn
        from (
          select id, priority, "dueAt" from job
          where "leaseUntil" is null and ready and "projectId" = h."projectId" and limited = h.limited
          -- One more than can be taken tells whether some are left.
          order by priority, "dueAt", id limit ${enough} + 1
        ) j
      ) c
    ), picked as (
      select id from ranked where ${defaultLimit === null ? sql`true` : sql`(room is null or nth <= room)`}
      order by priority, turn, served nulls first, id limit ${enough}
    ), locked as (
      select id from job where id in (select id from picked) and "leaseUntil" is null for update skip locked
    ), claimed as (
      update job set owner = ${owner}, attempt = attempt + 1,
        "leaseUntil" = now() + ${leaseMs} * interval '1 millisecond'
      where id in (select id from locked)
      returning id, kind, "projectId", priority, attempt, data, limited, "dueAt"
    ), raised as (
      update flow_run set attempt = flow_run.attempt + 1, status = 'RUNNING',
        "startTime" = coalesce("startTime", now()), updated = now()
      from claimed where flow_run.id = claimed.id and claimed.kind = 'RUN'
        and flow_run.status in ('QUEUED', 'RUNNING', 'PAUSED')
      returning flow_run.id
    )
    select
      (select coalesce(json_agg(json_build_object('id', c.id, 'kind', c.kind, 'projectId', c."projectId", 'priority',
          c.priority, 'attempt', c.attempt, 'data', c.data, 'bucket', case when c.limited then r.bucket end,
          'dueAt', round(extract(epoch from c."dueAt") * 1000))
          order by r.priority, r.turn, r.served nulls first, r.id), '[]')
        from claimed c join ranked r on r.id = c.id) as jobs,
      (select coalesce(array_agg(distinct bucket), '{}') from (
        select bucket from ranked where nth > room union select bucket from heads where room <= 0
      ) full_ones where ${defaultLimit === null ? sql`false` : sql`true`}) as blocked`.execute(db)
  const [row] = result.rows
  return { jobs: row?.jobs ?? [], blocked: row?.blocked ?? [] }
}
