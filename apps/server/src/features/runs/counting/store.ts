import { newId } from '@piecework/model/ids'
import type { FailedStep } from '@piecework/model/run/run'
import type { FlowRunStatus } from '@piecework/model/run/status'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../../database/open.ts'

/** A day in somebody's time zone. */
export interface DayRange {
  /** yyyy-mm-dd */
  day: string
  begin: string
  end: string
}

/** The last days up to today, oldest first. Days of a change of the clock have 23 or 25 hours. */
export async function selectDays(db: Db, days: number, timezone: string): Promise<DayRange[]> {
  const { rows } = await sql<DayRange>`
    select to_char(day, 'YYYY-MM-DD') as day, day at time zone ${timezone} as begin,
      (day + interval '1 day') at time zone ${timezone} as end
    from (select date_trunc('day', now() at time zone ${timezone}) as today) t
    cross join lateral generate_series(today - ${days - 1} * interval '1 day', today, interval '1 day') day
    order by day`.execute(db)
  return rows
}

/** How many production runs of a project began in a time, by status. */
export function countRuns(
  db: Db,
  { projectId, flowId }: { projectId: string; flowId: string | undefined },
  { begin, end }: Pick<DayRange, 'begin' | 'end'>,
): Promise<{ status: FlowRunStatus; count: number }[]> {
  let query = db
    .selectFrom('flow_run')
    .select(({ fn }) => ['status', fn.countAll<number>().as('count')])
    .where('projectId', '=', projectId)
    .where('environment', '=', sql.lit('PRODUCTION' as const))
    .where('archivedAt', 'is', null)
    .where('created', '>=', begin)
    .where('created', '<', end)
  // The index of a flow is in the order of ids, which is that of time.
  if (flowId !== undefined) query = query.where('flowId', '=', flowId).where('id', '>=', idAt(begin))
  return query.groupBy('status').execute()
}

export interface FailuresOfFlow {
  flowId: string
  displayName: string | null
  count: number
  first: string
  last: string
  lastRunId: string
  lastStatus: FlowRunStatus
  failedStep: FailedStep | null
}

/** The flows of a project with the runs that failed since a time, most of them first. */
export async function selectFailures(
  db: Db,
  projectId: string,
  { since, statuses, limit }: { since: string; statuses: readonly FlowRunStatus[]; limit: number },
): Promise<FailuresOfFlow[]> {
  const { rows } = await sql<FailuresOfFlow>`
    with failed as (
      select "flowId", count(*)::integer as count, min(created) as first, max(created) as last, max(id) as "lastRunId"
      from flow_run
      where "projectId" = ${projectId} and status in (${constants(statuses)}) and id >= ${idAt(since)}
        and created >= ${since} and environment = 'PRODUCTION' and "archivedAt" is null
      group by "flowId" order by count desc, "lastRunId" desc limit ${limit}
    )
    select f.*, r.status as "lastStatus", r."failedStep", v."displayName"
    from failed f
    join flow_run r on r.id = f."lastRunId"
    left join lateral (
      select "displayName" from flow_version where "flowId" = f."flowId" order by id desc limit 1) v on true
    order by f.count desc, f."lastRunId" desc`.execute(db)
  return rows
}

/** As constants, so that the index of runs without success serves them. */
const constants = (statuses: readonly FlowRunStatus[]): RawBuilder<unknown> =>
  sql.join(statuses.map((status) => sql.lit(status)))

/** No run that began at the time or later has a smaller id. */
const idAt = (time: string): string => newId(new Date(time).getTime() - 1)
