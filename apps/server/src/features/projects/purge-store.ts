import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'
import { forgetProjects } from '../app-connections/project-link-store.ts'

/** The project that was deleted first, before the given time. */
export async function selectDeletedProject(db: Db, before: Date): Promise<string | undefined> {
  const row = await db
    .selectFrom('project')
    .select('id')
    .where('deleted', '<', before.toISOString())
    .orderBy('deleted')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row?.id
}

/** Deleted projects whose flows are not all off. */
export function selectDeletedWithFlows(db: Db): Promise<{ projectId: string; platformId: string }[]> {
  return db
    .selectFrom('project')
    .select(['project.id as projectId', 'project.platformId'])
    .where('project.deleted', 'is not', null)
    .where((where) =>
      where.exists(
        where
          .selectFrom('flow')
          .select('flow.id')
          .whereRef('flow.projectId', '=', 'project.id')
          .where('flow.status', '=', 'ENABLED'),
      ),
    )
    .orderBy('project.id')
    .execute()
}

export async function selectFileIds(db: Db, projectId: string, limit: number): Promise<string[]> {
  const query = db.selectFrom('file').select('id').where('projectId', '=', projectId).limit(limit)
  return (await query.execute()).map(({ id }) => id)
}

/** Deletes runs with their journals. @returns how many */
export async function deleteRuns(db: Db, projectId: string, limit: number): Promise<number> {
  const gone = await sql`
    with runs as (select id from flow_run where "projectId" = ${projectId} limit ${sql.lit(limit)}),
      journals as (delete from run_journal where "runId" in (select id from runs))
    delete from flow_run where id in (select id from runs)`.execute(db)
  return Number(gone.numAffectedRows ?? 0)
}

/** Tables that may have many rows of a project, besides files and runs; all else goes with its row. */
export const LARGE_TABLES = ['job', 'trigger_event', 'store_entry', 'waitpoint', 'flow'] as const

/** @returns how many rows went */
export async function deleteRowsOf(
  db: Db,
  table: (typeof LARGE_TABLES)[number],
  projectId: string,
  limit: number,
): Promise<number> {
  const rows = sql.table(table)
  const gone = await sql`
    delete from ${rows} where id in (
      select id from ${rows} where "projectId" = ${projectId} limit ${sql.lit(limit)})`.execute(db)
  return Number(gone.numAffectedRows ?? 0)
}

/** The row itself, with everything that is left. */
export async function deleteProject(db: Db, id: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx.deleteFrom('project').where('id', '=', id).where('deleted', 'is not', null).execute()
    await forgetProjects(trx, [id])
  })
}

/** People who were removed from their platform and own nothing any more, and identities without people. */
export async function deleteLeftPeople(db: Db): Promise<void> {
  await sql`
    delete from "user" u where u."platformId" is null
      and not exists (select 1 from project p where p."ownerId" = u.id)
      and not exists (select 1 from platform p where p."ownerId" = u.id)`.execute(db)
  // A younger one may be of somebody who is about to come in.
  await sql`
    delete from user_identity i where i.updated < now() - interval '1 hour'
      and not exists (select 1 from "user" u where u."identityId" = i.id)`.execute(db)
}
