import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'

/** @returns whether the database does its work. */
export async function answers(db: Db): Promise<boolean> {
  try {
    await sql`select 1`.execute(db)
    return true
  } catch {
    return false
  }
}
