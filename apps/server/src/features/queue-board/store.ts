import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../database/open.ts'

/** The states of the dashboard: due, in the hands of a worker, due later, and ended by a fault of the system. */
export const BOARD_STATES = ['waiting', 'active', 'delayed', 'failed'] as const
export type BoardState = (typeof BOARD_STATES)[number]

export interface BoardJob {
  id: string
  state: BoardState
  kind: string
  projectId: string
  flowId: string | null
  priority: number
  attempt: number
  /** Epoch milliseconds, as all times here. */
  created: number
  dueAt: number
  startedAt: number | null
  finishedAt: number | null
  owner: string | null
  /** Why a failed one failed. */
  reason: string | null
}

/** Failed runs that the dashboard looks at: the newest. */
const MAX_FAILED = 1000

const STATE = sql<BoardState>`case when j."leaseUntil" is not null then 'active' when j.ready then 'waiting' else 'delayed' end`
const ms = (column: RawBuilder<unknown>) => sql`round(extract(epoch from ${column}) * 1000)::float8`

const JOBS = sql`select j.id, ${STATE} as state, j.kind, j."projectId", r."flowId", j.priority, j.attempt + j.lost as attempt,
  ${ms(sql`j.created`)} as created, ${ms(sql`j."dueAt"`)} as "dueAt",
  case when j."leaseUntil" is not null then ${ms(sql`r."startTime"`)} end as "startedAt",
  null::float8 as "finishedAt", j.owner, null::text as reason
  from job j left join flow_run r on r.id = j.id`

const FAILED_RUNS = sql`select r.id, 'failed' as state, 'RUN' as kind, r."projectId", r."flowId", 0 as priority, r.attempt,
  ${ms(sql`r.created`)} as created, ${ms(sql`r.created`)} as "dueAt", ${ms(sql`r."startTime"`)} as "startedAt",
  ${ms(sql`r."finishTime"`)} as "finishedAt", null::text as owner,
  left(coalesce(r."failedStep"->>'message', 'the run was given up'), 1000) as reason
  from flow_run r where r.status = 'INTERNAL_ERROR'`
const DEAD_JOBS = sql`select d.id, 'failed' as state, d.kind, d."projectId", null::text as "flowId", d.priority, d.attempt,
  ${ms(sql`d.created`)} as created, ${ms(sql`d.created`)} as "dueAt", null::float8 as "startedAt",
  ${ms(sql`d.died`)} as "finishedAt", null::text as owner, d.reason
  from dead_job d`

/** Jobs in the given states, in the order in which they are up; failed ones newest first. */
export async function selectBoardJobs(
  db: Db,
  states: readonly BoardState[],
  { offset, limit }: { offset: number; limit: number },
): Promise<BoardJob[]> {
  const rows: BoardJob[] = []
  for (const state of states) {
    const query =
      state === 'failed'
        ? sql<BoardJob>`select * from (
            (${FAILED_RUNS} order by r.id desc limit ${offset + limit})
            union all (${DEAD_JOBS} order by d.id desc limit ${offset + limit})) f
            order by id desc limit ${limit} offset ${offset}`
        : sql<BoardJob>`${JOBS} where ${WHERE[state]} order by ${ORDER[state]} limit ${limit} offset ${offset}`
    rows.push(...(await query.execute(db)).rows)
  }
  return rows
}

const WHERE = {
  active: sql`j."leaseUntil" is not null`,
  waiting: sql`j."leaseUntil" is null and j.ready`,
  delayed: sql`j."leaseUntil" is null and not j.ready`,
} as const
const ORDER = {
  active: sql`j."leaseUntil"`,
  waiting: sql`j.priority, j."dueAt", j.id`,
  delayed: sql`j."dueAt", j.id`,
} as const

export async function selectBoardJob(db: Db, id: string): Promise<BoardJob | undefined> {
  const job = await sql<BoardJob>`${JOBS} where j.id = ${id}`.execute(db)
  if (job.rows[0]) return job.rows[0]
  return (await sql<BoardJob>`${FAILED_RUNS} and r.id = ${id} union all ${DEAD_JOBS} where d.id = ${id}`.execute(db))
    .rows[0]
}

export async function countBoardJobs(db: Db): Promise<Record<BoardState, number>> {
  const result = await sql<Record<BoardState, number>>`
    select count(*) filter (where "leaseUntil" is null and ready)::integer as waiting,
      count(*) filter (where "leaseUntil" is not null)::integer as active,
      count(*) filter (where "leaseUntil" is null and not ready)::integer as delayed,
      (select count(*)::integer from
        (select 1 from flow_run where status = 'INTERNAL_ERROR' union all select 1 from dead_job limit ${MAX_FAILED}) newest) as failed
    from job`.execute(db)
  return result.rows[0] ?? { waiting: 0, active: 0, delayed: 0, failed: 0 }
}
