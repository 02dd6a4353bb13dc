import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'
import { PRIORITY } from '../../queue/job.ts'
import type { StoppedRun } from '../runs/executing/stopped-runs.ts'

/**
 * Gives a job back to runs that should have one and have not, which nothing but a lost row explains.
 * @param quietSince runs that changed later are left alone: their job may be on its way.
 * @returns how many runs were rescued.
 */
export async function rescueStuckRuns(db: Db, quietSince: Date): Promise<number> {
  const result = await sql`
    insert into job (id, kind, "projectId", priority, "dueAt", limited)
    select r.id, 'RUN', r."projectId", ${PRIORITY.medium}, now(), r.environment = 'PRODUCTION' from flow_run r
    where r.status in ('QUEUED', 'RUNNING') and r.updated < ${quietSince.toISOString()}
      and not exists (select 1 from job j where j.id = r.id)
    on conflict (id) do nothing returning id`.execute(db)
  return result.rows.length
}

/**
 * Ends runs that have been paused since before the given time (AP_PAUSED_FLOW_TIMEOUT_DAYS), with their waitpoints.
 * Delays end by themselves, in time or late.
 * @returns the runs that were ended.
 */
export async function expirePausedRuns(db: Db, before: Date, days: number): Promise<StoppedRun[]> {
  const failedStep = {
    name: '',
    displayName: '',
    message: `Nobody resumed the run within ${days} days (AP_PAUSED_FLOW_TIMEOUT_DAYS).`,
  }
  const result = await sql<StoppedRun>`
    with expired as (
      update flow_run set status = 'TIMEOUT', "finishTime" = now(), updated = now(), "failedStep" = ${JSON.stringify(failedStep)}::jsonb
      where status = 'PAUSED' and updated < ${before.toISOString()}
        and not exists (select 1 from waitpoint w where w."flowRunId" = flow_run.id and w.type = 'DELAY' and w.status = 'PENDING')
      returning id, "projectId", status, "parentWaitpointId"
    ), jobs as (
      delete from job where id in (select id from expired)
    ), waitpoints as (
      delete from waitpoint where "flowRunId" in (select id from expired)
    )
    select *, null as "payloadFileId" from expired`.execute(db)
  return result.rows
}
