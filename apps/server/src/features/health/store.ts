import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'
import { patiently } from '../../observability/patience.ts'

/** @returns whether the database does its work; in bounded time, whatever has become of it. */
export function answers(db: Db): Promise<boolean> {
  return patiently(
    sql`select 1`.execute(db).then(() => true),
    false,
  )
}
