import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'

/** The time for which another event with the same key is dropped. */
const DEDUPE_MS = 30_000
/** The number of expired keys that go with each new one, so that the table stays as small as the traffic. */
const SWEEP = 20

/** Whether no other event came with this key a short while ago. An event delivered again is not its own repetition. */
export async function isFirstOfKey(db: Db, key: string, eventId: string): Promise<boolean> {
  const result = await sql<{ key: string }>`
    with swept as (
      delete from trigger_dedupe where key in (
        select key from trigger_dedupe where "expiresAt" < now() and key <> ${key}
        order by "expiresAt" limit ${SWEEP} for update skip locked)
    )
    insert into trigger_dedupe (key, "eventId", "expiresAt")
    values (${key}, ${eventId}, now() + ${DEDUPE_MS} * interval '1 millisecond')
    on conflict (key) do update set "eventId" = excluded."eventId", "expiresAt" = excluded."expiresAt"
      where trigger_dedupe."expiresAt" < now() or trigger_dedupe."eventId" = excluded."eventId"
    returning key`.execute(db)
  return result.rows.length > 0
}
