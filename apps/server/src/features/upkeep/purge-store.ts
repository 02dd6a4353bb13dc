import { newId } from '@piecework/model/ids'
import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'

const LIVE = sql.raw(`status in ('QUEUED', 'RUNNING', 'PAUSED')`)

/** The files that runs leave behind; they go after AP_EXECUTION_DATA_RETENTION_DAYS. */
const EXECUTION_FILES = ['FLOW_RUN_LOG', 'FLOW_RUN_LOG_SLICE', 'FLOW_STEP_FILE', 'WEBHOOK_PAYLOAD', 'TRIGGER_PAYLOAD']

/** No row says which run these belong to: they stay while a run of the project is open that may have made them. */
const FILES_OF_STEPS = ['FLOW_RUN_LOG_SLICE', 'FLOW_STEP_FILE']

/** Deletes files of executions that are over. @returns where their bytes are. */
export async function deleteOldFiles(db: Db, before: Date, limit: number) {
  const result = await sql<{ location: 'DB' | 'S3'; s3Key: string | null }>`
    with open as materialized (
      select "projectId", min(created) as since from flow_run where ${LIVE} group by "projectId"
    ), old as (
      select f.id from file f
      where f.type = any(${EXECUTION_FILES}) and f.updated < ${before.toISOString()}
        and not exists (select 1 from flow_run r where r."logsFileId" = f.id and r.${LIVE})
        and not exists (select 1 from flow_run r where r."payloadFileId" = f.id and r.${LIVE})
        and not (f.type = any(${FILES_OF_STEPS}) and exists (
          select 1 from open o where o."projectId" = f."projectId" and o.since <= f.created))
      order by f.created limit ${limit}
    ), forgotten as (
      update flow_run set "logsFileId" = null where "logsFileId" in (select id from old)
    )
    delete from file where id in (select id from old) returning location, "s3Key"`.execute(db)
  return result.rows
}

/** Ended runs forget what they began with. @returns how many. */
export async function forgetPayloads(db: Db, before: Date, limit: number): Promise<number> {
  const payloads = await sql`
    update flow_run set payload = null, "payloadFileId" = null
    where id in (
      select id from flow_run
      where "finishTime" is not null and (payload is not null or "payloadFileId" is not null)
        and updated < ${before.toISOString()}
      order by updated limit ${limit})`.execute(db)
  return Number(payloads.numAffectedRows ?? 0)
}

/** Deletes the journals of ended runs. @returns of how many. */
export async function deleteOldJournals(db: Db, before: Date, limit: number): Promise<number> {
  // Ids are ordered by time, and a run that is younger has not ended before.
  const journals = await sql<{ runs: number }>`
    with recursive runs(id) as (
      (select "runId" from run_journal where "runId" < ${newId(before.getTime())} order by "runId" limit 1)
      union all
      select next."runId" from runs cross join lateral (
        select "runId" from run_journal where "runId" > runs.id and "runId" < ${newId(before.getTime())}
        order by "runId" limit 1) next
    ), over as (
      select r.id from runs join flow_run r on r.id = runs.id
      where r."finishTime" is not null and r.updated < ${before.toISOString()} limit ${limit}
    ), gone as (
      delete from run_journal where "runId" in (select id from over)
    )
    select count(*)::integer as runs from over`.execute(db)
  return journals.rows[0]?.runs ?? 0
}

/** Deletes operations on flows that nobody will ask for any more. @returns how many. */
export async function deleteOldOperations(db: Db, before: Date, limit: number): Promise<number> {
  const gone = await sql`
    delete from flow_operation where ("flowId", revision) in (
      select "flowId", revision from flow_operation where created < ${before.toISOString()}
      order by created limit ${limit})`.execute(db)
  return Number(gone.numAffectedRows ?? 0)
}

/** Deletes what is kept of jobs that nobody could carry out. */
export async function deleteOldDeadJobs(db: Db, before: Date): Promise<void> {
  await db.deleteFrom('dead_job').where('died', '<', before.toISOString()).execute()
}
