import type { AnalyticsReport } from '@piecework/api/analytics'
import { FAILURES } from '@piecework/model/run/run-statuses'
import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'

/** The first and the last day, or the time of the first run. */
export interface Window {
  timezone: string
  since: Date | string
  until: string | undefined
}

const startOf = (since: Date | string, timezone: string) =>
  typeof since === 'string' ? sql`(${since}::timestamp at time zone ${timezone})` : sql`${since}`
const endOf = (until: string | undefined, timezone: string) =>
  until === undefined
    ? sql`'infinity'::timestamptz`
    : sql`((${until}::timestamp + interval '1 day') at time zone ${timezone})`

const ids = (all: readonly string[]) => sql`any(${[...all]}::text[])`

/** Production runs by day and flow, newest days first, at most `limit` rows. */
export async function selectRunsByDay(
  db: Db,
  projectIds: readonly string[],
  { timezone, since, until }: Window,
  limit: number,
): Promise<AnalyticsReport['runs']> {
  const { rows } = await sql<AnalyticsReport['runs'][number]>`
    select to_char(created at time zone ${timezone}, 'YYYY-MM-DD') as day, "flowId", count(*)::integer as runs,
      (count(*) filter (where status = 'SUCCEEDED'))::integer as succeeded,
      (count(*) filter (where status = any(${[...FAILURES]}::text[])))::integer as failed
    from flow_run where "projectId" = ${ids(projectIds)} and environment = 'PRODUCTION' and created >= ${startOf(since, timezone)} and created < ${endOf(until, timezone)}
    group by 1, 2 order by 1 desc, 2 limit ${limit}`.execute(db)
  return rows
}

export async function selectFlowFacts(
  db: Db,
  projectIds: readonly string[],
  limit: number,
): Promise<AnalyticsReport['flows']> {
  const { rows } = await sql<AnalyticsReport['flows'][number]>`
    select f.id as "flowId", f."projectId", p."displayName" as "projectName", f.status, f."timeSavedPerRun",
      f."ownerId", coalesce((select v."displayName" from flow_version v where v."flowId" = f.id
        order by v.id desc limit 1), '') as "flowName"
    from flow f join project p on p.id = f."projectId"
    where f."projectId" = ${ids(projectIds)} and f."operationStatus" = 'NONE' order by f.id limit ${limit}`.execute(db)
  return rows
}

export async function selectOwners(db: Db, projectIds: readonly string[]): Promise<AnalyticsReport['users']> {
  const { rows } = await sql<AnalyticsReport['users'][number]>`
    select distinct u.id, i.email, i."firstName", i."lastName"
    from flow f join "user" u on u.id = f."ownerId" join user_identity i on i.id = u."identityId"
    where f."projectId" = ${ids(projectIds)} and f."operationStatus" = 'NONE' order by u.id`.execute(db)
  return rows
}

export interface Saved {
  key: string
  name: string
  flowCount: number
  minutesSaved: number | null
}

/** Flows that are on and the time that they saved, by project or by owner. */
export async function selectSaved(
  db: Db,
  by: 'project' | 'owner',
  projectIds: readonly string[],
  since: Date,
): Promise<Saved[]> {
  const key = by === 'project' ? sql`f."projectId"` : sql`f."ownerId"`
  const { rows } = await sql<Saved>`
    select ${key} as key, max(p."displayName") as name, count(*)::integer as "flowCount",
      sum(f."timeSavedPerRun" * r.runs) as "minutesSaved"
    from flow f join project p on p.id = f."projectId"
    left join lateral (select count(*)::integer as runs from flow_run r where f."timeSavedPerRun" is not null
      and r."flowId" = f.id and r.environment = 'PRODUCTION' and r.created >= ${since}) r on true
    where f."projectId" = ${ids(projectIds)} and f.status = 'ENABLED' and f."operationStatus" = 'NONE'
      and ${key} is not null
    group by 1 order by "minutesSaved" desc nulls last, 1`.execute(db)
  return rows
}
