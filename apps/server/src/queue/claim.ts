import { type Kysely, sql } from 'kysely'
import type { Db } from '../database/open.ts'
import type { Database } from '../database/schema.ts'
import type { ClaimedJob, QueueOptions } from './job.ts'
import { type LastServed, PRIORITIES, selectLines } from './lines.ts'

export interface ClaimRequest {
  owner: string
  limit: number
  leaseMs: number
  /** Which workers ask: those of a group, or (null) those of none. */
  group: string | null
  /** The number of runs in this app by bucket: those that were started without a claim may have no row yet. */
  running?: ReadonlyMap<string, number>
  /** By priority, the project that had its turn last: turns go on behind it. */
  turns?: LastServed
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
/** Lines looked into beyond those that can be served: some of their projects have enough under way already. */
const SPARE_LINES = 32

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
 * The hot query of delivery. A line is what waits of one project at one priority (one more for what is under the
 * project's limit). A loose index scan walks from line to line, behind the project that had its turn last and around,
 * and stops when it has seen enough lines that may be served: the cost depends neither on the number of jobs nor on
 * that of projects, as long as few of them are at their limit. Among these lines, a job's turn is its place in the
 * line plus what its project already has under lease, so that a project with 10,000 jobs is one of many, and a
 * newcomer is next. Claiming a run's job raises the attempt of the run in the same statement: from that moment no
 * earlier worker can write.
 * Measured by bench/queue.ts; limits are constants, because the planner sorts whole lines for those it cannot see.
 */
async function take(db: Kysely<Database>, { defaultLimit }: QueueOptions, request: ClaimRequest): Promise<Claim> {
  const { owner, limit, leaseMs, running = new Map() } = request
  const enough = sql.lit(Math.trunc(limit))
  const behind = request.turns ?? new Map()
  const lines = request.projects ? { behind, projects: request.projects } : { behind, enough: 2 * limit + SPARE_LINES }
  const servable = sql`"group" is not distinct from ${request.group}::text
    and not (limited and bucket = any((select buckets from full_ones)::text[]))`
  const result = await sql<{ jobs: ClaimedJob[]; blocked: string[] }>`
    with recursive leased as (
      select "projectId", count(*) as jobs, count(*) filter (where limited) as limited
      from job where "leaseUntil" is not null group by "projectId"
    ), used as (
      select bucket, max(jobs) as jobs from (
        select coalesce(p."poolId", l."projectId") as bucket, sum(l.limited) as jobs
        from leased l left join project p on p.id = l."projectId" where l.limited > 0 group by 1
        union all
        select * from unnest(${[...running.keys()]}::text[], ${[...running.values()]}::int[])
      ) counts group by 1
    ), room as materialized (
      select u.bucket, coalesce(c."maxConcurrentJobs", p."maxConcurrentJobs", ${defaultLimit}::int) - u.jobs as room
      from used u left join concurrency_pool c on c.id = u.bucket left join project p on p.id = u.bucket
    ), full_ones as materialized (
      select coalesce(array_agg(bucket), '{}') as buckets from room where ${defaultLimit === null ? sql`false` : sql`room <= 0`}
    ), lines as materialized (${selectLines(lines, servable)}),
    heads as (
      select l.*, coalesce(a.jobs, 0) as active,
        case when l.limited then coalesce(r.room, l.cap, ${defaultLimit}::int) end as room
      from lines l left join leased a on a."projectId" = l."projectId" left join room r on r.bucket = l.bucket
    ), best as (
      select * from heads order by priority, active, lap, "projectId", limited limit ${enough}
    ), ranked as (
      select h.bucket, h.limited, h.room, c.id, h.priority, h.active + c.turn as turn, h.lap, h."projectId",
        row_number() over (partition by h.bucket, h.limited
          order by h.priority, h.active + c.turn, h.lap, h."projectId", c.id) as nth
      from best h cross join lateral (
        select j.id, row_number() over (order by j."dueAt", j.id) as turn
        from (
          select id, "dueAt" from job
          where "leaseUntil" is null and ready and priority = h.priority and "projectId" = h."projectId"
            and limited = h.limited
          -- One more than can be taken tells whether some are left.
          order by "dueAt", id limit ${enough} + 1
        ) j
      ) c
    ), picked as (
      select id from ranked where ${defaultLimit === null ? sql`true` : sql`(room is null or nth <= room)`}
      order by priority, turn, lap, "projectId", id limit ${enough}
    ), locked as (
      select id from job where id in (select id from picked) and "leaseUntil" is null for update skip locked
    ), claimed as (
      update job set owner = ${owner}, attempt = attempt + 1,
        "leaseUntil" = now() + ${leaseMs} * interval '1 millisecond'
      where id in (select id from locked)
      returning id, kind, "projectId", priority, attempt, lost, data, limited, coalesce("firstDueAt", "dueAt") as "dueAt"
    ), raised as (
      update flow_run set attempt = flow_run.attempt + 1, status = 'RUNNING',
        "startTime" = coalesce("startTime", now()), updated = now()
      from claimed where flow_run.id = claimed.id and claimed.kind = 'RUN'
        -- Hidden from the planner, which would else look through all runs in these statuses when it takes them for few.
        and flow_run.status || '' in ('QUEUED', 'RUNNING', 'PAUSED')
      returning flow_run.id
    )
    select
      (select coalesce(json_agg(json_build_object('id', c.id, 'kind', c.kind, 'projectId', c."projectId", 'priority',
          c.priority, 'attempt', c.attempt, 'lost', c.lost, 'data', c.data, 'bucket', case when c.limited then r.bucket end,
          'dueAt', round(extract(epoch from c."dueAt") * 1000))
          order by r.priority, r.turn, r.lap, r."projectId", r.id), '[]')
        from claimed c join ranked r on r.id = c.id) as jobs,
      ${defaultLimit === null ? sql`'{}'::text[]` : BLOCKED} as blocked`.execute(db)
  const [row] = result.rows
  return { jobs: row?.jobs ?? [], blocked: row?.blocked ?? [] }
}

const BLOCKED = sql`(
  select coalesce(array_agg(distinct bucket), '{}') from (
    select bucket from ranked where nth > room
    union all
    select b.bucket from (select unnest(buckets) as bucket from full_ones) b where exists (
      select from (select b.bucket as id union all select p.id from project p where p."poolId" = b.bucket) m
      cross join unnest(${PRIORITIES}::smallint[]) k(priority)
      cross join lateral (
        select from job j where j."leaseUntil" is null and j.ready and j.priority = k.priority
          and j."projectId" = m.id and j.limited limit 1) w)
  ) waiting)`
