import { sql } from 'kysely'
import type { Db } from '../database/open.ts'
import { type LastServed, nextServed, selectLines } from './lines.ts'
import type { Ticket } from './tickets.ts'

/** Lines of one priority that are looked at in one go. */
const AT_ONCE = 2000

/**
 * Lines of due jobs, as tickets: those behind the given turns, or all of some projects.
 * @returns also where to go on next time.
 */
export async function waitingLines(
  db: Db,
  behind: LastServed,
  projects?: readonly string[],
): Promise<{ lines: Ticket[]; next: LastServed }> {
  const which = projects ? { behind, projects } : { behind, enough: AT_ONCE }
  const { rows } = await sql<Ticket>`
    select distinct on (priority, "projectId") "projectId", priority, kind, "group"
    from (${selectLines(which, sql`true`)}) l order by priority, "projectId"`.execute(db)
  return { lines: rows, next: nextServed(behind, rows) }
}
