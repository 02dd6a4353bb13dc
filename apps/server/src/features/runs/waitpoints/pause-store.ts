import { sql } from 'kysely'
import type { Db } from '../../../database/open.ts'
import { PRIORITY } from '../../../queue/job.ts'

/** A call by the older form of link that came before the pause it is for; which step that will be is not known yet. */
export const PENDING_STEP = ''

/**
 * Looks after runs that came to a pause: a kept signal resumes them, a delay gets its due time. To be called in the
 * transaction that stores the pause, which holds the rows of the runs: what signals wrote before can be seen then,
 * and those that come later find the pause. With no ids, it looks after every paused run.
 * @returns how many got a job.
 */
export async function settlePauses(db: Db, runIds?: readonly string[]): Promise<number> {
  const which = runIds ? sql`r.id = any(${runIds})` : sql`true`
  const result = await sql`
    with due as (
      select distinct on (r.id) r.id, r."projectId", r.environment, w.id as waitpoint, w.status, w."resumeDateTime", w."resumePayload"
      from flow_run r join waitpoint w on w."flowRunId" = r.id
      where ${which} and r.status = 'PAUSED' and w."stepName" <> ${PENDING_STEP}
        and (w.status = 'COMPLETED' or w.type = 'DELAY')
        and not exists (select 1 from job j where j.id = r.id)
      order by r.id, w.status, w."resumeDateTime"
    ), queued as (
      update flow_run set status = 'QUEUED', "resumePayload" = due."resumePayload", updated = now()
      from due where flow_run.id = due.id and flow_run.status = 'PAUSED' and due.status = 'COMPLETED'
    ), used as (
      delete from waitpoint where id in (select waitpoint from due where status = 'COMPLETED')
    )
    insert into job (id, kind, "projectId", priority, limited, "dueAt", ready)
    select id, 'RUN', "projectId", ${PRIORITY.medium}, environment = 'PRODUCTION',
      case status when 'COMPLETED' then now() else coalesce("resumeDateTime", now()) end,
      status = 'COMPLETED' or coalesce("resumeDateTime", now()) <= now()
    from due on conflict (id) do nothing returning id`.execute(db)
  return result.rows.length
}
