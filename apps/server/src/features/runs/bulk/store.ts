import type { BulkAct } from '@piecework/model/run/bulk-act'
import { type Insertable, type Selectable, sql } from 'kysely'
import type { Db } from '../../../database/open.ts'
import type { BulkActTable } from '../../../database/schema.ts'

export type BulkActRow = Selectable<BulkActTable>

const SHOWN = [
  'id',
  'created',
  'updated',
  'projectId',
  'userId',
  'action',
  'strategy',
  'status',
  'total',
  'done',
  'skipped',
  'finished',
  'message',
] as const

/** @param keptDays acts of the project that ended before go */
export async function insertAct(db: Db, row: Insertable<BulkActTable>, keptDays: number): Promise<BulkAct> {
  await db
    .deleteFrom('bulk_act')
    .where('projectId', '=', row.projectId)
    .where('status', '!=', 'RUNNING')
    .where('updated', '<', sql<string>`now() - ${keptDays}::integer * interval '1 day'`)
    .execute()
  return db.insertInto('bulk_act').values(row).returning(SHOWN).executeTakeFirstOrThrow()
}

export async function countRunning(db: Db, projectId: string): Promise<number> {
  const { count } = await db
    .selectFrom('bulk_act')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('projectId', '=', projectId)
    .where('status', '=', 'RUNNING')
    .executeTakeFirstOrThrow()
  return count
}

export function selectAct(db: Db, projectId: string, id: string): Promise<BulkAct | undefined> {
  return db
    .selectFrom('bulk_act')
    .select(SHOWN)
    .where('projectId', '=', projectId)
    .where('id', '=', id)
    .executeTakeFirst()
}

export function selectActs(db: Db, projectId: string, limit: number): Promise<BulkAct[]> {
  return db
    .selectFrom('bulk_act')
    .select(SHOWN)
    .where('projectId', '=', projectId)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}

export async function selectProjectOfAct(db: Db, id: string): Promise<string | undefined> {
  const row = await db.selectFrom('bulk_act').select('projectId').where('id', '=', id).executeTakeFirst()
  return row?.projectId
}

const leaseOf = (ms: number) => sql<string>`now() + ${ms}::integer * interval '1 millisecond'`

/** Takes an act that nobody works at. */
export function claimAct(db: Db, owner: string, leaseMs: number): Promise<BulkActRow | undefined> {
  return db
    .updateTable('bulk_act')
    .set({ owner, leaseUntil: leaseOf(leaseMs) })
    .where('id', '=', (from) =>
      from
        .selectFrom('bulk_act')
        .select('id')
        .where('status', '=', 'RUNNING')
        .where(({ or, eb }) => or([eb('leaseUntil', 'is', null), eb('leaseUntil', '<', sql<string>`now()`)]))
        .orderBy('created')
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .executeTakeFirst()
}

/**
 * Notes a batch, by who holds the act. Of one that was canceled meanwhile, too: its runs were acted on.
 * @returns undefined when somebody else holds it now: then it is not to go on here.
 */
export function noteBatch(
  db: Db,
  { id, owner }: { id: string; owner: string },
  batch: { lastRunId: string | undefined; done: number; skipped: number; isLast: boolean; leaseMs: number },
): Promise<BulkActRow | undefined> {
  const { lastRunId, done, skipped, isLast, leaseMs } = batch
  const ends = sql<boolean>`status = 'RUNNING' and ${isLast}::boolean`
  return db
    .updateTable('bulk_act')
    .set({
      done: sql`done + ${done}::integer`,
      // At the end, what was not done was skipped: runs that changed meanwhile do not match any more.
      skipped: sql`greatest(skipped + ${skipped}::integer, case when ${ends} then total - done - ${done}::integer end)`,
      ...(lastRunId === undefined ? {} : { lastRunId }),
      status: sql<BulkAct['status']>`case when ${ends} then 'SUCCEEDED' else status end`,
      finished: sql<string | null>`case when ${ends} then now() else finished end`,
      failures: 0,
      message: null,
      updated: sql`now()`,
      leaseUntil: leaseOf(leaseMs),
    })
    .where('id', '=', id)
    .where('owner', '=', owner)
    .where('status', 'in', ['RUNNING', 'CANCELED'])
    .returningAll()
    .executeTakeFirst()
}

/** Somebody tries again when the lease has run out, until it has failed too often in a row. */
export function noteFailure(
  db: Db,
  { id, owner }: { id: string; owner: string },
  { message, maxFailures }: { message: string; maxFailures: number },
): Promise<BulkActRow | undefined> {
  return db
    .updateTable('bulk_act')
    .set({
      failures: sql`failures + 1`,
      message,
      updated: sql`now()`,
      status: sql<BulkAct['status']>`case when failures + 1 >= ${maxFailures}::integer then 'FAILED' else status end`,
      finished: sql<string | null>`case when failures + 1 >= ${maxFailures}::integer then now() end`,
    })
    .where('id', '=', id)
    .where('owner', '=', owner)
    .where('status', '=', 'RUNNING')
    .returningAll()
    .executeTakeFirst()
}

/** This app stops: others may go on at once. */
export function releaseActs(db: Db, owner: string): Promise<unknown> {
  return db
    .updateTable('bulk_act')
    .set({ leaseUntil: null })
    .where('owner', '=', owner)
    .where('status', '=', 'RUNNING')
    .execute()
}

/** @returns undefined when it is over already. */
export function cancelAct(db: Db, projectId: string, id: string): Promise<BulkAct | undefined> {
  return db
    .updateTable('bulk_act')
    .set({ status: 'CANCELED', finished: sql<string>`now()`, updated: sql`now()` })
    .where('projectId', '=', projectId)
    .where('id', '=', id)
    .where('status', '=', 'RUNNING')
    .returning(SHOWN)
    .executeTakeFirst()
}
