import type { Schedule } from '@piecework/model/schedule'
import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'
import type { RegisteredSource } from './store.ts'

const BATCH = 500
const REMEMBERED_DAYS = 7

export interface Ticking extends RegisteredSource {
  flowStatus: string
  flowUpdated: Date
  publishedVersionId: string | null
  jobId: string | null
  dueAt: Date | null
  data: string | null
}

/** Registered triggers that are in service, with their flow and job, a page at a time. */
export async function selectTicking(db: Db, after: string): Promise<Ticking[]> {
  const { rows } = await sql<Ticking>`
    select s.*, p."platformId", f.status as "flowStatus", f.updated as "flowUpdated", f."publishedVersionId", j.id as "jobId",
      case when j."leaseUntil" is null then j."dueAt" end as "dueAt", j.data
    from trigger_source s join project p on p.id = s."projectId" join flow f on f.id = s."flowId"
    left join job j on j.key = case s.type when 'POLLING' then 'tick:' else 'renew:' end || s.id
    where s.deleted is null and not s.simulate and s.id > ${after}
    order by s.id limit ${BATCH}`.execute(db)
  return rows
}

/** A tick that nobody has begun falls due at another time. @returns false when somebody has. */
export async function postponeTo(db: Db, jobId: string, dueAt: Date): Promise<boolean> {
  const moved = await db
    .updateTable('job')
    .set({ dueAt })
    .where('id', '=', jobId)
    .where('leaseUntil', 'is', null)
    .where('ready', '=', false)
    .executeTakeFirst()
  return moved.numUpdatedRows > 0n
}

/** Enabled flows without a registered trigger that had none a short while ago either. */
export async function claimSilent(db: Db, settledBefore: Date): Promise<{ id: string; projectId: string }[]> {
  const before = settledBefore.toISOString()
  // The app that changes the row restores the flow: another app that looks at the same time no longer sees it.
  const { rows } = await sql<{ id: string; projectId: string }>`
    update flow f set updated = now() where f.status = 'ENABLED' and f."operationStatus" = 'NONE'
      and f.updated < ${before} and not exists (
        select 1 from trigger_source s where s."flowId" = f.id and not s.simulate
          and (s.deleted is null or s.deleted >= ${before}))
    returning f.id, f."projectId"`.execute(db)
  return rows
}

/** Jobs and records of triggers that are gone. @returns how many jobs. */
export async function forgetGone(db: Db): Promise<number> {
  const jobs = await sql`
    delete from job j where j.kind in ('POLL', 'RENEW') and j."leaseUntil" is null and not exists (
      select 1 from trigger_source s where s.id = split_part(j.key, ':', 2) and s.deleted is null)`.execute(db)
  await sql`
    delete from trigger_source where deleted < now() - ${REMEMBERED_DAYS} * interval '1 day'`.execute(db)
  return Number(jobs.numAffectedRows ?? 0)
}

/** The default rhythm may have been changed with the settings. */
export async function updateDefaultSchedules(db: Db, wanted: Schedule): Promise<void> {
  await sql`
    update trigger_source set schedule = schedule || ${JSON.stringify(wanted)}::jsonb
    where deleted is null and schedule @> '{"isDefault": true}' and not schedule @> ${JSON.stringify(wanted)}::jsonb`.execute(
    db,
  )
}
