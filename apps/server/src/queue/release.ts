import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database/open.ts'

/** From the so-manieth lost start in a row on, a job waits before it is delivered again. */
const FIRST_PAUSE_AT = 5
const FIRST_PAUSE_MS = 2000
const LONGEST_PAUSE_MS = 5 * 60_000

/** A step came to its end in the start of a run that was lost: it is not the run that ends its process. */
const HAS_GONE_ON = sql`kind = 'RUN' and exists (
  select 1 from run_journal j join flow_run r on r.id = j."runId" where r.id = job.id and j.attempt = r.attempt)`

/**
 * Makes jobs deliverable whose process was lost with them: it was killed, or gave no sign of life. Nobody knows
 * whether a job is to blame, so this is no attempt at it. One that is lost again and again waits longer and longer:
 * others are not lost with it, and one that is not to blame has a quiet start.
 * @param least how many milliseconds it waits at least
 */
export async function releaseLost(db: Db, which: RawBuilder<unknown>, least = 0): Promise<number> {
  const result = await sql`
    update job set "leaseUntil" = null, owner = null, attempt = greatest(attempt - 1, 0), lost = l.lost,
      ready = pause <= 0, "dueAt" = case when pause > 0 then now() + pause * interval '1 millisecond' else "dueAt" end,
      "firstDueAt" = coalesce("firstDueAt", "dueAt")
    from (
      select id, lost, greatest(${least}::integer, case when lost >= ${sql.lit(FIRST_PAUSE_AT)} then
        least(${sql.lit(FIRST_PAUSE_MS)} * 2 ^ least(lost - ${sql.lit(FIRST_PAUSE_AT)}, 30), ${sql.lit(LONGEST_PAUSE_MS)}) else 0 end) as pause
      from (select id, case when ${HAS_GONE_ON} then 0 else lost + 1 end as lost from job where ${which}) counted
    ) l
    where job.id = l.id`.execute(db)
  return Number(result.numAffectedRows ?? 0)
}

/** Makes jobs deliverable whose start came to nothing because their app is stopping or has no worker left. */
export async function releaseUnbegun(db: Db, which: RawBuilder<unknown>): Promise<number> {
  const result = await sql`
    update job set "leaseUntil" = null, owner = null, attempt = greatest(attempt - 1, 0), ready = true
    where ${which}`.execute(db)
  return Number(result.numAffectedRows ?? 0)
}
