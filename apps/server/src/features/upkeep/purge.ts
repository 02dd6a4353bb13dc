import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'

/** What flows leave behind as they run; it goes after AP_EXECUTION_DATA_RETENTION_DAYS. */
const EXECUTION_FILES = ['FLOW_RUN_LOG', 'FLOW_RUN_LOG_SLICE', 'FLOW_STEP_FILE', 'WEBHOOK_PAYLOAD', 'TRIGGER_PAYLOAD']

const BATCH = 500

/** Takes bytes away that are kept outside the database. */
export interface OutsideFiles {
  remove(places: readonly { location: 'DB' | 'S3'; s3Key: string | null; data: null }[]): Promise<void>
}

/**
 * Removes the data of executions that are over since before the given time, a batch at a time. What the run list
 * shows of them stays; runs that still wait or run keep everything.
 * @returns how many files went.
 */
export async function purgeExecutionData(db: Db, storage: OutsideFiles, before: Date): Promise<number> {
  let purged = 0
  for (;;) {
    const result = await sql<{ location: 'DB' | 'S3'; s3Key: string | null }>`
      with old as (
        select f.id from file f
        where f.type = any(${EXECUTION_FILES}) and f.updated < ${before.toISOString()}
          and not exists (
            select 1 from flow_run r where r."logsFileId" = f.id and r.status in ('QUEUED', 'RUNNING', 'PAUSED')
          )
          and not exists (
            select 1 from flow_run r where r."payloadFileId" = f.id and r.status in ('QUEUED', 'RUNNING', 'PAUSED')
          )
        order by f.created limit ${BATCH}
      ), forgotten as (
        update flow_run set "logsFileId" = null where "logsFileId" in (select id from old)
      )
      delete from file where id in (select id from old) returning location, "s3Key"`.execute(db)
    await storage.remove(result.rows.map((row) => ({ ...row, data: null })))
    purged += result.rows.length
    if (result.rows.length < BATCH) return purged
  }
}
