import type { Insertable, Selectable } from 'kysely'
import type { Db } from '../../database/open.ts'
import { hasRoom } from '../../database/room.ts'
import type { SigningKeyTable } from '../../database/schema.ts'

export type SigningKeyRow = Selectable<SigningKeyTable>

/** Undefined when the platform has so many already. */
export async function insertSigningKey(
  trx: Db,
  row: Insertable<SigningKeyTable>,
  most: number,
): Promise<SigningKeyRow | undefined> {
  const own = trx.selectFrom('signing_key').where('platformId', '=', row.platformId)
  if (!(await hasRoom(trx, { table: 'platform', id: row.platformId }, own, most))) return undefined
  return trx.insertInto('signing_key').values(row).returningAll().executeTakeFirstOrThrow()
}

export function selectSigningKeys(db: Db, platformId: string): Promise<SigningKeyRow[]> {
  return db.selectFrom('signing_key').selectAll().where('platformId', '=', platformId).orderBy('id', 'desc').execute()
}

export function selectSigningKey(db: Db, platformId: string, id: string): Promise<SigningKeyRow | undefined> {
  return keys(db, id).where('platformId', '=', platformId).executeTakeFirst()
}

/** Finds a key on any platform: tokens name their key alone, and the key gives the platform. */
export function selectKeyOfToken(db: Db, id: string): Promise<SigningKeyRow | undefined> {
  return keys(db, id).executeTakeFirst()
}

export function deleteSigningKey(db: Db, platformId: string, id: string): Promise<SigningKeyRow | undefined> {
  return db
    .deleteFrom('signing_key')
    .where('platformId', '=', platformId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
}

const keys = (db: Db, id: string) => db.selectFrom('signing_key').selectAll().where('id', '=', id)
