import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'
import type { ConnectionRow } from './store.ts'

/** The reason why a connection does not work, or soon will not. */
export type Trouble = NonNullable<ConnectionRow['trouble']>

/** A connection, as far as an alert about it needs it. */
export type Troubled = Pick<ConnectionRow, 'id' | 'platformId' | 'projectIds' | 'displayName' | 'externalId'>

const COLUMNS = ['id', 'platformId', 'projectIds', 'displayName', 'externalId'] as const

/** Notes a trouble. @returns undefined where it was known */
export function setTrouble(
  trx: Db,
  { id, platformId }: Pick<ConnectionRow, 'id' | 'platformId'>,
  trouble: Trouble,
): Promise<Troubled | undefined> {
  return trx
    .updateTable('app_connection')
    .set({ trouble })
    .where('platformId', '=', platformId)
    .where('id', '=', id)
    .where(sql<boolean>`trouble is distinct from ${trouble}`)
    .returning(COLUMNS)
    .executeTakeFirst()
}

/** Notes that it works again. */
export async function endTrouble(db: Db, { id, platformId }: Pick<ConnectionRow, 'id' | 'platformId'>): Promise<void> {
  await db
    .updateTable('app_connection')
    .set({ trouble: null })
    .where('platformId', '=', platformId)
    .where('id', '=', id)
    .execute()
}

/** Connections without a known trouble whose tokens end in a while, for good; each is taken once. */
export function takeEndingTokens(trx: Db, { withinMs, limit }: { withinMs: number; limit: number }) {
  const due = trx
    .selectFrom('app_connection')
    .select('id')
    .where('trouble', 'is', null)
    .where('tokenEnds', '<', sql<string>`now() + ${withinMs} * interval '1 millisecond'`)
    .orderBy('tokenEnds')
    .limit(limit)
  return trx
    .updateTable('app_connection')
    .set({ trouble: 'TOKEN_ENDS' })
    .where('id', 'in', due)
    .where('trouble', 'is', null)
    .returning([...COLUMNS, 'tokenEnds'])
    .execute()
}
