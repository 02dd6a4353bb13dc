import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'

/** Shares with a new project what the administrators want every new project to have. */
export function shareWithNewProject(db: Db, platformId: string, projectId: string): Promise<unknown> {
  return db
    .updateTable('app_connection')
    .set({ projectIds: sql<string[]>`array_append("projectIds", ${projectId})` })
    .where('platformId', '=', platformId)
    .where('scope', '=', 'PLATFORM')
    .where('preSelectForNewProjects', '=', true)
    .where(sql<boolean>`not (${projectId} = any("projectIds"))`)
    .execute()
}

/**
 * Shares exactly these connections of the platform with the project, and no others.
 * @returns the external ids that the platform does not have; then nothing has changed.
 */
export async function setSharedConnections(
  db: Db,
  { platformId, projectId, externalIds }: { platformId: string; projectId: string; externalIds: readonly string[] },
): Promise<string[]> {
  const wanted = [...new Set(externalIds)]
  const ofPlatform = sql`"platformId" = ${platformId} and scope = 'PLATFORM'`
  const known = await sql<{ externalId: string }>`select "externalId" from app_connection
    where ${ofPlatform} and "externalId" = any(${wanted}::text[]) for update`.execute(db)
  const missing = wanted.filter((id) => !known.rows.some(({ externalId }) => externalId === id))
  if (missing.length > 0) return missing
  await sql`update app_connection set updated = now(), "projectIds" =
      case when "externalId" = any(${wanted}::text[]) then array_append(array_remove("projectIds", ${projectId}), ${projectId})
      else array_remove("projectIds", ${projectId}) end
    where ${ofPlatform} and ("externalId" = any(${wanted}::text[])) <> (${projectId} = any("projectIds"))`.execute(db)
  return []
}

/** Takes away the connections of projects that are gone; those of the platform are shared with them no more. */
export async function forgetProjects(db: Db, projectIds: readonly string[]): Promise<void> {
  if (projectIds.length === 0) return
  const gone = sql`${[...projectIds]}::text[]`
  await db
    .deleteFrom('app_connection')
    .where('scope', '=', 'PROJECT')
    .where(sql<boolean>`"projectIds" <@ ${gone}`)
    .execute()
  await db
    .updateTable('app_connection')
    .set({ projectIds: sql<string[]>`array(select id from unnest("projectIds") id where not (id = any(${gone})))` })
    .where('scope', '=', 'PLATFORM')
    .where(sql<boolean>`"projectIds" && ${gone}`)
    .execute()
}
