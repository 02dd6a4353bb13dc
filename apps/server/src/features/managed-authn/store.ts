import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'

// Any constant.
const LOCK = 4_242_003

/** Until the transaction ends: two sign-ins at once do not make one project or person twice. */
export async function lockProvisioning(trx: Db, platformId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)}, hashtext(${platformId}))`.execute(trx)
}

export function selectProjectByExternalId(db: Db, platformId: string, externalId: string) {
  return db
    .selectFrom('project')
    .select('id')
    .where('platformId', '=', platformId)
    .where('externalId', '=', externalId)
    .where('deleted', 'is', null)
    .executeTakeFirst()
}

/** The user with an id of another program, and whether only its tokens sign them in. */
export function selectUserByExternalId(db: Db, platformId: string, externalId: string) {
  return db
    .selectFrom('user as u')
    .innerJoin('user_identity as i', 'i.id', 'u.identityId')
    .selectAll('u')
    .select('i.provider')
    .where('u.platformId', '=', platformId)
    .where('u.externalId', '=', externalId)
    .executeTakeFirst()
}

/** The pieces that have one of the tags. */
export async function selectTaggedPieces(db: Db, platformId: string, tags: readonly string[]): Promise<string[]> {
  if (tags.length === 0) return []
  const rows = await db
    .selectFrom('piece_tag')
    .innerJoin('tag', 'tag.id', 'piece_tag.tagId')
    .select('piece_tag.pieceName')
    .distinct()
    .where('tag.platformId', '=', platformId)
    .where('tag.name', 'in', [...tags])
    .orderBy('piece_tag.pieceName')
    .execute()
  return rows.map(({ pieceName }) => pieceName)
}
