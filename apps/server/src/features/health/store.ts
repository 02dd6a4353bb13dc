import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'
import { withFallback } from '../../observability/with-fallback.ts'

/** @returns whether the database does its work; in bounded time, whatever has become of it. */
export function answers(db: Db): Promise<boolean> {
  return withFallback(
    sql`select 1`.execute(db).then(() => true),
    false,
  )
}
