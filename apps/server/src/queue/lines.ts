import { type RawBuilder, sql } from 'kysely'
import { PLATFORM_WORK, PRIORITY } from './job.ts'

/**
 * Lines of waiting jobs: what is due of one project at one priority, and apart from it what is due under the
 * project's limit. These are fragments of queries; each look at a line is one probe of an index.
 */

/** By priority, the project that had its turn last. */
export type LastServed = ReadonlyMap<number, string>

export const PRIORITIES = Object.values(PRIORITY)

/** Which lines are looked at; of each the head's kind, and `lap`, the order of turns. */
export type Lines =
  /** Those behind the last turns, then those before them, until there are enough at each priority. */
  | { behind: LastServed; enough: number }
  /** All lines of these projects, in this order of turns, but for the one that had the last turn. */
  | { behind: LastServed; projects: readonly string[] }

/**
 * Lines with what must be known of their projects: `bucket` (what limits them), `cap` (how many at a time, where the
 * default does not hold) and `group` (of the workers that they are for).
 * @param where which lines count; one by one, so that the walk ends when there are enough.
 */
export function selectLines(lines: Lines, where: RawBuilder<unknown>): RawBuilder<unknown> {
  const after = PRIORITIES.map((priority) => lines.behind.get(priority) ?? '')
  if ('projects' in lines) return placed(ofProjects(lines.projects, after), where)
  const limit = sql.lit(Math.trunc(lines.enough))
  return sql`
    select l.* from unnest(${PRIORITIES}::smallint[], ${after}::text[]) k(priority, after) cross join lateral (
      (${placed(steps(0, sql`j."projectId" > k.after`), where)} limit ${limit})
      union all
      (${placed(steps(1, sql`j."projectId" <= k.after`), where)} limit ${limit})
      limit ${limit}
    ) l`
}

/** The pool of a line's project, the group of its workers, its limit. Some work is of a platform, and of no project. */
const PLACE = sql`coalesce(
  (select array[p."poolId", f."workerGroupId", coalesce(c."maxConcurrentJobs", p."maxConcurrentJobs")::text]
    from project p left join platform f on f.id = p."platformId" left join concurrency_pool c on c.id = p."poolId"
    where p.id = l."projectId"),
  (select array[null, f."workerGroupId", null] from platform f
    where f.id = substr(l."projectId", ${sql.lit(PLATFORM_WORK.length + 1)}) and l."projectId" like ${sql.lit(`${PLATFORM_WORK}%`)}))`

// Without the offset the planner would look at every line before it counts any.
const placed = (lines: RawBuilder<unknown>, where: RawBuilder<unknown>) => sql`
  select * from (
    select priority, "projectId", limited, kind, lap, coalesce(place[1], "projectId") as bucket, place[2] as "group",
      place[3]::int as cap
    from (select l.*, ${PLACE} as place from ${lines} l offset 0) looked_at
  ) placed where ${where}`

const ofProjects = (projects: readonly string[], after: readonly string[]) => sql`(
  select k.priority, n.id collate "C" as "projectId", w.limited, j.kind,
    n.lap + case when n.id = k.after then ${sql.lit(projects.length)} else 0 end as lap
  from unnest(${[...projects]}::text[]) with ordinality n(id, lap)
  cross join unnest(${PRIORITIES}::smallint[], ${[...after]}::text[]) k(priority, after)
  cross join (values (false), (true)) w(limited)
  cross join lateral (
    select kind from job where "leaseUntil" is null and ready and priority = k.priority and "projectId" = n.id
      and limited = w.limited
    order by "dueAt", id limit 1
  ) j
)`

/** From line to line of the priority `k.priority`. */
const steps = (lap: number, part: RawBuilder<unknown>) => {
  const next = (where: RawBuilder<unknown>) => sql`
    select j.priority, j."projectId", j.limited, j.kind, ${sql.lit(lap)} as lap from job j
    where j."leaseUntil" is null and j.ready and j.priority = k.priority and ${part} and ${where}
    order by j.priority, j."projectId", j.limited, j."dueAt", j.id limit 1`
  return sql`(
    with recursive walked as (
      (${next(sql`true`)})
      union all
      select n.* from walked w cross join lateral (${next(sql`(j."projectId", j.limited) > (w."projectId", w.limited)`)}) n
    )
    select * from walked
  )`
}

/** The places from which the turns continue: behind the project that is farthest along the way around. */
export function nextServed(turns: LastServed, served: readonly { priority: number; projectId: string }[]): LastServed {
  const next = new Map(turns)
  for (const [priority, lines] of Map.groupBy(served, (one) => one.priority)) {
    const last = turns.get(priority) ?? ''
    const ids = lines.map(({ projectId }) => projectId)
    const around = ids.filter((id) => id <= last)
    next.set(
      priority,
      (around.length > 0 ? around : ids).reduce((a, b) => (a > b ? a : b)),
    )
  }
  return next
}
