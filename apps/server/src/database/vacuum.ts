import { sql } from 'kysely'
import type { Db } from './open.ts'

// PostgreSQL's own thresholds (autovacuum_*): a base and a share of the rows.
const DEAD_ROWS = { base: 50, share: 0.2 }
const NEW_ROWS = { base: 1000, share: 0.2 }
const CHANGED_ROWS = { base: 50, share: 0.1 }
/** Transactions after which old rows are frozen; without that the database stops at two thousand million. */
const MAX_AGE = 100_000_000

interface DueTable {
  name: string
  untidy: boolean
  uncounted: boolean
}

/**
 * Does for the embedded database, which has no autovacuum process, the work of autovacuum: it makes the place of dead
 * rows usable again, freezes old ones, and updates the statistics by which the planner chooses an index. It takes one
 * table at a time, so that other queries come in between.
 * @returns how many tables it vacuumed.
 */
export async function vacuumWhereDue(db: Db): Promise<number> {
  const due = await dueTables(db)
  for (const { name, untidy, uncounted } of due) {
    const command = untidy ? (uncounted ? 'vacuum (analyze)' : 'vacuum') : 'analyze'
    await sql.raw(`${command} ${name}`).execute(db)
  }
  return due.length
}

async function dueTables(db: Db): Promise<DueTable[]> {
  const over = (count: string, { base, share }: typeof DEAD_ROWS) =>
    sql`s.${sql.ref(count)} > ${sql.lit(base)} + ${sql.lit(share)} * greatest(c.reltuples, 0)`
  const result = await sql<DueTable>`
    select * from (
      select c.oid::regclass::text as name,
        ${over('n_dead_tup', DEAD_ROWS)} or ${over('n_ins_since_vacuum', NEW_ROWS)}
          or age(c.relfrozenxid) > ${sql.lit(MAX_AGE)} as untidy,
        -- What was counted since is forgotten in a crash: a table that was never looked at counts as changed.
        ${over('n_mod_since_analyze', CHANGED_ROWS)} or (c.reltuples < 0 and s.schemaname <> 'pg_catalog'
          and pg_relation_size(c.oid) > 0) as uncounted
      from pg_stat_all_tables s join pg_class c on c.oid = s.relid
      where c.relkind in ('r', 'm')
    ) t where untidy or uncounted`.execute(db)
  return result.rows
}
